-- What waits for librarians.

-- name: waiting_questions
SELECT number FROM question WHERE server_id = :server_id AND state = :state ORDER BY created_at, id;

-- name: publications_ready$
-- Asked for, who must has said yes (a question's asker, anybody in a note), and nothing else stands in the way of a
-- librarian's approval.
SELECT (
    SELECT COUNT(*)
    FROM publication
    JOIN server_setting ON server_setting.server_id = publication.server_id
        AND server_setting.name = 'publishing_allowed' AND server_setting.value = 'true'
    WHERE publication.server_id = :server_id AND publication.state = 'asked' AND EXISTS (
        SELECT 1 FROM consent
        JOIN block ON block.session_id = publication.session_id AND block.author_user_id = consent.user_id
        WHERE consent.publication_id = publication.id AND consent.state = 'given'
            AND block.state = 'standing' AND block.created_at <= consent.decided_at
    )
) + COUNT(*)
FROM publication
JOIN question ON question.id = publication.question_id AND question.state IN ('settled', 'unresolved')
JOIN server_setting ON server_setting.server_id = publication.server_id
    AND server_setting.name = 'publishing_allowed' AND server_setting.value = 'true'
WHERE publication.server_id = :server_id AND publication.state = 'asked' AND (
    EXISTS (
        SELECT 1 FROM consent
        WHERE consent.publication_id = publication.id AND consent.user_id = question.asker_user_id
            AND consent.state = 'given'
    )
    OR EXISTS (
        SELECT 1 FROM anonymous_consent
        WHERE anonymous_consent.publication_id = publication.id AND anonymous_consent.state = 'given'
    )
);

-- name: forget_posted!
DELETE FROM posted_message WHERE server_id = :server_id;

-- name: forget_open_threads
UPDATE session SET thread_id = NULL WHERE server_id = :server_id AND state = 'open' RETURNING number, channel_id;

-- name: renew_desks
UPDATE posted_message SET subject = :version
WHERE server_id = :server_id AND kind = 'desk' AND subject <> :version AND removed_at IS NULL
RETURNING channel_id, message_id;

-- name: shown_questions
SELECT number FROM question
WHERE server_id = :server_id AND state NOT IN ('waiting', 'withdrawn', 'duplicate')
ORDER BY number;
