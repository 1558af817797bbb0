-- Questions and answers: asking, answering, settling; then what is found, walked and minded.
--
-- `hidden` questions were asked anonymously and never passed by a librarian: no list, count or search shows them.

-- name: question_by_number^
SELECT id, server_id, class_id, number, state, text, topic, knew, now_think, tried, asker_user_id AS asker_id,
    anonymous, claimed_by_user_id AS claimed_by, claimed_at, parent_question_id, parent_answer_id, duplicate_of_id,
    channel_id, source_message_id, origin, created_at, changed_at, settled_at, settled_by_user_id AS settled_by, revision,
    removed
FROM question
WHERE server_id = :server_id AND number = :number;

-- name: question_by_id^
SELECT id, server_id, class_id, number, state, text, topic, knew, now_think, tried, asker_user_id AS asker_id,
    anonymous, claimed_by_user_id AS claimed_by, claimed_at, parent_question_id, parent_answer_id, duplicate_of_id,
    channel_id, source_message_id, origin, created_at, changed_at, settled_at, settled_by_user_id AS settled_by, revision,
    removed
FROM question
WHERE server_id = :server_id AND id = :id;

-- name: is_hidden$
SELECT hidden FROM question WHERE server_id = :server_id AND id = :id;

-- name: number_of_message$
SELECT number FROM question WHERE server_id = :server_id AND source_message_id = :message_id;

-- name: add_question$
INSERT INTO question (server_id, class_id, number, state, text, topic, knew, asker_user_id, logged_by_user_id, anonymous,
    hidden, parent_question_id, parent_answer_id, channel_id, source_message_id, origin, created_at, changed_at)
VALUES (:server_id, :class_id, :number, :state, :text, :topic, :knew, :asker_id, :logged_by, :anonymous,
    :anonymous, :parent_question_id, :parent_answer_id, :channel_id, :source_message_id, :origin, :now, :now)
RETURNING id;

-- name: save_question!
UPDATE question
SET state = :state, text = :text, topic = :topic, knew = :knew, now_think = :now_think, tried = :tried,
    claimed_by_user_id = :claimed_by, claimed_at = :claimed_at, duplicate_of_id = :duplicate_of_id,
    settled_at = :settled_at, settled_by_user_id = :settled_by, changed_at = :changed_at, revision = :revision
WHERE server_id = :server_id AND id = :id;

-- name: keep_question_revision!
INSERT INTO question_revision (question_id, revision, text, topic, knew, edited_by_user_id, edited_at)
VALUES (:question_id, :revision, :text, :topic, :knew, :edited_by, :now);

-- name: keep_anonymous_asker!
INSERT INTO anonymous_asker (question_id, server_id, user_id, asked_at) VALUES (:question_id, :server_id, :user_id, :now);

-- name: asked_anonymously_by$
SELECT 1 FROM anonymous_asker WHERE server_id = :server_id AND question_id = :question_id AND user_id = :user_id;

-- name: anonymous_asker$
-- Only after keep_look in the same transaction: no librarian learns it unrecorded.
SELECT user_id FROM anonymous_asker WHERE server_id = :server_id AND question_id = :question_id;

-- name: keep_look!
INSERT INTO asker_look (server_id, question_id, user_id, looked_at) VALUES (:server_id, :question_id, :user_id, :now);

-- name: say_who_tried!
UPDATE question SET tried_by_user_id = :user_id WHERE server_id = :server_id AND id = :id;

-- name: pass_question!
UPDATE question SET hidden = 0, refused_because = '', passed_by_user_id = :passed_by WHERE server_id = :server_id AND id = :id;

-- name: refuse_question!
UPDATE question SET refused_because = :reason WHERE server_id = :server_id AND id = :id;

-- name: time_of_recent_ask$
-- When a person asked the last time but :skip, in this server; what was asked anonymously counts too, and what was
-- written into a note (origin 'message', but no message of its own) does not.
SELECT created_at FROM (
    SELECT created_at FROM question
    WHERE server_id = :server_id AND asker_user_id = :user_id AND logged_by_user_id IS NULL
        AND origin <> 'import' AND NOT (origin = 'message' AND source_message_id IS NULL) AND created_at > :since
    UNION ALL
    SELECT created_at FROM question
    WHERE server_id = :server_id AND logged_by_user_id = :user_id AND created_at > :since
    UNION ALL
    SELECT asked_at FROM anonymous_asker
    WHERE server_id = :server_id AND user_id = :user_id AND asked_at > :since
)
ORDER BY created_at DESC LIMIT 1 OFFSET :skip;

-- name: add_me_too!
INSERT INTO me_too (question_id, user_id, created_at) VALUES (:question_id, :user_id, :now) ON CONFLICT DO NOTHING;

-- name: drop_me_too!
DELETE FROM me_too WHERE question_id = :question_id AND user_id = :user_id;

-- name: me_too_count$
SELECT COUNT(*) FROM me_too WHERE question_id = :question_id;

-- name: move_me_toos!
-- To the question that a duplicate repeats, except its own asker's. They stay here too, should it be reopened.
INSERT INTO me_too (question_id, user_id, created_at)
SELECT :to_id, me_too.user_id, me_too.created_at
FROM me_too JOIN question ON question.id = :to_id
WHERE me_too.question_id = :from_id AND me_too.user_id IS NOT question.asker_user_id
    AND NOT EXISTS (SELECT 1 FROM anonymous_asker WHERE question_id = :to_id AND user_id = me_too.user_id)
ON CONFLICT DO NOTHING;

-- name: duplicates_of
SELECT number, channel_id FROM question WHERE server_id = :server_id AND duplicate_of_id = :id ORDER BY number;

-- name: repoint_duplicates!
UPDATE question SET duplicate_of_id = :to_id WHERE server_id = :server_id AND duplicate_of_id = :from_id;

-- name: open_claims$
SELECT COUNT(*) FROM question WHERE server_id = :server_id AND claimed_by_user_id = :user_id AND state = 'claimed';

-- name: add_question_attachment!
INSERT INTO attachment (question_id, digest, filename, content_type, size, alt)
VALUES (:question_id, :digest, :filename, :content_type, :size, :alt);

-- name: question_attachment_count$
SELECT COUNT(*) FROM attachment WHERE question_id = :question_id;

-- name: add_answer_attachment!
INSERT INTO attachment (answer_id, digest, filename, content_type, size, alt)
VALUES (:answer_id, :digest, :filename, :content_type, :size, :alt);

-- name: answer_attachments
SELECT digest, filename, content_type, size, alt FROM attachment WHERE answer_id = :answer_id ORDER BY id;

-- name: answer_by_ordinal^
SELECT id, question_id, ordinal, author_user_id AS author_id, text, endorsed_at, endorsed_by_user_id AS endorsed_by,
    created_at, changed_at, revision, removed, source_message_id
FROM answer
WHERE server_id = :server_id AND question_id = :question_id AND ordinal = :ordinal;

-- name: answer_of_message^
SELECT answer.ordinal, answer.question_id, question.number
FROM answer JOIN question ON question.id = answer.question_id
WHERE answer.server_id = :server_id AND answer.source_message_id = :message_id;

-- name: answers_standing
-- The answers that were not removed, for the index and for what may be settled.
SELECT id, text, endorsed_at FROM answer WHERE question_id = :question_id AND removed = 0 ORDER BY ordinal;

-- name: next_ordinal$
SELECT COALESCE(MAX(ordinal), 0) + 1 FROM answer WHERE question_id = :question_id;

-- name: add_answer$
INSERT INTO answer (server_id, question_id, ordinal, author_user_id, text, source_message_id, source_channel_id, origin,
    created_at, changed_at)
VALUES (:server_id, :question_id, :ordinal, :author_id, :text, :source_message_id, :source_channel_id, :origin,
    :now, :now)
RETURNING id;

-- name: save_answer!
UPDATE answer
SET text = :text, endorsed_at = :endorsed_at, endorsed_by_user_id = :endorsed_by, changed_at = :changed_at,
    revision = :revision
WHERE server_id = :server_id AND id = :id;

-- name: keep_answer_revision!
INSERT INTO answer_revision (answer_id, revision, text, sources, edited_by_user_id, edited_at)
VALUES (:answer_id, :revision, :text, :sources, :edited_by, :now);

-- name: answer_sources
SELECT kind, title, locator, why, asked, checked FROM source WHERE answer_id = :answer_id ORDER BY position;

-- name: drop_answer_sources!
DELETE FROM source WHERE answer_id = :answer_id;

-- name: add_source!
-- Of an answer or of a challenge: the other id is NULL.
INSERT INTO source (answer_id, challenge_id, position, kind, title, locator, why, asked, checked)
VALUES (:answer_id, :challenge_id, :position, :kind, :title, :locator, :why, :asked, :checked);

-- name: add_challenge$
INSERT INTO challenge (server_id, question_id, author_user_id, text, created_at)
VALUES (:server_id, :question_id, :author_id, :text, :now)
RETURNING id;

-- Finding, trails, minding

-- name: view_around^
-- What stands around one question; the inquiry is the one of its trail's root.
WITH RECURSIVE up (id, parent_id) AS (
    SELECT id, parent_question_id FROM question WHERE server_id = :server_id AND id = :question_id
    UNION
    SELECT parent.id, parent.parent_question_id FROM question AS parent JOIN up ON parent.id = up.parent_id
)
SELECT
    (SELECT COUNT(*) FROM me_too WHERE question_id = asked.id) AS me_too_count,
    (SELECT COUNT(*) FROM question AS next WHERE next.parent_question_id = asked.id AND next.hidden = 0 AND next.state <> 'withdrawn')
        AS follow_up_count,
    (SELECT parent.number FROM question AS parent WHERE parent.id = asked.parent_question_id) AS parent_number,
    (SELECT ordinal FROM answer WHERE id = asked.parent_answer_id) AS parent_answer_ordinal,
    (SELECT original.number FROM question AS original WHERE original.id = asked.duplicate_of_id) AS duplicate_of_number,
    (SELECT inquiry.name FROM inquiry JOIN up ON up.id = inquiry.root_question_id WHERE up.parent_id IS NULL) AS inquiry_name
FROM question AS asked
WHERE asked.server_id = :server_id AND asked.id = :question_id;

-- name: view_answers
-- This and the next start from a question that was found with its server: with `server_id` beside it, SQLite would look
-- through all answers of the server.
SELECT id, question_id, ordinal, author_user_id AS author_id, text, endorsed_at, endorsed_by_user_id AS endorsed_by,
       created_at, changed_at, revision, removed, source_message_id
FROM answer
WHERE question_id = :question_id
ORDER BY ordinal;

-- name: view_challenges
SELECT id, question_id, author_user_id AS author_id, text, created_at
FROM challenge
WHERE question_id = :question_id
ORDER BY id;

-- name: view_sources
-- Of a question's answers and challenges.
SELECT answer_id, challenge_id AS other_id, kind, title, locator, why, asked, checked
FROM source
WHERE answer_id IN (SELECT id FROM answer WHERE question_id = :question_id)
   OR challenge_id IN (SELECT id FROM challenge WHERE question_id = :question_id)
ORDER BY position, id;

-- name: view_attachments
SELECT answer_id, question_id AS other_id, digest, filename, content_type, size, alt
FROM attachment
WHERE question_id = :question_id
   OR answer_id IN (SELECT id FROM answer WHERE question_id = :question_id)
ORDER BY id;

-- name: list_count$
-- :state and :topic may be '', :person_id 0; the same filter as in list_page.
SELECT COUNT(*)
FROM question
WHERE server_id = :server_id AND hidden = 0
    AND (state = :state OR :state = '' AND state NOT IN ('duplicate', 'withdrawn'))
    AND (:untaken = 0 OR state = 'open')
    AND (:topic = '' OR LOWER(topic) = LOWER(:topic))
    AND created_at <= :until
    AND (:person_id = 0 OR asker_user_id = :person_id OR claimed_by_user_id = :person_id OR id IN (
        SELECT question_id FROM answer WHERE server_id = :server_id AND author_user_id = :person_id AND removed = 0));

-- name: list_page
SELECT question.number, question.state, question.text, question.topic, question.created_at,
    question.claimed_by_user_id AS claimed_by,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0) AS answer_count,
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id) AS me_too_count
FROM question
JOIN (
    SELECT id
    FROM question
    WHERE server_id = :server_id AND hidden = 0
        AND (state = :state OR :state = '' AND state NOT IN ('duplicate', 'withdrawn'))
        AND (:untaken = 0 OR state = 'open')
        AND (:topic = '' OR LOWER(topic) = LOWER(:topic))
        AND created_at <= :until
        AND (:person_id = 0 OR asker_user_id = :person_id OR claimed_by_user_id = :person_id OR id IN (
            SELECT question_id FROM answer WHERE server_id = :server_id AND author_user_id = :person_id AND removed = 0))
    ORDER BY created_at DESC, id DESC
    LIMIT :limit OFFSET :offset
) AS page ON page.id = question.id
ORDER BY question.created_at DESC, question.id DESC;

-- name: pick_by_number
-- Numbers that begin with :prefix ('' is all, newest first); :states is '' or |open|claimed|.
-- What is hidden or withdrawn is there for librarians, and what is withdrawn for who asked it by name.
SELECT question.number, question.state, question.text, question.topic, question.created_at,
    question.claimed_by_user_id AS claimed_by,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0) AS answer_count,
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id) AS me_too_count
FROM question
JOIN (
    SELECT id, CASE WHEN :prefix = '' THEN 0 ELSE LENGTH(CAST(number AS TEXT)) END AS digits
    FROM question
    WHERE server_id = :server_id
        AND (hidden = 0 AND state <> 'withdrawn' OR :librarian = 1 OR asker_user_id = :user_id)
        AND (:states = '' OR :states LIKE '%|' || state || '|%')
        AND CAST(number AS TEXT) LIKE :prefix || '%'
    ORDER BY digits, number DESC
    LIMIT :limit
) AS picked ON picked.id = question.id
ORDER BY picked.digits, question.number DESC;

-- name: topics
-- The most used first.
SELECT topic
FROM question
WHERE server_id = :server_id AND hidden = 0 AND state <> 'withdrawn' AND topic <> ''
GROUP BY topic
ORDER BY COUNT(*) DESC, topic
LIMIT 1000;

-- name: trail_root^
-- The top of the tree that a question stands in.
WITH RECURSIVE up (id, number, hidden, parent_id) AS (
    SELECT id, number, hidden, parent_question_id FROM question WHERE server_id = :server_id AND id = :question_id
    UNION
    SELECT parent.id, parent.number, parent.hidden, parent.parent_question_id
    FROM question AS parent JOIN up ON parent.id = up.parent_id
)
SELECT id, number, hidden FROM up WHERE parent_id IS NULL;

-- name: trail_nodes
-- The tree below a question, level by level, so that a parent always comes before its children.
WITH RECURSIVE down (id) AS (
    SELECT id FROM question WHERE server_id = :server_id AND id = :root_id
    UNION ALL
    SELECT next.id FROM question AS next JOIN down ON next.parent_question_id = down.id
    LIMIT :limit
)
SELECT question.id, question.number, question.parent_question_id AS parent_id, question.state, question.hidden,
    question.text, question.topic,
    (SELECT ordinal FROM answer WHERE answer.id = question.parent_answer_id) AS via_answer,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0) AS answer_count
FROM down JOIN question ON question.id = down.id;

-- name: took_part$
-- Did this person ask or answer in the tree below :root_id, by name?
WITH RECURSIVE down (id) AS (
    SELECT id FROM question WHERE server_id = :server_id AND id = :root_id
    UNION ALL
    SELECT next.id FROM question AS next JOIN down ON next.parent_question_id = down.id
)
SELECT 1
FROM down JOIN question ON question.id = down.id
WHERE question.asker_user_id = :user_id
    OR EXISTS (SELECT 1 FROM answer WHERE answer.question_id = down.id AND answer.author_user_id = :user_id);

-- name: inquiry_of^
SELECT inquiry.id, question.number AS root_number, inquiry.name, inquiry.why, inquiry.outcome,
    inquiry.named_by_user_id AS named_by
FROM inquiry JOIN question ON question.id = inquiry.root_question_id
WHERE inquiry.server_id = :server_id AND inquiry.root_question_id = :root_id;

-- name: name_inquiry!
INSERT INTO inquiry (server_id, root_question_id, name, why, named_by_user_id, created_at)
VALUES (:server_id, :root_id, :name, :why, :named_by, :now)
ON CONFLICT (root_question_id) DO UPDATE
SET name = excluded.name, why = excluded.why, named_by_user_id = excluded.named_by_user_id;

-- name: record_outcome!
UPDATE inquiry SET outcome = :outcome, outcome_by_user_id = :outcome_by
WHERE server_id = :server_id AND root_question_id = :root_id;

-- name: untaken
-- What has been open since before :until and was never offered again; an imported history is not news.
SELECT id, number, channel_id
FROM question
WHERE server_id = :server_id AND state = 'open' AND hidden = 0 AND offered_at IS NULL AND origin <> 'import'
    AND created_at <= :until
ORDER BY number;

-- name: mark_offered!
UPDATE question
SET offered_at = :now
WHERE server_id = :server_id AND state = 'open' AND hidden = 0 AND offered_at IS NULL AND origin <> 'import'
    AND created_at <= :until;

-- name: oldest_untaken$
SELECT MIN(created_at)
FROM question
WHERE server_id = :server_id AND state = 'open' AND hidden = 0 AND offered_at IS NULL AND origin <> 'import';

-- name: captured_in
-- What was captured from a message, or shows as one: all that its deletion or its edit concerns.
SELECT 'question' AS kind, number AS subject, 0 AS ordinal FROM question
WHERE server_id = :server_id AND source_message_id = :message_id AND removed = 0
UNION ALL
SELECT 'answer', question.number, answer.ordinal FROM answer JOIN question ON question.id = answer.question_id
WHERE answer.server_id = :server_id AND answer.source_message_id = :message_id AND answer.removed = 0
UNION ALL
SELECT 'posted', subject, 0 FROM posted_message
WHERE server_id = :server_id AND message_id = :message_id AND removed_at IS NULL;

-- name: captured_lately
-- What to look at again after a time away: captured from messages (not from an import), and still standing.
SELECT channel_id, source_message_id AS message_id FROM question
WHERE server_id = :server_id AND source_message_id IS NOT NULL AND origin <> 'import' AND removed = 0
    AND channel_id IS NOT NULL AND created_at >= :since
UNION ALL
SELECT source_channel_id, source_message_id FROM answer
WHERE server_id = :server_id AND source_message_id IS NOT NULL AND origin <> 'import' AND removed = 0
    AND source_channel_id IS NOT NULL AND created_at >= :since
UNION ALL
SELECT source_channel_id, source_message_id FROM study_card
WHERE server_id = :server_id AND source_message_id IS NOT NULL AND own_words = 0 AND state <> 'retired'
    AND created_at >= :since;

-- name: mark_question_removed!
UPDATE question SET removed = 1 WHERE server_id = :server_id AND id = :id;

-- name: forget_question_revisions!
DELETE FROM question_revision WHERE question_id = :id;

-- name: blank_answer!
UPDATE answer
SET text = '', removed = 1, endorsed_at = NULL, endorsed_by_user_id = NULL, changed_at = :now
WHERE server_id = :server_id AND id = :id;

-- name: forget_answer_revisions!
DELETE FROM answer_revision WHERE answer_id = :id;

-- name: attachment_digests
SELECT DISTINCT digest FROM attachment WHERE question_id = :question_id OR answer_id = :answer_id;

-- name: drop_attachments!
DELETE FROM attachment WHERE question_id = :question_id OR answer_id = :answer_id;

-- name: attachment_uses$
-- On questions and answers, and in notes.
SELECT (SELECT COUNT(*) FROM attachment WHERE digest = :digest)
    + (SELECT COUNT(*) FROM block_file WHERE digest = :digest AND digest IS NOT NULL);

-- name: follows_message$
-- Does it still say what its message said: was it edited nowhere but there?
SELECT message_revision = revision FROM question WHERE server_id = :server_id AND id = :id;

-- name: answer_follows_message$
SELECT message_revision = revision FROM answer WHERE server_id = :server_id AND id = :id;

-- name: say_it_follows!
UPDATE question SET message_revision = revision WHERE server_id = :server_id AND id = :id;

-- name: say_answer_follows!
UPDATE answer SET message_revision = revision WHERE server_id = :server_id AND id = :id;
