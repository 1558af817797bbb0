-- The search index has a table per server, whose name no named query can hold: see search.py. A list of ids comes as
-- a JSON array, which SQLite alone opens like this. The plus before
-- `server_id` keeps SQLite from looking through all that the server has, instead of finding the ids.

-- name: table_exists$
-- Not from sqlite_schema: that has no index, and hundreds of servers have thousands of rows there.
SELECT 1 FROM pragma_table_info(:name) LIMIT 1;

-- name: question_lines
SELECT id, number, state, text, topic, created_at, claimed_by_user_id AS claimed_by,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0) AS answer_count,
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id) AS me_too_count
FROM question
WHERE +server_id = :server_id AND id IN (SELECT value FROM json_each(:ids));

-- Pieces, as a search or My work shows them. A message is named that shows one: its card, or what it was written in.
-- `public` says that it has a page where the server publishes.

-- name: question_pieces
SELECT question.id, question.number, NULL AS ordinal, question.text AS title, question.text, question.topic AS unit, question.state,
    question.created_at,
    EXISTS (
        SELECT 1 FROM publication WHERE publication.question_id = question.id AND publication.state = 'published'
    ) AS public,
    COALESCE(card.channel_id, CASE WHEN question.source_message_id IS NULL THEN NULL ELSE question.channel_id END)
        AS channel_id,
    COALESCE(card.message_id, question.source_message_id) AS message_id
FROM question
LEFT JOIN posted_message AS card ON card.message_id = (
    SELECT MAX(message_id) FROM posted_message
    WHERE server_id = question.server_id AND kind = 'question_card' AND subject = question.number AND removed_at IS NULL
)
WHERE +question.server_id = :server_id AND question.id IN (SELECT value FROM json_each(:ids));

-- name: answer_pieces
SELECT answer.id, question.number, answer.ordinal, question.text AS title, answer.text, question.topic AS unit, question.state,
    answer.created_at,
    EXISTS (
        SELECT 1 FROM publication WHERE publication.question_id = question.id AND publication.state = 'published'
    ) AS public,
    COALESCE(answer.source_channel_id, card.channel_id) AS channel_id,
    CASE WHEN answer.source_channel_id IS NULL THEN card.message_id ELSE answer.source_message_id END AS message_id
FROM answer
JOIN question ON question.id = answer.question_id
LEFT JOIN posted_message AS card ON card.message_id = (
    SELECT MAX(message_id) FROM posted_message
    WHERE server_id = question.server_id AND kind = 'question_card' AND subject = question.number AND removed_at IS NULL
)
WHERE +answer.server_id = :server_id AND answer.id IN (SELECT value FROM json_each(:ids));

-- name: block_pieces
-- The message of a block, unless it stood in a thread of the note that is gone; else the card of the note.
SELECT block.id, session.number, NULL AS ordinal, session.title, block.text, session.unit, session.state, block.created_at,
    EXISTS (
        SELECT 1 FROM publication WHERE publication.session_id = session.id AND publication.state = 'published'
    ) AS public,
    COALESCE(written.channel_id, card.channel_id) AS channel_id,
    COALESCE(written.message_id, card.message_id) AS message_id
FROM block
JOIN session ON session.id = block.session_id
LEFT JOIN thread_message AS written ON written.message_id = block.source_message_id
    AND written.session_id = session.id AND written.deleted = 0 AND (
        written.channel_id IS session.thread_id
        OR NOT EXISTS (SELECT 1 FROM posted_message WHERE message_id = written.channel_id AND kind = 'note_card')
    )
LEFT JOIN posted_message AS card ON card.message_id = (
    SELECT MAX(message_id) FROM posted_message
    WHERE server_id = session.server_id AND kind = 'note_card' AND subject = session.number AND removed_at IS NULL
)
WHERE +block.server_id = :server_id AND block.id IN (SELECT value FROM json_each(:ids));

-- name: note_pieces
SELECT session.id, session.number, NULL AS ordinal, session.title, session.title AS text, session.unit, session.state,
    session.started_at AS created_at,
    EXISTS (
        SELECT 1 FROM publication WHERE publication.session_id = session.id AND publication.state = 'published'
    ) AS public,
    card.channel_id, card.message_id
FROM session
LEFT JOIN posted_message AS card ON card.message_id = (
    SELECT MAX(message_id) FROM posted_message
    WHERE server_id = session.server_id AND kind = 'note_card' AND subject = session.number AND removed_at IS NULL
)
WHERE +session.server_id = :server_id AND session.id IN (SELECT value FROM json_each(:ids));
