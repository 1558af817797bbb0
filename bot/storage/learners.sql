-- What waits for one person.

-- name: desk_lines
-- What they hold, and what they asked that is not settled yet. What they asked anonymously is found by its own row of
-- who asked, here and in `asked_anonymously_by` alone, and shown to nobody else; so is what was refused :since.
SELECT 'claims' AS because, '' AS reason, number, state, text, topic, created_at, claimed_by_user_id AS claimed_by,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0) AS answer_count,
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id) AS me_too_count
FROM question
WHERE server_id = :server_id AND claimed_by_user_id = :user_id AND state = 'claimed'
UNION ALL
SELECT CASE state WHEN 'answered' THEN 'to_settle' ELSE 'asked' END, '', number, state, text, topic, created_at,
    claimed_by_user_id,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0),
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id)
FROM question
WHERE server_id = :server_id AND asker_user_id = :user_id AND state IN ('open', 'claimed', 'answered')
UNION ALL
SELECT CASE state WHEN 'answered' THEN 'to_settle' WHEN 'withdrawn' THEN 'refused' ELSE 'anonymous' END,
    refused_because, number, state, text, topic, created_at, claimed_by_user_id,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0),
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id)
FROM anonymous_asker
JOIN question ON question.id = anonymous_asker.question_id
WHERE anonymous_asker.server_id = :server_id AND anonymous_asker.user_id = :user_id
    AND (state IN ('waiting', 'open', 'claimed', 'answered')
        OR state = 'withdrawn' AND hidden = 1 AND refused_because <> '' AND changed_at > :since)
ORDER BY number DESC;
