-- Cards to study: each student's own. No query shows one student's card, or what they study, to another.

-- Following what cards were made from.

-- name: cards_of_block
SELECT id, front, back, own_words, source_says, state FROM study_card WHERE server_id = :server_id AND block_id = :block_id;

-- name: cards_of_question
SELECT id, front, back, own_words, source_says, state
FROM study_card
WHERE server_id = :server_id AND question_id = :question_id;

-- name: say_source_changed!
UPDATE study_card
SET front = :front, back = :back, source_says = :source_says, changed_at = :now, reported_at = NULL
WHERE id = :id;

-- name: retire!
-- Its source is gone: it rests, and remembers how it stood.
UPDATE study_card SET state_before = state, state = 'retired' WHERE id = :id AND state <> 'retired';

-- name: bring_back!
UPDATE study_card SET state = state_before, state_before = '' WHERE id = :id AND state = 'retired';

-- name: forget_words!
-- What its source said goes with the source, side by side; what the student said in their own words stays.
UPDATE study_card
SET source_says = '',
    front = CASE WHEN own_words = 1 AND SUBSTR(source_says, 1, LENGTH(front) + 4) <> front || ' :: ' THEN front ELSE '' END,
    back = CASE WHEN own_words = 1 AND SUBSTR(source_says, -LENGTH(back) - 4) <> ' :: ' || back THEN back ELSE '' END
WHERE id = :id;

-- name: forget_message!
-- A message was deleted in Discord: the cards that hold its words as they were rest without them.
UPDATE study_card
SET state_before = CASE state WHEN 'retired' THEN state_before ELSE state END, state = 'retired', back = ''
WHERE server_id = :server_id AND source_message_id = :message_id AND own_words = 0;

-- name: endorsed_text$
SELECT text FROM answer
WHERE question_id = :question_id AND endorsed_at IS NOT NULL AND removed = 0
ORDER BY ordinal DESC LIMIT 1;

-- name: forget_drafts!
-- What was typed into a form that quotes what is gone; :form is how its name begins.
DELETE FROM draft WHERE server_id = :server_id AND SUBSTR(form, 1, LENGTH(:form)) = :form AND target = :target;

-- Cards.

-- name: add_card$
INSERT INTO study_card (server_id, user_id, guid, front, back, unit, unit_key, block_id, question_id, source_channel_id,
    source_message_id, own_words, source_says, state, fsrs, wanted_at, due_at, created_at)
VALUES (:server_id, :user_id, :guid, :front, :back, :unit, :unit_key, :block_id, :question_id, :source_channel_id,
    :source_message_id, :own_words, :source_says, 'active', :fsrs, :now, :now, :now)
RETURNING id;

-- name: card_count$
SELECT COUNT(*) FROM study_card WHERE server_id = :server_id AND user_id = :user_id;

-- name: card^
SELECT study_card.id, guid, front, back, study_card.unit, session.number AS note_number, block_id,
    question.number AS question_number, own_words, source_says, study_card.changed_at IS NOT NULL AS changed,
    CASE WHEN block.id IS NOT NULL THEN block.checked_at IS NOT NULL
        WHEN question.id IS NOT NULL THEN question.state = 'settled' AND (question.now_think <> '' OR EXISTS (
            SELECT 1 FROM answer WHERE answer.question_id = question.id AND endorsed_at IS NOT NULL AND removed = 0
        )) ELSE 1 END AS confirmed,
    study_card.state, due_at, reviewed_at,
    (SELECT COUNT(*) FROM study_review WHERE card_id = study_card.id) AS reviews, lapses, stability, difficulty
FROM study_card
LEFT JOIN block ON block.id = block_id
LEFT JOIN session ON session.id = block.session_id
LEFT JOIN question ON question.id = study_card.question_id
WHERE study_card.server_id = :server_id AND user_id = :user_id AND study_card.id = :id;

-- name: cards
-- A student's cards, those of one unit or all: the newest first. :which narrows them to what is hard, or to a state.
SELECT study_card.id, guid, front, back, study_card.unit, session.number AS note_number, block_id,
    question.number AS question_number, own_words, source_says, study_card.changed_at IS NOT NULL AS changed,
    CASE WHEN block.id IS NOT NULL THEN block.checked_at IS NOT NULL
        WHEN question.id IS NOT NULL THEN question.state = 'settled' AND (question.now_think <> '' OR EXISTS (
            SELECT 1 FROM answer WHERE answer.question_id = question.id AND endorsed_at IS NOT NULL AND removed = 0
        )) ELSE 1 END AS confirmed,
    study_card.state, due_at, reviewed_at,
    (SELECT COUNT(*) FROM study_review WHERE card_id = study_card.id) AS reviews, lapses, stability, difficulty
FROM study_card
LEFT JOIN block ON block.id = block_id
LEFT JOIN session ON session.id = block.session_id
LEFT JOIN question ON question.id = study_card.question_id
WHERE study_card.server_id = :server_id AND user_id = :user_id AND (:unit_key = '' OR study_card.unit_key = :unit_key)
    AND CASE :which
        WHEN 'all' THEN study_card.state <> 'retired'
        WHEN 'hard' THEN study_card.state <> 'retired' AND (lapses >= :hard_lapses OR difficulty >= :hard_difficulty)
        ELSE study_card.state = :which END
ORDER BY study_card.id DESC
LIMIT :limit OFFSET :offset;

-- name: list_count$
SELECT COUNT(*)
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND (:unit_key = '' OR unit_key = :unit_key)
    AND CASE :which
        WHEN 'all' THEN state <> 'retired'
        WHEN 'hard' THEN state <> 'retired' AND (lapses >= :hard_lapses OR difficulty >= :hard_difficulty)
        ELSE state = :which END;

-- name: save_words!
UPDATE study_card
SET front = :front, back = :back, unit = :unit, unit_key = :unit_key, own_words = :own_words, changed_at = NULL
WHERE id = :id;

-- name: set_state!
-- What is retired comes back only with its source, or as the student's own.
UPDATE study_card SET state = :state WHERE id = :id AND state <> 'retired';

-- name: own_it!
UPDATE study_card
SET block_id = NULL, question_id = NULL, own_words = 1, source_says = '', changed_at = NULL, state = 'active', state_before = ''
WHERE id = :id;

-- name: delete_card!
DELETE FROM study_card WHERE id = :id;

-- name: reported_at$
SELECT reported_at FROM study_card WHERE id = :id;

-- name: say_reported!
UPDATE study_card SET reported_at = :now WHERE id = :id;

-- name: term_of_card^
-- The term that a card was made from, and where its note is kept.
SELECT block.text, session.number, session.thread_id, session.channel_id
FROM study_card
JOIN block ON block.id = block_id
JOIN session ON session.id = block.session_id
WHERE study_card.id = :id;

-- name: pictures
-- The pictures that stand in the same message as the terms of cards: of the card :id, or of all (0).
SELECT study_card.id AS card_id, digest, filename, content_type, alt
FROM study_card
JOIN block AS term ON term.id = study_card.block_id
JOIN block AS picture ON picture.session_id = term.session_id AND picture.position = term.position
JOIN block_file ON block_file.block_id = picture.id
WHERE study_card.server_id = :server_id AND study_card.user_id = :user_id AND (:id = 0 OR study_card.id = :id)
    AND study_card.state <> 'retired' AND picture.kind = 'image' AND picture.state = 'standing' AND digest <> ''
ORDER BY study_card.id, picture.part;

-- What is offered: confirmed, and not a card of this student yet.

-- name: offered_terms
SELECT block.id AS source_id, session.number, block.text, session.unit
FROM block
JOIN session ON session.id = block.session_id
WHERE block.server_id = :server_id AND checked_at IS NOT NULL AND kind = 'term' AND block.state = 'standing'
    AND (:number = 0 OR session.number = :number)
    AND NOT EXISTS (
        SELECT 1 FROM study_card
        WHERE study_card.server_id = :server_id AND study_card.user_id = :user_id AND study_card.block_id = block.id
    )
ORDER BY session.held_on DESC, session.number DESC, block.position, block.part
LIMIT :limit;

-- name: offered_questions
SELECT number, text, topic AS unit,
    COALESCE(NULLIF(now_think, ''), (
        SELECT answer.text FROM answer
        WHERE answer.question_id = question.id AND endorsed_at IS NOT NULL AND removed = 0
        ORDER BY ordinal DESC LIMIT 1
    )) AS back
FROM question
WHERE server_id = :server_id AND state = 'settled' AND hidden = 0
    AND NOT EXISTS (
        SELECT 1 FROM study_card
        WHERE study_card.server_id = :server_id AND study_card.user_id = :user_id AND study_card.question_id = question.id
    )
ORDER BY number DESC
LIMIT :limit;

-- name: term^
SELECT block.id AS source_id, session.number, block.text, session.unit, checked_at IS NOT NULL AS checked
FROM block
JOIN session ON session.id = block.session_id
WHERE block.server_id = :server_id AND block.id = :id AND kind = 'term' AND block.state = 'standing';

-- name: terms_of_message
SELECT id AS source_id
FROM block
WHERE server_id = :server_id AND source_message_id = :message_id AND kind = 'term' AND state = 'standing'
ORDER BY part;

-- name: note_exists$
SELECT 1 FROM session WHERE server_id = :server_id AND number = :number;

-- name: card_of_source$
SELECT id FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND (block_id = :block_id OR question_id = :question_id);

-- name: shown_in_message$
-- The question whose card the bot posted as this message, or that was logged from it.
SELECT subject FROM posted_message
WHERE message_id = :message_id AND server_id = :server_id AND kind = 'question_card'
UNION ALL
SELECT number FROM question WHERE server_id = :server_id AND source_message_id = :message_id;

-- A sitting: what comes up in a student's day, from :since (its midnight) until :until (the next).

-- name: seen
-- The cards that were answered in the day, and whether it was for the first time.
SELECT unit_key, NOT EXISTS (
    SELECT 1 FROM study_review WHERE card_id = study_card.id AND study_review.reviewed_at < :since
) AS begun
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND study_card.reviewed_at >= :since;

-- name: up
-- What was answered before and comes up by the end of the day. The guid is chance: what came together does not stay so.
SELECT id, unit_key, due_at, reviewed_at
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND state = 'active' AND due_at < :until AND reviewed_at IS NOT NULL
ORDER BY due_at, guid;

-- name: fresh
SELECT id, unit_key
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND state = 'active' AND reviewed_at IS NULL
    AND (:unit_key = '' OR unit_key = :unit_key)
ORDER BY id
LIMIT :limit;

-- name: next_due$
SELECT MIN(due_at)
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND state = 'active' AND due_at >= :until AND reviewed_at IS NOT NULL
    AND (:unit_key = '' OR unit_key = :unit_key);

-- name: to_spread
-- All that was answered before, but what comes back within the day in which it was answered.
SELECT id, wanted_at, due_at, stability, reviewed_at
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND state = 'active' AND reviewed_at IS NOT NULL
    AND NOT (reviewed_at >= :since AND wanted_at < :until);

-- name: set_due!
UPDATE study_card SET due_at = :due_at WHERE id = :id;

-- name: memory^
-- What an answer changes.
SELECT fsrs, wanted_at, due_at, reviewed_at, lapses, stability, difficulty, changed_at FROM study_card WHERE id = :id;

-- name: save_memory!
UPDATE study_card
SET fsrs = :fsrs, wanted_at = :wanted_at, due_at = :due_at, reviewed_at = :reviewed_at, lapses = :lapses,
    stability = :stability, difficulty = :difficulty, changed_at = :changed_at
WHERE id = :id;

-- name: add_review!
INSERT INTO study_review (card_id, rating, before, reviewed_at) VALUES (:card_id, :rating, :before, :now);

-- name: last_review^
SELECT study_review.id, card_id, before,
    (SELECT COUNT(*) FROM study_review AS one WHERE one.card_id = study_card.id) AS reviews
FROM study_card
JOIN study_review ON study_review.card_id = study_card.id
WHERE server_id = :server_id AND user_id = :user_id AND study_card.reviewed_at >= :since
ORDER BY study_review.id DESC
LIMIT 1;

-- name: delete_review!
DELETE FROM study_review WHERE id = :id;

-- The deck.

-- name: units
SELECT unit_key, MIN(unit) AS unit, COUNT(*) AS cards
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND state <> 'retired'
GROUP BY unit_key
ORDER BY unit_key;

-- name: deck_counts^
SELECT COUNT(*) FILTER (WHERE state <> 'retired') AS cards,
    COUNT(*) FILTER (WHERE state = 'active' AND reviewed_at IS NULL) AS new,
    COUNT(*) FILTER (WHERE state <> 'retired' AND stability >= :well_known) AS known_well,
    COUNT(*) FILTER (WHERE state <> 'retired' AND (lapses >= :hard_lapses OR difficulty >= :hard_difficulty)) AS hard,
    COUNT(*) FILTER (WHERE state = 'suspended') AS suspended,
    COUNT(*) FILTER (WHERE state = 'retired') AS retired
FROM study_card
WHERE server_id = :server_id AND user_id = :user_id AND (:unit_key = '' OR unit_key = :unit_key);

-- name: hard_for_many
-- Sources that at least :enough students find hard, and never how many; :user_id has a card of them, or is 0 for all.
SELECT session.number, block.text, 'term' AS kind
FROM study_card
JOIN block ON block.id = study_card.block_id
JOIN session ON session.id = block.session_id
WHERE study_card.server_id = :server_id AND study_card.state <> 'retired'
    AND (lapses >= :hard_lapses OR difficulty >= :hard_difficulty)
GROUP BY block.id
HAVING COUNT(*) >= :enough AND (:user_id = 0 OR EXISTS (
    SELECT 1 FROM study_card AS mine
    WHERE mine.server_id = :server_id AND mine.user_id = :user_id AND mine.block_id = block.id
))
UNION ALL
SELECT question.number, question.text, 'question'
FROM study_card
JOIN question ON question.id = study_card.question_id
WHERE study_card.server_id = :server_id AND study_card.state <> 'retired'
    AND (lapses >= :hard_lapses OR difficulty >= :hard_difficulty)
GROUP BY question.id
HAVING COUNT(*) >= :enough AND (:user_id = 0 OR EXISTS (
    SELECT 1 FROM study_card AS mine
    WHERE mine.server_id = :server_id AND mine.user_id = :user_id AND mine.question_id = question.id
))
ORDER BY 1 DESC
LIMIT :limit;

-- How somebody studies.

-- name: settings^
SELECT daily_cap, timezone, spread_on, reminder_hour, reminder_set_at, reminder_channel_id
FROM study_setting
WHERE server_id = :server_id AND user_id = :user_id;

-- name: save_settings!
INSERT INTO study_setting (server_id, user_id, daily_cap, timezone, spread_on, reminder_hour, reminder_set_at,
    reminder_channel_id)
VALUES (:server_id, :user_id, :daily_cap, :timezone, :spread_on, :reminder_hour, :reminder_set_at, :reminder_channel_id)
ON CONFLICT (server_id, user_id) DO UPDATE
SET daily_cap = excluded.daily_cap, timezone = excluded.timezone, spread_on = excluded.spread_on,
    reminder_hour = excluded.reminder_hour, reminder_set_at = excluded.reminder_set_at,
    reminder_channel_id = excluded.reminder_channel_id;

-- name: last_studied$
SELECT MAX(reviewed_at) FROM study_card WHERE server_id = :server_id AND user_id = :user_id;

-- name: to_take_away
SELECT study_card.id, guid, front, back, study_card.unit, session.number AS note_number,
    question.number AS question_number, study_card.state
FROM study_card
LEFT JOIN block ON block.id = block_id
LEFT JOIN session ON session.id = block.session_id
LEFT JOIN question ON question.id = study_card.question_id
WHERE study_card.server_id = :server_id AND user_id = :user_id AND study_card.state <> 'retired'
ORDER BY study_card.id;
