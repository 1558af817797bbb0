-- The search index has a table per server, whose name no named query can hold: see search.py. A list of ids comes as
-- a JSON array, which SQLite alone opens like this. The plus before
-- `server_id` keeps SQLite from looking through all that the server has, instead of finding the ids.

-- name: table_exists$
SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name;

-- name: question_lines
SELECT id, number, state, text, topic, created_at, claimed_by_user_id AS claimed_by,
    (SELECT COUNT(*) FROM answer WHERE answer.question_id = question.id AND answer.removed = 0) AS answer_count,
    (SELECT COUNT(*) FROM me_too WHERE me_too.question_id = question.id) AS me_too_count
FROM question
WHERE +server_id = :server_id AND id IN (SELECT value FROM json_each(:ids));

-- name: answer_lines
SELECT answer.id, question.number, answer.ordinal, question.state
FROM answer JOIN question ON question.id = answer.question_id
WHERE +answer.server_id = :server_id AND answer.id IN (SELECT value FROM json_each(:ids));
