-- Publications: who was asked, who said yes, what is public.

-- name: publication_of^
SELECT id, question_id, state, snapshot, digest, approved_at
FROM publication
WHERE server_id = :server_id AND question_id = :question_id;

-- name: publication_of_note^
SELECT id, session_id, state, snapshot, digest, approved_at
FROM publication
WHERE server_id = :server_id AND session_id = :session_id;

-- name: note_of_number^
SELECT id, title FROM session WHERE server_id = :server_id AND number = :number;

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

-- name: tried_may_be_shown$
-- What was tried is its writer's: the asker's, whose yes the whole page needs, or somebody's who said yes too.
SELECT 1
FROM publication JOIN question ON question.id = publication.question_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id AND (
    question.tried_by_user_id IS question.asker_user_id
    OR EXISTS (
        SELECT 1 FROM consent
        WHERE consent.publication_id = publication.id AND consent.user_id = question.tried_by_user_id
            AND consent.state = 'given'
    )
);

-- name: reworded_since_yes$
-- Did somebody else reword the asker's words after their yes? They agreed to other ones.
SELECT 1
FROM publication
JOIN question ON question.id = publication.question_id
JOIN question_revision ON question_revision.question_id = question.id
LEFT JOIN anonymous_consent ON question.anonymous = 1 AND anonymous_consent.publication_id = publication.id
LEFT JOIN consent ON question.anonymous = 0
    AND consent.publication_id = publication.id AND consent.user_id = question.asker_user_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id
    AND question_revision.edited_by_user_id IS NOT question.asker_user_id
    AND question_revision.edited_at > COALESCE(anonymous_consent.decided_at, consent.decided_at);

-- name: withdraw!
UPDATE publication
SET state = 'withdrawn', withdrawn_at = :now, withdrawn_because = :because, snapshot = NULL, digest = NULL
WHERE server_id = :server_id AND id = :id;

-- name: save_snapshot!
UPDATE publication SET snapshot = :snapshot, digest = :digest WHERE server_id = :server_id AND id = :id;

-- Asking and consenting

-- name: ask_publication$
-- A publication that was withdrawn begins anew; one that is asked for or public stays as it is.
INSERT INTO publication (server_id, question_id, state, requested_by_user_id, requested_at)
VALUES (:server_id, :question_id, 'asked', :requested_by, :now)
ON CONFLICT (question_id) DO UPDATE SET
    state = 'asked', requested_by_user_id = excluded.requested_by_user_id, requested_at = excluded.requested_at,
    approved_by_user_id = NULL, approved_at = NULL, withdrawn_at = NULL, withdrawn_because = ''
    WHERE publication.state = 'withdrawn'
RETURNING id;

-- name: ask_note_publication$
-- As ask_publication, of a note.
INSERT INTO publication (server_id, session_id, state, requested_by_user_id, requested_at)
VALUES (:server_id, :session_id, 'asked', :requested_by, :now)
ON CONFLICT (session_id) DO UPDATE SET
    state = 'asked', requested_by_user_id = excluded.requested_by_user_id, requested_at = excluded.requested_at,
    approved_by_user_id = NULL, approved_at = NULL, withdrawn_at = NULL, withdrawn_because = ''
    WHERE publication.state = 'withdrawn'
RETURNING id;

-- name: forget_consents!
DELETE FROM consent
WHERE publication_id = (SELECT id FROM publication WHERE server_id = :server_id AND id = :publication_id);

-- name: forget_anonymous_consent!
DELETE FROM anonymous_consent
WHERE publication_id = (SELECT id FROM publication WHERE server_id = :server_id AND id = :publication_id);

-- name: authors
-- The plus keeps SQLite from looking through all answers of the server.
-- Who wrote in a question by name: its asker, whoever wrote an answer that stands, and whoever wrote what was tried.
SELECT asker_user_id AS user_id FROM question
WHERE server_id = :server_id AND id = :question_id AND anonymous = 0 AND asker_user_id IS NOT NULL
UNION
SELECT author_user_id FROM answer
WHERE +server_id = :server_id AND question_id = :question_id AND removed = 0 AND text <> ''
UNION
SELECT tried_by_user_id FROM question
WHERE server_id = :server_id AND id = :question_id AND state = 'unresolved' AND tried_by_user_id IS NOT NULL
ORDER BY user_id;

-- name: note_authors
-- Who wrote these blocks, an answer to these questions that was there when they were compiled, or what they now think.
-- (The plusses keep SQLite from looking through all questions of the server, by their askers.)
SELECT block.author_user_id AS user_id
FROM json_each(:blocks) AS wanted JOIN block ON block.id = wanted.value
WHERE +block.server_id = :server_id AND block.state = 'standing' AND block.author_user_id IS NOT NULL
UNION
SELECT answer.author_user_id
FROM question JOIN answer ON answer.question_id = question.id
WHERE question.server_id = :server_id AND question.number IN (SELECT value FROM json_each(:numbers))
    AND answer.removed = 0 AND answer.text <> '' AND answer.created_at <= :until
UNION
SELECT +question.asker_user_id
FROM question
WHERE question.server_id = :server_id AND question.number IN (SELECT value FROM json_each(:numbers))
    AND +question.state = 'settled' AND question.now_think <> '' AND question.settled_at <= :until
    AND +question.asker_user_id IS NOT NULL
ORDER BY user_id;

-- name: ask_consent!
INSERT INTO consent (publication_id, user_id, state) VALUES (:publication_id, :user_id, 'asked') ON CONFLICT DO NOTHING;

-- name: ask_anonymous_consent!
INSERT INTO anonymous_consent (publication_id, state) VALUES (:publication_id, 'asked') ON CONFLICT DO NOTHING;

-- name: decide!
UPDATE consent SET state = :state, decided_at = :now WHERE publication_id = :publication_id AND user_id = :user_id;

-- name: decide_anonymously!
UPDATE anonymous_consent SET state = :state, decided_at = :now WHERE publication_id = :publication_id;

-- name: consents_of
-- What one person was asked under their name, where it still matters. What they wrote after their yes is asked anew,
-- and so is what somebody else reworded.
SELECT publication.id AS publication_id, question.number, question.text, COALESCE(member.byline, '') AS byline,
    CASE WHEN consent.state = 'given' AND EXISTS (
        SELECT 1 FROM answer
        WHERE answer.question_id = question.id AND answer.author_user_id = consent.user_id
            AND answer.removed = 0 AND answer.text <> '' AND (
                answer.created_at > consent.decided_at
                OR EXISTS (
                    SELECT 1 FROM answer_revision
                    WHERE answer_revision.answer_id = answer.id AND answer_revision.edited_at > consent.decided_at
                        AND answer_revision.edited_by_user_id IS NOT consent.user_id
                )
            )
        UNION ALL
        SELECT 1 FROM question_revision
        WHERE question_revision.question_id = question.id AND question.asker_user_id = consent.user_id
            AND question_revision.edited_at > consent.decided_at
            AND question_revision.edited_by_user_id IS NOT consent.user_id
    ) THEN 'asked' ELSE consent.state END AS state
FROM consent
JOIN publication ON publication.id = consent.publication_id
JOIN question ON question.id = publication.question_id
LEFT JOIN member ON member.server_id = publication.server_id AND member.user_id = consent.user_id
WHERE consent.user_id = :user_id AND publication.server_id = :server_id AND publication.state <> 'withdrawn'
ORDER BY question.number;

-- name: note_consents_of
-- As consents_of, of notes: what was compiled of what they wrote after their yes is asked anew, and so is what somebody
-- else reworded.
SELECT publication.id AS publication_id, session.number, session.title AS text,
    COALESCE(member.byline, '') AS byline,
    CASE WHEN consent.state = 'given' AND EXISTS (
        SELECT 1 FROM block
        WHERE block.session_id = session.id AND block.author_user_id = consent.user_id AND block.state = 'standing'
            AND block.created_at <= compilation.compiled_at AND (
                block.created_at > consent.decided_at
                OR EXISTS (
                    SELECT 1 FROM block_revision
                    WHERE block_revision.block_id = block.id AND block_revision.at > consent.decided_at
                        AND block_revision.session_revision <= compilation.session_revision
                        AND block_revision.cause IN ('edited', 'restored', 'merged', 'split')
                        AND block_revision.by_user_id IS NOT consent.user_id
                )
            )
        UNION ALL
        SELECT 1 FROM block
        JOIN question AS asked ON asked.id = block.question_id
        JOIN question ON question.id = COALESCE(asked.duplicate_of_id, asked.id)
        JOIN answer ON answer.question_id = question.id
        WHERE block.session_id = session.id AND block.state = 'standing' AND answer.author_user_id = consent.user_id
            AND answer.removed = 0 AND answer.text <> '' AND answer.created_at <= compilation.compiled_at AND (
                answer.created_at > consent.decided_at
                OR EXISTS (
                    SELECT 1 FROM answer_revision
                    WHERE answer_revision.answer_id = answer.id AND answer_revision.edited_at > consent.decided_at
                        AND answer_revision.edited_at <= compilation.compiled_at
                        AND answer_revision.edited_by_user_id IS NOT consent.user_id
                )
            )
        UNION ALL
        SELECT 1 FROM block
        JOIN question AS asked ON asked.id = block.question_id
        JOIN question ON question.id = COALESCE(asked.duplicate_of_id, asked.id)
        WHERE block.session_id = session.id AND block.state = 'standing' AND question.asker_user_id = consent.user_id
            AND question.now_think <> '' AND question.settled_at > consent.decided_at
            AND question.settled_at <= compilation.compiled_at
    ) THEN 'asked' ELSE consent.state END AS state
FROM consent
JOIN publication ON publication.id = consent.publication_id
JOIN session ON session.id = publication.session_id
JOIN compilation ON compilation.session_id = session.id
    AND compilation.version = (SELECT MAX(one.version) FROM compilation AS one WHERE one.session_id = session.id)
LEFT JOIN member ON member.server_id = publication.server_id AND member.user_id = consent.user_id
WHERE consent.user_id = :user_id AND publication.server_id = :server_id AND publication.state <> 'withdrawn'
ORDER BY session.number;

-- name: anonymous_consents
-- Every anonymous asker's; whose they are is not said here. Of an edit by them nobody is written down.
SELECT publication.id AS publication_id, question.number, question.text, '' AS byline,
    CASE WHEN anonymous_consent.state = 'given' AND EXISTS (
        SELECT 1 FROM question_revision
        WHERE question_revision.question_id = question.id AND question_revision.edited_by_user_id IS NOT NULL
            AND question_revision.edited_at > anonymous_consent.decided_at
    ) THEN 'asked' ELSE anonymous_consent.state END AS state
FROM anonymous_consent
JOIN publication ON publication.id = anonymous_consent.publication_id
JOIN question ON question.id = publication.question_id
WHERE publication.server_id = :server_id AND publication.state <> 'withdrawn'
ORDER BY question.number;

-- name: waiting_count$
-- How many have not said yes: silence and no count alike.
SELECT (SELECT COUNT(*) FROM consent WHERE publication_id = publication.id AND state <> 'given')
     + (SELECT COUNT(*) FROM anonymous_consent WHERE publication_id = publication.id AND state <> 'given')
FROM publication
WHERE server_id = :server_id AND id = :publication_id;

-- name: byline$
SELECT byline FROM member WHERE server_id = :server_id AND user_id = :user_id;

-- name: used_bylines
SELECT byline FROM used_byline WHERE server_id = :server_id;

-- name: use_byline!
INSERT INTO used_byline (server_id, byline) VALUES (:server_id, :byline);

-- name: give_byline!
INSERT INTO member (server_id, user_id, byline, created_at) VALUES (:server_id, :user_id, :byline, :now);

-- Composing, approving

-- name: composed_question^
SELECT question.number, question.state, question.text, question.topic, question.knew, question.now_think, question.tried,
    question.removed, question.hidden, question.created_at, question.settled_at,
    COALESCE(member.byline, '') AS byline, parent.number AS parent_number, answer.ordinal AS parent_answer_ordinal
FROM publication
JOIN question ON question.id = publication.question_id
LEFT JOIN member ON member.server_id = question.server_id AND member.user_id = question.asker_user_id
LEFT JOIN question AS parent ON parent.id = question.parent_question_id
LEFT JOIN answer ON answer.id = question.parent_answer_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id;

-- name: composed_answers
-- Without what somebody else reworded after its author's yes.
SELECT answer.id, answer.ordinal, answer.text, member.byline, answer.endorsed_at, answer.created_at
FROM publication
JOIN answer ON answer.question_id = publication.question_id
JOIN consent ON consent.publication_id = publication.id AND consent.user_id = answer.author_user_id
JOIN member ON member.server_id = publication.server_id AND member.user_id = answer.author_user_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id
    AND answer.removed = 0 AND answer.text <> ''
    AND consent.state = 'given' AND answer.created_at <= consent.decided_at
    AND NOT EXISTS (
        SELECT 1 FROM answer_revision
        WHERE answer_revision.answer_id = answer.id AND answer_revision.edited_at > consent.decided_at
            AND answer_revision.edited_by_user_id IS NOT answer.author_user_id
    )
ORDER BY answer.ordinal;

-- name: composed_sources
SELECT source.answer_id, source.kind, source.title, source.locator, source.why, source.asked, source.checked
FROM publication
JOIN answer ON answer.question_id = publication.question_id
JOIN source ON source.answer_id = answer.id
WHERE publication.server_id = :server_id AND publication.id = :publication_id
ORDER BY source.answer_id, source.position;

-- name: agreed_blocks
-- The blocks of a note that stand, and that their authors had written when they said yes; without what somebody else
-- reworded after that yes, up to a version of the note (0: what was reworded does not matter).
SELECT block.id
FROM publication
JOIN block ON block.session_id = publication.session_id
JOIN consent ON consent.publication_id = publication.id AND consent.user_id = block.author_user_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id
    AND block.state = 'standing' AND consent.state = 'given' AND block.created_at <= consent.decided_at
    AND NOT EXISTS (
        SELECT 1 FROM block_revision
        WHERE block_revision.block_id = block.id AND block_revision.at > consent.decided_at
            AND block_revision.session_revision <= :session_revision
            AND block_revision.cause IN ('edited', 'restored', 'merged', 'split')
            AND block_revision.by_user_id IS NOT block.author_user_id
    );

-- name: agreed_answers
-- The same of answers to the questions with these numbers; reworded up to a time (0: it does not matter).
SELECT question.number, answer.ordinal
FROM publication
JOIN question ON question.server_id = publication.server_id
    AND question.number IN (SELECT value FROM json_each(:numbers))
JOIN answer ON answer.question_id = question.id
JOIN consent ON consent.publication_id = publication.id AND consent.user_id = answer.author_user_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id
    AND answer.removed = 0 AND answer.text <> ''
    AND consent.state = 'given' AND answer.created_at <= consent.decided_at
    AND NOT EXISTS (
        SELECT 1 FROM answer_revision
        WHERE answer_revision.answer_id = answer.id AND answer_revision.edited_at > consent.decided_at
            AND answer_revision.edited_at <= :until
            AND answer_revision.edited_by_user_id IS NOT answer.author_user_id
    );

-- name: note_holes
-- Which of the questions with these numbers may be told of, and whether what their askers now think may be: with the
-- yes of an asker who stands there by name, given after it was written (until 0: given at all).
SELECT question.number,
    consent.state IS 'given' AND (:until = 0 OR question.settled_at <= consent.decided_at) AS thought_agreed
FROM publication
JOIN question ON question.server_id = publication.server_id
    AND question.number IN (SELECT value FROM json_each(:numbers))
LEFT JOIN consent ON consent.publication_id = publication.id AND consent.user_id = question.asker_user_id
WHERE publication.server_id = :server_id AND publication.id = :publication_id
    AND question.removed = 0 AND question.hidden = 0 AND question.state NOT IN ('waiting', 'withdrawn');

-- name: composed_inquiry^
-- The inquiry that the question belongs to: the nearest name on the way up its trail.
WITH RECURSIVE up (id, parent_id, height) AS (
    SELECT question.id, question.parent_question_id, 0
    FROM publication JOIN question ON question.id = publication.question_id
    WHERE publication.server_id = :server_id AND publication.id = :publication_id
    UNION ALL
    SELECT parent.id, parent.parent_question_id, up.height + 1
    FROM question AS parent JOIN up ON parent.id = up.parent_id
    WHERE up.height < 1000
)
SELECT inquiry.name, inquiry.why, inquiry.outcome,
    EXISTS (
        SELECT 1 FROM consent WHERE consent.publication_id = :publication_id AND consent.state = 'given'
            AND consent.user_id = inquiry.named_by_user_id
    ) AS name_agreed,
    EXISTS (
        SELECT 1 FROM consent WHERE consent.publication_id = :publication_id AND consent.state = 'given'
            AND consent.user_id = inquiry.outcome_by_user_id
    ) AS outcome_agreed
FROM up JOIN inquiry ON inquiry.root_question_id = up.id
ORDER BY up.height LIMIT 1;

-- name: inquiry_authors^
-- Who named the inquiry that a question belongs to, and who wrote what was done with it.
WITH RECURSIVE up (id, parent_id, height) AS (
    SELECT id, parent_question_id, 0 FROM question WHERE server_id = :server_id AND id = :question_id
    UNION ALL
    SELECT parent.id, parent.parent_question_id, up.height + 1
    FROM question AS parent JOIN up ON parent.id = up.parent_id
    WHERE up.height < 1000
)
SELECT inquiry.named_by_user_id AS named_by, inquiry.outcome_by_user_id AS outcome_by
FROM up JOIN inquiry ON inquiry.root_question_id = up.id
ORDER BY up.height LIMIT 1;

-- name: publish!
UPDATE publication
SET state = 'published', approved_by_user_id = :approved_by, approved_at = :now
WHERE server_id = :server_id AND id = :id;

-- name: live_publications
-- What a librarian may have to look at, oldest request first.
SELECT COALESCE(question.number, session.number) AS number
FROM publication
LEFT JOIN question ON question.id = publication.question_id
LEFT JOIN session ON session.id = publication.session_id
WHERE publication.server_id = :server_id AND publication.state <> 'withdrawn'
ORDER BY publication.requested_at, publication.id;

-- Reading

-- name: public_servers
SELECT server.id, server.name, server.slug, server.timezone, server.site_version
FROM server
JOIN server_setting ON server_setting.server_id = server.id AND server_setting.name = 'publishing_allowed'
WHERE server_setting.value = 'true'
ORDER BY server.name, server.id;

-- name: public_server^
SELECT server.id, server.name, server.slug, server.timezone, server.site_version
FROM server
JOIN server_setting ON server_setting.server_id = server.id AND server_setting.name = 'publishing_allowed'
WHERE server_setting.value = 'true' AND server.slug = :slug;

-- name: public_pages
SELECT publication.snapshot, publication.digest, publication.approved_at
FROM publication JOIN question ON question.id = publication.question_id
WHERE publication.server_id = :server_id AND publication.state = 'published'
ORDER BY question.number;

-- name: public_notes
SELECT publication.snapshot, publication.approved_at
FROM publication JOIN session ON session.id = publication.session_id
WHERE publication.server_id = :server_id AND publication.state = 'published'
ORDER BY session.number;
