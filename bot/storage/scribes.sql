-- Sessions and their notes: who keeps them, the blocks, and where those came from.

-- Keeping: sessions, scribes, blocks

-- name: session_by_number^
SELECT session.id, session.server_id, class_id, class.name AS class_name, number, title, unit, unit_key, held_on, state,
    channel_id, thread_id, started_by_user_id AS started_by, started_at, closed_at, revision
FROM session JOIN class ON class.id = session.class_id
WHERE session.server_id = :server_id AND number = :number;

-- name: session_by_id^
SELECT session.id, session.server_id, class_id, class.name AS class_name, number, title, unit, unit_key, held_on, state,
    channel_id, thread_id, started_by_user_id AS started_by, started_at, closed_at, revision
FROM session JOIN class ON class.id = session.class_id
WHERE +session.server_id = :server_id AND session.id = :id;

-- name: session_by_thread^
SELECT session.id, session.server_id, class_id, class.name AS class_name, number, title, unit, unit_key, held_on, state,
    channel_id, thread_id, started_by_user_id AS started_by, started_at, closed_at, revision
FROM session JOIN class ON class.id = session.class_id
WHERE +session.server_id = :server_id AND thread_id = :thread_id;

-- name: scribes_of
SELECT user_id, part, since, until
FROM session_scribe
WHERE session_id = :session_id
ORDER BY since, part, user_id;

-- name: raise_revision$
UPDATE session SET revision = revision + 1 WHERE id = :id RETURNING revision;

-- name: blocks_of
SELECT block.id, block.server_id, block.session_id, block.kind, block.state, block.author_user_id AS author_id,
    block.position, block.part, block.text, block.source_message_id, block.question_id, question.number AS question_number,
    block.merged_into_id, block.taken_by_user_id AS taken_by, block.checked_by_user_id AS checked_by, block.checked_at,
    block.created_at, block.changed_at, block.revision, block.message_revision,
    block_file.attachment_id, block_file.digest, block_file.filename, block_file.content_type, block_file.size,
    block_file.alt
FROM block
LEFT JOIN question ON question.id = block.question_id
LEFT JOIN block_file ON block_file.block_id = block.id
WHERE block.session_id = :session_id
ORDER BY block.position, block.part, block.id;

-- name: block_by_id^
SELECT block.id, block.server_id, block.session_id, block.kind, block.state, block.author_user_id AS author_id,
    block.position, block.part, block.text, block.source_message_id, block.question_id, question.number AS question_number,
    block.merged_into_id, block.taken_by_user_id AS taken_by, block.checked_by_user_id AS checked_by, block.checked_at,
    block.created_at, block.changed_at, block.revision, block.message_revision,
    block_file.attachment_id, block_file.digest, block_file.filename, block_file.content_type, block_file.size,
    block_file.alt
FROM block
LEFT JOIN question ON question.id = block.question_id
LEFT JOIN block_file ON block_file.block_id = block.id
WHERE +block.server_id = :server_id AND block.id = :id;

-- name: blocks_of_message
SELECT block.id, block.server_id, block.session_id, block.kind, block.state, block.author_user_id AS author_id,
    block.position, block.part, block.text, block.source_message_id, block.question_id, question.number AS question_number,
    block.merged_into_id, block.taken_by_user_id AS taken_by, block.checked_by_user_id AS checked_by, block.checked_at,
    block.created_at, block.changed_at, block.revision, block.message_revision,
    block_file.attachment_id, block_file.digest, block_file.filename, block_file.content_type, block_file.size,
    block_file.alt
FROM block
LEFT JOIN question ON question.id = block.question_id
LEFT JOIN block_file ON block_file.block_id = block.id
WHERE block.server_id = :server_id AND block.source_message_id = :message_id
ORDER BY block.part, block.id;

-- name: add_block$
INSERT INTO block (server_id, session_id, kind, state, author_user_id, position, part, text, source_message_id,
    taken_by_user_id, created_at, changed_at, message_revision)
VALUES (:server_id, :session_id, :kind, :state, :author_id, :position, :part, :text, :source_message_id,
    :taken_by, :now, :now, :message_revision)
RETURNING id;

-- name: add_block_file!
INSERT INTO block_file (block_id, server_id, attachment_id, digest, filename, content_type, size, alt)
VALUES (:block_id, :server_id, :attachment_id, :digest, :filename, :content_type, :size, :alt);

-- name: save_block!
UPDATE block
SET kind = :kind, state = :state, author_user_id = :author_id, part = :part, text = :text, question_id = :question_id,
    merged_into_id = :merged_into_id, taken_by_user_id = :taken_by, checked_by_user_id = :checked_by,
    checked_at = :checked_at, changed_at = :changed_at, revision = :revision, message_revision = :message_revision,
    struck_by_user_id = CASE
        WHEN :state <> 'struck' THEN NULL
        WHEN state = 'struck' THEN struck_by_user_id
        ELSE :by
    END
WHERE server_id = :server_id AND id = :id;

-- name: keep_block_revision!
-- It belongs to the note's version as it is now: whoever changes blocks raises that first.
INSERT INTO block_revision (block_id, revision, session_revision, kind, state, part, text, cause, merged_into_id,
    by_user_id, at)
VALUES (:block_id, :revision, (SELECT revision FROM session WHERE id = :session_id), :kind, :state, :part, :text, :cause,
    :merged_into_id, :by, :now);

-- name: state_before_struck$
-- What a block that is struck was before; of one that was struck from the first, what the rest of its message was.
SELECT COALESCE((
    SELECT state FROM block_revision
    WHERE block_id = :block_id AND state IN ('standing', 'waiting')
    ORDER BY revision DESC LIMIT 1
), (
    SELECT said.state
    FROM block
    JOIN block AS other ON other.server_id = block.server_id AND other.source_message_id = block.source_message_id
    JOIN block_revision AS said ON said.block_id = other.id
    WHERE block.id = :block_id AND said.state IN ('standing', 'waiting')
    ORDER BY said.session_revision DESC LIMIT 1
), 'standing');

-- name: say_who_checked!
UPDATE block SET checked_by_user_id = :checked_by, checked_at = :checked_at WHERE server_id = :server_id AND id = :id;

-- Sessions: begun, closed, handed over, listed

-- name: add_session$
INSERT INTO session (server_id, class_id, number, title, unit, unit_key, held_on, state, channel_id, started_by_user_id,
    started_at)
VALUES (:server_id, :class_id, :number, :title, :unit, :unit_key, :held_on, 'open', :channel_id, :started_by, :now)
RETURNING id;

-- name: time_of_recent_start$
-- When somebody began a note the last time but :skip, in this server.
SELECT started_at FROM session
WHERE server_id = :server_id AND started_by_user_id = :user_id AND started_at > :since
ORDER BY started_at DESC LIMIT 1 OFFSET :skip;

-- name: add_scribe!
INSERT INTO session_scribe (session_id, user_id, part, since) VALUES (:session_id, :user_id, :part, :now)
ON CONFLICT (session_id, user_id, since) DO UPDATE SET part = excluded.part, until = NULL;

-- name: end_scribe!
UPDATE session_scribe SET until = :now WHERE session_id = :session_id AND user_id = :user_id AND until IS NULL;

-- name: classes
SELECT id, name FROM class WHERE server_id = :server_id ORDER BY id;

-- name: class_named$
SELECT id FROM class WHERE server_id = :server_id AND name = :name;

-- name: name_class!
UPDATE class SET name = :name WHERE server_id = :server_id AND id = :id;

-- name: close_session!
UPDATE session SET state = 'closed', closed_at = :now, closed_by_user_id = :closed_by
WHERE server_id = :server_id AND id = :id;

-- name: reopen_session!
UPDATE session SET state = 'open', closed_at = NULL, closed_by_user_id = NULL WHERE server_id = :server_id AND id = :id;

-- name: was_asked_to_compile$
SELECT compile_asked_at IS NOT NULL FROM session WHERE server_id = :server_id AND id = :id;

-- name: say_asked_to_compile!
UPDATE session SET compile_asked_at = :now WHERE server_id = :server_id AND id = :id;

-- name: compiled_revision$
SELECT MAX(session_revision) FROM compilation WHERE server_id = :server_id AND session_id = :session_id;

-- name: set_thread!
UPDATE session SET thread_id = :thread_id WHERE server_id = :server_id AND id = :id;

-- name: move_session!
UPDATE session SET channel_id = :channel_id WHERE server_id = :server_id AND id = :id;

-- name: forget_card!
DELETE FROM posted_message WHERE server_id = :server_id AND kind = 'note_card' AND subject = :subject;

-- name: session_count$
-- :unit_key and :class_name may be ''; the same filter as in session_page.
SELECT COUNT(*)
FROM session JOIN class ON class.id = session.class_id
WHERE session.server_id = :server_id AND (:unit_key = '' OR unit_key = :unit_key)
    AND (:class_name = '' OR LOWER(class.name) = LOWER(:class_name));

-- name: session_page
SELECT session.number, session.title, session.unit, class.name AS class_name, session.held_on, session.state,
    session.thread_id,
    (SELECT COUNT(*) FROM block WHERE block.session_id = session.id AND block.state = 'standing') AS block_count,
    (SELECT COUNT(*) FROM block JOIN question ON question.id = block.question_id
        WHERE block.session_id = session.id AND block.state = 'standing' AND question.state IN ('open', 'claimed'))
        AS open_count
FROM session JOIN class ON class.id = session.class_id
WHERE session.server_id = :server_id AND (:unit_key = '' OR unit_key = :unit_key)
    AND (:class_name = '' OR LOWER(class.name) = LOWER(:class_name))
ORDER BY session.held_on DESC, session.number DESC
LIMIT :limit OFFSET :offset;

-- name: units
-- Each unit in its newest spelling, the newest first.
SELECT unit, unit_key FROM session
WHERE server_id = :server_id AND number IN (
    SELECT MAX(number) FROM session WHERE server_id = :server_id AND unit_key <> '' GROUP BY unit_key
)
ORDER BY number DESC;

-- Capturing: messages and what came from them

-- name: message_in_thread^
-- The session of a thread, with what is known of a message there. In an open code fence `text` is never empty.
SELECT session.id, session.server_id, class_id, class.name AS class_name, number, title, unit, unit_key, held_on, state,
    session.channel_id, thread_id, started_by_user_id AS started_by, started_at, closed_at, revision,
    seen.session_id AS seen_in, seen.edited_at, seen.deleted, seen.author_user_id AS seen_author_id,
    seen.fence AS seen_fence, seen.text AS seen_text,
    EXISTS (
        SELECT 1 FROM session_scribe AS scribe
        WHERE scribe.session_id = session.id AND scribe.user_id = :author_id
            AND scribe.since <= MAX(:written_at, session.started_at)
            AND (scribe.until IS NULL OR MAX(:written_at, session.started_at) < scribe.until)
    ) AS by_scribe,
    COALESCE((
        SELECT before.fence FROM thread_message AS before
        WHERE before.session_id = session.id AND before.author_user_id = :author_id
            AND before.message_id < :message_id AND before.text <> ''
        ORDER BY before.message_id DESC LIMIT 1
    ), '') AS fence
FROM session
JOIN class ON class.id = session.class_id
LEFT JOIN thread_message AS seen ON seen.message_id = :message_id
WHERE +session.server_id = :server_id AND thread_id = :thread_id;

-- name: known_message^
-- The same of a message that was seen, wherever it stands.
SELECT session.id, session.server_id, class_id, class.name AS class_name, number, title, unit, unit_key, held_on, state,
    session.channel_id, thread_id, started_by_user_id AS started_by, started_at, closed_at, revision,
    seen.session_id AS seen_in, seen.edited_at, seen.deleted, seen.author_user_id AS seen_author_id,
    seen.fence AS seen_fence, seen.text AS seen_text,
    EXISTS (
        SELECT 1 FROM session_scribe AS scribe
        WHERE scribe.session_id = session.id AND scribe.user_id = seen.author_user_id
            AND scribe.since <= MAX(:written_at, session.started_at)
            AND (scribe.until IS NULL OR MAX(:written_at, session.started_at) < scribe.until)
    ) AS by_scribe,
    COALESCE((
        SELECT before.fence FROM thread_message AS before
        WHERE before.session_id = session.id AND before.author_user_id = seen.author_user_id
            AND before.message_id < :message_id AND before.text <> ''
        ORDER BY before.message_id DESC LIMIT 1
    ), '') AS fence
FROM thread_message AS seen
JOIN session ON session.id = seen.session_id
JOIN class ON class.id = session.class_id
WHERE +seen.server_id = :server_id AND seen.message_id = :message_id;

-- name: add_message!
INSERT INTO thread_message (message_id, server_id, session_id, channel_id, author_user_id, edited_at, fence, text)
VALUES (:message_id, :server_id, :session_id, :channel_id, :author_id, :edited_at, :fence, :text);

-- name: save_message!
UPDATE thread_message SET edited_at = :edited_at, fence = :fence, text = :text WHERE message_id = :message_id;

-- name: next_dependent^
-- An author's next message that may be split otherwise in a fence left open before it.
SELECT message_id, author_user_id AS author_id, fence, text FROM thread_message
WHERE session_id = :session_id AND author_user_id = :author_id AND message_id > :message_id AND text <> ''
ORDER BY message_id LIMIT 1;

-- name: save_fence!
UPDATE thread_message SET fence = :fence WHERE message_id = :message_id;

-- name: blocks_at
SELECT block.id, block.server_id, block.session_id, block.kind, block.state, block.author_user_id AS author_id,
    block.position, block.part, block.text, block.source_message_id, block.question_id, question.number AS question_number,
    block.merged_into_id, block.taken_by_user_id AS taken_by, block.checked_by_user_id AS checked_by, block.checked_at,
    block.created_at, block.changed_at, block.revision, block.message_revision,
    block_file.attachment_id, block_file.digest, block_file.filename, block_file.content_type, block_file.size,
    block_file.alt
FROM block
LEFT JOIN question ON question.id = block.question_id
LEFT JOIN block_file ON block_file.block_id = block.id
WHERE block.session_id = :session_id AND block.position = :position AND block.state <> 'removed'
ORDER BY block.part, block.id;

-- name: last_said^
-- What the message of a block said last, also where that was set aside.
SELECT kind, text FROM block_revision
WHERE block_id = :block_id AND (revision = :message_revision OR revision > :message_revision AND cause = 'set_aside')
ORDER BY revision DESC LIMIT 1;

-- name: has_merged$
SELECT 1 FROM block WHERE merged_into_id = :block_id AND state = 'merged' LIMIT 1;

-- name: save_alt!
UPDATE block_file SET alt = :alt WHERE server_id = :server_id AND block_id = :block_id;

-- name: drop_block_file!
DELETE FROM block_file WHERE server_id = :server_id AND block_id = :block_id;

-- name: files_wanted
SELECT block_file.block_id, thread_message.channel_id, thread_message.message_id, block_file.attachment_id,
    block_file.filename, block_file.size
FROM block_file
JOIN block ON block.id = block_file.block_id AND block.state <> 'removed'
JOIN thread_message ON thread_message.message_id = block.source_message_id
WHERE block_file.server_id = :server_id AND block_file.digest IS NULL AND block_file.attachment_id IS NOT NULL
ORDER BY block_file.id LIMIT :limit;

-- name: keep_file!
UPDATE block_file SET digest = :digest, content_type = :content_type, size = :size
WHERE server_id = :server_id AND block_id = :block_id AND digest IS NULL;

-- name: lose_file!
UPDATE block_file SET digest = '' WHERE server_id = :server_id AND block_id = :block_id AND digest IS NULL;

-- name: mark_message_deleted!
UPDATE thread_message SET deleted = 1, author_user_id = NULL, fence = '', text = '' WHERE message_id = :message_id;

-- name: remember_deleted!
-- Where its channel is the thread of a note.
INSERT INTO thread_message (message_id, server_id, session_id, channel_id, deleted)
SELECT :message_id, server_id, id, :channel_id, 1 FROM session WHERE +server_id = :server_id AND thread_id = :channel_id
ON CONFLICT DO NOTHING;

-- name: messages_up_to
SELECT message_id FROM thread_message
WHERE +server_id = :server_id AND channel_id = :channel_id AND message_id <= :message_id AND deleted = 0
ORDER BY message_id;

-- name: open_threads
SELECT thread_id, number FROM session
WHERE server_id = :server_id AND thread_id IS NOT NULL AND (state = 'open' OR closed_at >= :closed_since)
ORDER BY number;

-- name: kept_elsewhere
SELECT thread_message.channel_id, thread_message.message_id
FROM session JOIN thread_message ON thread_message.session_id = session.id
WHERE session.server_id = :server_id AND session.started_at >= :since AND thread_message.deleted = 0
    AND thread_message.channel_id IS NOT session.thread_id;

-- name: drafts_in_note
-- What was typed into forms that hold words of a note: of its pieces and its sections.
SELECT user_id, form, target, fields FROM draft
WHERE server_id = :server_id AND target IN (SELECT id FROM block WHERE session_id = :session_id)
    AND (form IN ('note.block', 'note.section') OR form LIKE 'block.%' OR form LIKE 'section.%');

-- name: reword_draft!
UPDATE draft SET fields = :fields
WHERE server_id = :server_id AND user_id = :user_id AND form = :form AND target = :target;

-- name: revisions_of_block
SELECT revision, session_revision, state, text, merged_into_id FROM block_revision WHERE block_id = :block_id
ORDER BY revision;

-- name: reword_revision!
UPDATE block_revision SET text = :text WHERE block_id = :block_id AND revision = :revision;

-- name: blank_revisions!
UPDATE block_revision
SET text = '', by_user_id = CASE WHEN by_user_id = :author_id THEN NULL ELSE by_user_id END
WHERE block_id = :block_id;

-- Holes: the questions of a note

-- name: link_question!
UPDATE block SET question_id = :question_id WHERE server_id = :server_id AND id = :id;

-- name: asked_in_notes$
-- When somebody asked the last time but :skip in a note.
SELECT created_at FROM question
WHERE server_id = :server_id AND asker_user_id = :author_id AND origin = 'message' AND source_message_id IS NULL
    AND created_at > :since
ORDER BY created_at DESC LIMIT 1 OFFSET :skip;

-- name: waits_to_be_asked$
-- Whether another line of somebody's waits to be logged that stands in the note since a time.
SELECT 1 FROM block
WHERE session_id = :session_id AND kind = 'question' AND state = 'standing' AND question_id IS NULL
    AND author_user_id = :author_id AND created_at > :since AND id <> :id
LIMIT 1;

-- name: holes_of_question
-- Where it stands in notes, itself or as a question that repeats it.
SELECT block.id, block.filled_at, session.number, session.title, session.channel_id, session.thread_id
FROM question
JOIN block ON block.question_id = question.id AND block.state = 'standing'
JOIN session ON session.id = block.session_id
WHERE +question.server_id = :server_id AND (question.id = :question_id OR question.duplicate_of_id = :question_id)
ORDER BY block.id;

-- name: who_filled$
SELECT author_user_id FROM answer
WHERE question_id = :question_id AND removed = 0
ORDER BY endorsed_at IS NULL, ordinal LIMIT 1;

-- name: say_it_is_filled!
UPDATE block SET filled_at = :now WHERE server_id = :server_id AND id = :id;

-- Compiling: versions of notes

-- name: hole_questions
-- What is known of the questions with these ids; of one that repeats another, what is known of that other.
SELECT asked.id AS asked_id, asked.removed AS asked_removed, asked.hidden AS asked_hidden,
    asked.anonymous AS asked_anonymously, question.id, question.number, question.state, question.now_think,
    question.hidden, parent.number AS parent_number
FROM json_each(:ids) AS wanted
JOIN question AS asked ON asked.id = wanted.value AND +asked.server_id = :server_id
JOIN question ON question.id = COALESCE(asked.duplicate_of_id, asked.id)
LEFT JOIN question AS parent ON parent.id = question.parent_question_id AND parent.hidden = 0;

-- name: hole_answers
SELECT answer.id, answer.question_id, answer.ordinal, answer.author_user_id AS author_id, answer.text,
    answer.endorsed_at, answer.created_at
FROM json_each(:ids) AS wanted
JOIN answer ON answer.question_id = wanted.value
WHERE +answer.server_id = :server_id AND answer.removed = 0 AND answer.text <> ''
ORDER BY answer.question_id, answer.endorsed_at IS NULL, answer.ordinal;

-- name: hole_sources
SELECT source.answer_id, source.kind, source.title, source.locator, source.why, source.asked, source.checked
FROM json_each(:ids) AS wanted
JOIN answer ON answer.question_id = wanted.value AND +answer.server_id = :server_id
JOIN source ON source.answer_id = answer.id
ORDER BY source.answer_id, source.position;

-- name: hole_follow_ups
SELECT question.parent_question_id AS question_id, question.number
FROM json_each(:ids) AS wanted
JOIN question ON question.parent_question_id = wanted.value
WHERE +question.server_id = :server_id AND question.hidden = 0
    AND question.state NOT IN ('waiting', 'withdrawn', 'duplicate')
ORDER BY question.number;

-- name: newest_version^
SELECT version, session_revision, snapshot, digest, compiled_at
FROM compilation
WHERE server_id = :server_id AND session_id = :session_id
ORDER BY version DESC LIMIT 1;

-- name: revision_of_version$
SELECT session_revision FROM compilation
WHERE server_id = :server_id AND session_id = :session_id AND version = :version;

-- name: version_of$
SELECT snapshot FROM compilation WHERE server_id = :server_id AND session_id = :session_id AND version = :version;

-- name: versions_of
SELECT version, changed, compiled_by_user_id AS compiled_by, compiled_at
FROM compilation
WHERE server_id = :server_id AND session_id = :session_id
ORDER BY version DESC;

-- name: newest_versions
-- Of every note of a server that was compiled, the newest version, by day of the lesson.
SELECT session.unit_key, compilation.snapshot
FROM compilation
JOIN session ON session.id = compilation.session_id
WHERE compilation.server_id = :server_id AND compilation.version = (
    SELECT MAX(one.version) FROM compilation AS one WHERE one.session_id = compilation.session_id
)
ORDER BY session.held_on, session.number;

-- name: keep_version!
INSERT INTO compilation (server_id, session_id, version, session_revision, snapshot, digest, changed,
    compiled_by_user_id, compiled_at)
VALUES (:server_id, :session_id, :version, :session_revision, :snapshot, :digest, :changed, :compiled_by, :now);

-- name: kept_versions
SELECT id, session_revision, snapshot FROM compilation WHERE server_id = :server_id AND session_id = :session_id;

-- name: replace_version!
UPDATE compilation SET snapshot = :snapshot, digest = :digest WHERE server_id = :server_id AND id = :id;

-- name: deleted_blocks
-- Those whose messages were deleted; what an edit of its message removed has an author still.
SELECT id FROM block
WHERE +server_id = :server_id AND session_id = :session_id AND state = 'removed' AND author_user_id IS NULL;

-- name: merged_texts
-- What those blocks of a note that others were ever merged into said in its version :session_revision.
SELECT head.id, COALESCE((
    SELECT said.text FROM block_revision AS said
    WHERE said.block_id = head.id AND said.session_revision <= :session_revision AND said.cause <> 'set_aside'
    ORDER BY said.revision DESC LIMIT 1
), '') AS text
FROM (
    SELECT DISTINCT block_revision.merged_into_id AS id
    FROM block JOIN block_revision ON block_revision.block_id = block.id
    WHERE +block.server_id = :server_id AND block.session_id = :session_id
        AND block_revision.merged_into_id IS NOT NULL
) AS head;

-- name: removed_questions
SELECT number FROM question
WHERE server_id = :server_id AND number IN (SELECT value FROM json_each(:numbers)) AND removed = 1;

-- name: removed_answers
SELECT question.number, answer.ordinal
FROM question JOIN answer ON answer.question_id = question.id
WHERE question.server_id = :server_id AND question.number IN (SELECT value FROM json_each(:numbers))
    AND answer.removed = 1;

-- name: sessions_of_question
-- The notes in which a question stands, or one that repeats it: by the ids of both.
SELECT DISTINCT block.session_id
FROM question
JOIN block ON block.question_id = question.id
WHERE +question.server_id = :server_id AND (question.id = :question_id OR question.duplicate_of_id = :question_id);

-- name: notes_of_question
SELECT DISTINCT session.number, session.title, session.held_on
FROM question
JOIN block ON block.question_id = question.id AND block.state = 'standing'
JOIN session ON session.id = block.session_id
WHERE +question.server_id = :server_id AND (question.id = :question_id OR question.duplicate_of_id = :question_id)
ORDER BY session.held_on, session.number;

-- Editing, history, finding: what a note said, and what somebody missed

-- name: revision_of^
SELECT revision, session_revision, kind, state, part, text, merged_into_id
FROM block_revision
WHERE block_id = :block_id AND revision = :revision;

-- name: said_in^
-- What a block said in a revision: what its message said that was set aside, it did not say.
SELECT kind, state, text
FROM block_revision
WHERE block_id = :block_id AND revision <= :revision AND cause <> 'set_aside'
ORDER BY revision DESC LIMIT 1;

-- name: said_before$
SELECT text
FROM block_revision
WHERE block_id = :block_id AND session_revision < :version AND cause <> 'set_aside'
ORDER BY revision DESC LIMIT 1;

-- name: said_by_message$
SELECT text
FROM block_revision
WHERE block_id = :block_id AND :message_revision > 0 AND (revision = :message_revision OR cause = 'set_aside')
ORDER BY revision DESC LIMIT 1;

-- name: merged_at$
-- The version in which a block was merged that is so in :version.
SELECT MIN(session_revision)
FROM block_revision
WHERE block_id = :block_id AND session_revision <= :version AND revision > COALESCE((
    SELECT MAX(apart.revision) FROM block_revision AS apart
    WHERE apart.block_id = :block_id AND apart.session_revision <= :version AND apart.state <> 'merged'
), 0);

-- name: version_as_it_was
-- Every block that there was in a version of a note: what it said then.
SELECT block_id, revision, kind, state, part, text, merged_into_id
FROM (
    SELECT said.block_id, said.revision, said.kind, said.state, said.part, said.text, said.merged_into_id,
        ROW_NUMBER() OVER (PARTITION BY said.block_id ORDER BY said.revision DESC) AS newest
    FROM block
    JOIN block_revision AS said ON said.block_id = block.id
    WHERE block.session_id = :session_id AND said.session_revision <= :version AND said.cause <> 'set_aside'
)
WHERE newest = 1;

-- name: revision_count$
SELECT COUNT(*)
FROM block
JOIN block_revision AS said ON said.block_id = block.id
WHERE block.session_id = :session_id AND (:block_id IS NULL OR block.id = :block_id) AND said.cause <> 'moved'
    AND (:inside OR block.author_user_id = :user_id OR said.session_revision >= (
        SELECT MIN(stood.session_revision) FROM block_revision AS stood
        WHERE stood.block_id = block.id AND stood.state = 'standing'
    ));

-- name: revision_page
-- Who is no scribe of the note sees of a block what it said since it stood in the note first.
SELECT said.block_id, said.revision, said.session_revision, said.kind, said.state, said.text, said.cause,
    said.by_user_id AS by, said.at, COALESCE((
        SELECT earlier.text FROM block_revision AS earlier
        WHERE earlier.block_id = said.block_id AND earlier.revision < said.revision AND earlier.cause <> 'set_aside'
        ORDER BY earlier.revision DESC LIMIT 1
    ), '') AS before
FROM block
JOIN block_revision AS said ON said.block_id = block.id
WHERE block.session_id = :session_id AND (:block_id IS NULL OR block.id = :block_id) AND said.cause <> 'moved'
    AND (:inside OR block.author_user_id = :user_id OR said.session_revision >= (
        SELECT MIN(stood.session_revision) FROM block_revision AS stood
        WHERE stood.block_id = block.id AND stood.state = 'standing'
    ))
ORDER BY said.session_revision DESC, block.position DESC, block.part DESC, said.revision DESC
LIMIT :limit OFFSET :offset;

-- name: last_written_in^
-- The last session in which somebody wrote something that stands.
SELECT session.held_on, session.number
FROM block
JOIN session ON session.id = block.session_id
WHERE block.server_id = :server_id AND block.author_user_id = :user_id AND block.state = 'standing'
ORDER BY session.held_on DESC, session.number DESC LIMIT 1;

-- name: sessions_without
-- The sessions of some days in which somebody wrote nothing that stands; of the first day those after a number.
SELECT session.number
FROM session
WHERE session.server_id = :server_id AND session.held_on BETWEEN :first_day AND :last_day
    AND (session.held_on, session.number) > (:first_day, :after_number)
    AND (:class_id IS NULL OR session.class_id = :class_id)
    AND NOT EXISTS (
        SELECT 1 FROM block
        WHERE block.session_id = session.id AND block.author_user_id = :user_id AND block.state = 'standing'
    )
ORDER BY session.held_on, session.number;

-- name: open_questions_in
-- The holes of a note; of a question that repeats another, that other.
SELECT question.number, question.text
FROM block
JOIN question AS asked ON asked.id = block.question_id
JOIN question ON question.id = COALESCE(asked.duplicate_of_id, asked.id)
WHERE block.session_id = :session_id AND block.state = 'standing' AND question.hidden = 0
    AND question.state IN ('open', 'claimed', 'unresolved')
GROUP BY question.id
ORDER BY MIN(block.position), MIN(block.part);
