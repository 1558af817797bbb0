-- Histories from elsewhere. The `spool` queries run on a database of their own: see spool.py.

-- name: make_spool#
CREATE TABLE candidate (
    server_id       BIGINT NOT NULL,
    message_id      BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    channel_id      BIGINT NOT NULL,
    author_id       BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    text            TEXT NOT NULL,
    reply_to        BIGINT,
    attachments     TEXT NOT NULL,
    folder          TEXT NOT NULL,
    PRIMARY KEY (kind, server_id, message_id)
) WITHOUT ROWID;

-- name: add_to_spool*!
INSERT INTO candidate VALUES (:server_id, :message_id, :kind, :channel_id, :author_id, :created_at, :text, :reply_to,
    :attachments, :folder)
ON CONFLICT DO NOTHING;

-- name: spooled
SELECT server_id, message_id, kind, channel_id, author_id, created_at, text, reply_to, attachments, folder
FROM candidate
WHERE kind = :kind AND server_id = :server_id AND message_id > :after
ORDER BY message_id
LIMIT :limit;

-- name: messages_known
-- Ids of messages that were kept before, as questions or as answers, whoever logged them.
SELECT source_message_id AS message_id FROM question
WHERE server_id = :server_id AND source_message_id BETWEEN :first AND :last
UNION
SELECT source_message_id FROM answer
WHERE server_id = :server_id AND source_message_id BETWEEN :first AND :last;

-- name: take_numbers$
UPDATE server SET next_number = next_number + :count WHERE id = :server_id RETURNING next_number - :count;

-- name: add_question$
-- `offered_at`: what was asked long ago is not offered again by the digest of what nobody took.
INSERT INTO question (server_id, class_id, number, state, text, asker_user_id, channel_id, source_message_id, origin,
    created_at, changed_at, offered_at)
VALUES (:server_id, :class_id, :number, 'open', :text, :author_id, :channel_id, :message_id, 'import',
    :created_at, :created_at, :created_at)
RETURNING id;

-- name: imported_question^
-- What may get answers from an import: it came from one, and nobody withdrew or removed it since.
SELECT id, asker_user_id AS asker_id, state IN ('duplicate', 'withdrawn') OR removed AS closed
FROM question
WHERE server_id = :server_id AND source_message_id = :message_id AND origin = 'import';

-- name: add_answer$
INSERT INTO answer (server_id, question_id, ordinal, author_user_id, text, source_message_id, origin, created_at, changed_at)
SELECT :server_id, :question_id, COALESCE(MAX(ordinal), 0) + 1, :author_id, :text, :message_id, 'import',
    :created_at, :created_at
FROM answer
WHERE question_id = :question_id
RETURNING id;

-- name: mark_answered!
UPDATE question SET state = 'answered', changed_at = :created_at
WHERE server_id = :server_id AND id = :id AND state = 'open';

-- name: add_file!
INSERT INTO attachment (question_id, answer_id, digest, filename, content_type, size)
VALUES (:question_id, :answer_id, :digest, :filename, :content_type, :size);

-- name: spool_size$
SELECT COUNT(*) FROM candidate;
