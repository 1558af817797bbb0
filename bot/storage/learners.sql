-- What waits for one person.

-- name: desk_lines
-- What they hold, and what they asked by name that is not settled yet.
SELECT 'claims' AS because, number, state, text, topic, created_at, claimed_by_user_id AS claimed_by,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0) AS answer_count,
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id) AS me_too_count
FROM question
WHERE server_id = :server_id AND claimed_by_user_id = :user_id AND state = 'claimed'
UNION ALL
SELECT CASE state WHEN 'answered' THEN 'to_settle' ELSE 'asked' END, number, state, text, topic, created_at,
    claimed_by_user_id,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0),
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id)
FROM question
WHERE server_id = :server_id AND asker_user_id = :user_id AND state IN ('open', 'claimed', 'answered')
ORDER BY number DESC;
