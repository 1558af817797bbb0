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
-- What a block that is struck was before.
SELECT state FROM block_revision WHERE block_id = :block_id AND state <> 'struck' ORDER BY revision DESC LIMIT 1;

-- name: say_who_checked!
UPDATE block SET checked_by_user_id = :checked_by, checked_at = :checked_at WHERE server_id = :server_id AND id = :id;

-- Holes: the questions of a note

-- name: link_question!
UPDATE block SET question_id = :question_id WHERE server_id = :server_id AND id = :id;

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
SELECT id, snapshot FROM compilation WHERE server_id = :server_id AND session_id = :session_id;

-- name: replace_version!
UPDATE compilation SET snapshot = :snapshot, digest = :digest WHERE server_id = :server_id AND id = :id;

-- name: removed_blocks
SELECT id FROM block WHERE +server_id = :server_id AND session_id = :session_id AND state = 'removed';

-- name: removed_questions
SELECT question.number
FROM json_each(:numbers) AS wanted
JOIN question ON question.server_id = :server_id AND question.number = wanted.value
WHERE question.removed = 1;

-- name: removed_answers
SELECT question.number, answer.ordinal
FROM json_each(:numbers) AS wanted
JOIN question ON question.server_id = :server_id AND question.number = wanted.value
JOIN answer ON answer.question_id = question.id
WHERE answer.removed = 1;

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

-- name: named_classes
SELECT id, name FROM class WHERE server_id = :server_id AND name IS NOT NULL ORDER BY name;

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
