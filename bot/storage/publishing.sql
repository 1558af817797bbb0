-- Publications: who was asked, who said yes, what is public.

-- name: publication_of^
SELECT id, question_id, state, snapshot, digest, approved_at
FROM publication
WHERE server_id = :server_id AND question_id = :question_id;

-- name: question^
SELECT id, number, state, removed, anonymous FROM question WHERE server_id = :server_id AND id = :id;

-- name: asker_consent$
-- What the asker said: by name, or anonymously. No row: they were never asked as what they are now.
SELECT COALESCE(anonymous_consent.state, consent.state)
FROM publication
JOIN question ON question.id = publication.question_id
LEFT JOIN anonymous_consent ON question.anonymous = 1 AND anonymous_consent.publication_id = publication.id
LEFT JOIN consent ON question.anonymous = 0
    AND consent.publication_id = publication.id AND consent.user_id = question.asker_user_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id;

-- name: consented_ordinals
-- The answers that stand, and that their authors had given when they said yes.
SELECT answer.ordinal
FROM publication
JOIN answer ON answer.question_id = publication.question_id
JOIN consent ON consent.publication_id = publication.id AND consent.user_id = answer.author_user_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id
    AND answer.removed = 0 AND answer.text <> ''
    AND consent.state = 'given' AND answer.created_at <= consent.decided_at;

-- name: withdraw!
UPDATE publication
SET state = 'withdrawn', withdrawn_at = :now, withdrawn_because = :because, snapshot = NULL, digest = NULL
WHERE server_id = :server_id AND id = :id;

-- name: save_snapshot!
UPDATE publication SET snapshot = :snapshot, digest = :digest WHERE server_id = :server_id AND id = :id;
