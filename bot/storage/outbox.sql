-- What the bot is to do in Discord, in order per channel.

-- name: add!
-- A card that waits already is marked as called for again: it may be on its way to Discord, drawn as things were.
INSERT INTO outbox (server_id, channel_id, kind, subject, payload, not_before, created_at)
VALUES (:server_id, :channel_id, :kind, :subject, :payload, :now, :now)
ON CONFLICT DO UPDATE SET created_at = MAX(excluded.created_at, outbox.created_at + 1);

-- name: heads
-- The first row of every channel: its others wait for it, so that a channel keeps its order.
SELECT id, server_id, channel_id, kind, subject, payload, attempts, created_at
FROM outbox
WHERE id IN (SELECT MIN(id) FROM outbox GROUP BY channel_id) AND not_before <= :now
ORDER BY id;

-- name: delete!
-- A row that was called for again meanwhile stays.
DELETE FROM outbox WHERE id = :id AND created_at = :created_at;

-- name: postpone!
UPDATE outbox SET attempts = attempts + 1, not_before = :not_before, last_error = :error WHERE id = :id;

-- name: remember_posted!
INSERT INTO posted_message (message_id, server_id, channel_id, kind, subject, posted_at)
VALUES (:message_id, :server_id, :channel_id, :kind, :subject, :now)
ON CONFLICT DO NOTHING;

-- name: posted
SELECT message_id, channel_id, removed_at
FROM posted_message
WHERE server_id = :server_id AND kind = :kind AND subject = :subject
ORDER BY message_id;

-- name: mark_removed!
UPDATE posted_message SET removed_at = :now WHERE message_id = :message_id AND removed_at IS NULL;

-- name: forget_posted!
DELETE FROM posted_message WHERE message_id = :message_id AND removed_at IS NULL;
