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

-- name: my_open_notes
-- Those whose scribe they are now, and how much waits in each to be taken in.
SELECT session.number, session.title, session.held_on,
    (SELECT COUNT(*) FROM block WHERE block.session_id = session.id AND block.state = 'waiting') AS waiting
FROM session_scribe JOIN session ON session.id = session_scribe.session_id
WHERE session_scribe.user_id = :user_id AND session_scribe.until IS NULL
    AND +session.server_id = :server_id AND session.state = 'open'
GROUP BY session.id
ORDER BY session.held_on DESC, session.number DESC
LIMIT :limit;

-- Goals: each person's own, and nobody else's to see.

-- name: add_goal$
INSERT INTO goal (server_id, user_id, number, text, by_day, helps, state, created_at)
SELECT :server_id, :user_id, COALESCE(MAX(number), 0) + 1, :text, :by_day, :helps, 'open', :now
FROM goal WHERE server_id = :server_id AND user_id = :user_id
RETURNING number;

-- name: goal^
SELECT number, text, by_day, helps, look_back, state, created_at, looked_back_at
FROM goal
WHERE server_id = :server_id AND user_id = :user_id AND number = :number;

-- name: save_goal!
UPDATE goal
SET text = :text, by_day = :by_day, helps = :helps, look_back = :look_back, state = :state,
    looked_back_at = :looked_back_at
WHERE server_id = :server_id AND user_id = :user_id AND number = :number;

-- name: remove_goal!
DELETE FROM goal WHERE server_id = :server_id AND user_id = :user_id AND number = :number;

-- name: goals
-- What is open first, by its day; then what has ended, the newest first.
SELECT number, text, by_day, helps, look_back, state, created_at, looked_back_at
FROM goal
WHERE server_id = :server_id AND user_id = :user_id
ORDER BY state <> 'open', CASE WHEN state = 'open' THEN COALESCE(by_day, '9999') END, looked_back_at DESC, number DESC
LIMIT :limit OFFSET :offset;

-- name: goals_by_day
SELECT number, text, by_day, helps, look_back, state, created_at, looked_back_at
FROM goal
WHERE server_id = :server_id AND user_id = :user_id AND state = 'open' AND by_day <= :today
ORDER BY by_day, number;

-- name: goal_count$
SELECT COUNT(*) FROM goal WHERE server_id = :server_id AND user_id = :user_id;

-- name: units
SELECT unit AS topic FROM session
WHERE server_id = :server_id AND unit_key <> ''
GROUP BY unit_key
ORDER BY MAX(held_on) DESC
LIMIT 1000;

-- What one person made here. Their anonymous questions are found by their own rows of who asked, and listed to nobody
-- else.

-- name: work_counts^
SELECT
    (SELECT COUNT(*) FROM question WHERE server_id = :server_id AND asker_user_id = :user_id AND removed = 0)
        + (SELECT COUNT(*) FROM anonymous_asker JOIN question ON question.id = anonymous_asker.question_id
            WHERE anonymous_asker.server_id = :server_id AND anonymous_asker.user_id = :user_id
                AND question.removed = 0) AS questions,
    (SELECT COUNT(*) FROM answer
        WHERE server_id = :server_id AND author_user_id = :user_id AND removed = 0) AS answers,
    (SELECT COUNT(DISTINCT session_id) FROM block
        WHERE server_id = :server_id AND author_user_id = :user_id AND state IN ('standing', 'waiting')) AS notes,
    (SELECT COUNT(*) FROM block
        WHERE server_id = :server_id AND author_user_id = :user_id AND state IN ('standing', 'waiting')
            AND kind = 'term') AS terms,
    (SELECT COUNT(*) FROM consent JOIN publication ON publication.id = consent.publication_id
        WHERE consent.user_id = :user_id AND consent.state = 'given' AND publication.server_id = :server_id
            AND publication.state <> 'withdrawn')
        + (SELECT COUNT(*) FROM anonymous_asker
            JOIN publication ON publication.question_id = anonymous_asker.question_id
            JOIN anonymous_consent ON anonymous_consent.publication_id = publication.id
            WHERE anonymous_asker.server_id = :server_id AND anonymous_asker.user_id = :user_id
                AND anonymous_consent.state = 'given' AND publication.state <> 'withdrawn'
                AND NOT EXISTS (
                    SELECT 1 FROM consent WHERE consent.publication_id = publication.id
                        AND consent.user_id = :user_id AND consent.state = 'given'
                )) AS shared,
    (SELECT COUNT(*) FROM study_card
        WHERE server_id = :server_id AND user_id = :user_id AND state <> 'retired') AS cards,
    (SELECT COUNT(*) FROM goal WHERE server_id = :server_id AND user_id = :user_id) AS goals;

-- name: my_questions
SELECT id, anonymous, created_at FROM question
WHERE server_id = :server_id AND asker_user_id = :user_id AND removed = 0
UNION ALL
SELECT question.id, question.anonymous, question.created_at
FROM anonymous_asker JOIN question ON question.id = anonymous_asker.question_id
WHERE anonymous_asker.server_id = :server_id AND anonymous_asker.user_id = :user_id AND question.removed = 0
ORDER BY created_at DESC, id DESC
LIMIT :limit OFFSET :offset;

-- name: my_answers
SELECT id FROM answer
WHERE server_id = :server_id AND author_user_id = :user_id AND removed = 0
ORDER BY created_at DESC, id DESC
LIMIT :limit OFFSET :offset;

-- name: my_notes
SELECT session_id AS id, COUNT(*) AS blocks FROM block
WHERE server_id = :server_id AND author_user_id = :user_id AND state IN ('standing', 'waiting')
GROUP BY session_id
ORDER BY MAX(position) DESC, session_id DESC
LIMIT :limit OFFSET :offset;

-- name: my_terms
SELECT id FROM block
WHERE server_id = :server_id AND author_user_id = :user_id AND state IN ('standing', 'waiting') AND kind = 'term'
ORDER BY position DESC, part DESC
LIMIT :limit OFFSET :offset;

-- name: my_publications
-- What is public, or asked for, with this person's yes. One is of a question or of a note.
SELECT publication.id, publication.question_id, publication.session_id, publication.state, publication.requested_at
FROM consent JOIN publication ON publication.id = consent.publication_id
WHERE consent.user_id = :user_id AND consent.state = 'given' AND publication.server_id = :server_id
    AND publication.state <> 'withdrawn'
UNION
SELECT publication.id, publication.question_id, publication.session_id, publication.state, publication.requested_at
FROM anonymous_asker
JOIN publication ON publication.question_id = anonymous_asker.question_id
JOIN anonymous_consent ON anonymous_consent.publication_id = publication.id
WHERE anonymous_asker.server_id = :server_id AND anonymous_asker.user_id = :user_id
    AND anonymous_consent.state = 'given' AND publication.state <> 'withdrawn'
ORDER BY requested_at DESC, id DESC
LIMIT :limit OFFSET :offset;
