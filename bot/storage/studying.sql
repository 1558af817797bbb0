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
-- What its source said goes with the source; what the student said in their own words stays.
UPDATE study_card
SET source_says = '', front = CASE own_words WHEN 1 THEN front ELSE '' END, back = CASE own_words WHEN 1 THEN back ELSE '' END
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
DELETE FROM draft WHERE server_id = :server_id AND form = 'study.make' AND target = :message_id;
