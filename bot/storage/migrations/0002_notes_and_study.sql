-- Notes kept in threads, what is compiled from them, cards to study, goals; and publications of more than questions.

-- One lesson or meeting, with its one note.
CREATE TABLE session (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    class_id        BIGINT NOT NULL REFERENCES class (id),
    number          BIGINT NOT NULL,
    title           TEXT NOT NULL,
    unit            TEXT NOT NULL DEFAULT '',    -- as its scribes write it; a unit is a topic of the course
    unit_key        TEXT NOT NULL DEFAULT '',    -- the same, folded: what two spellings of one unit share
    held_on         TEXT NOT NULL,               -- the day of the lesson, YYYY-MM-DD
    state           TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    channel_id      BIGINT NOT NULL,             -- where its card stands and its thread begins
    thread_id       BIGINT,                      -- NULL: not made yet, or deleted in Discord
    started_by_user_id BIGINT,
    started_at      BIGINT NOT NULL,
    closed_at       BIGINT,
    closed_by_user_id BIGINT,
    compile_asked_at BIGINT,                     -- when the roster was asked whether it may be compiled; once only
    revision        BIGINT NOT NULL DEFAULT 0,   -- counts every change of the note: its version
    UNIQUE (server_id, number)
);
CREATE INDEX session_by_thread ON session (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX session_by_day ON session (server_id, held_on);
CREATE INDEX session_by_unit ON session (server_id, unit_key, held_on);
CREATE INDEX session_by_class ON session (class_id);

CREATE TABLE session_scribe (
    session_id      BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    part            TEXT NOT NULL CHECK (part IN ('lead', 'partner')),
    since           BIGINT NOT NULL,
    until           BIGINT,                      -- NULL: still a scribe
    PRIMARY KEY (session_id, user_id, since)
);
CREATE INDEX session_scribe_by_user ON session_scribe (user_id);

-- Every message of a session's thread that a person wrote, and those taken in from elsewhere: events of Discord come
-- twice, late and out of order.
CREATE TABLE thread_message (
    message_id      BIGINT PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    session_id      BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    channel_id      BIGINT NOT NULL,             -- the thread or channel in which it stands
    author_user_id  BIGINT,                      -- NULL: deleted
    edited_at       BIGINT NOT NULL DEFAULT 0,   -- of the newest text that was taken in; an older one changes nothing
    deleted         BIGINT NOT NULL DEFAULT 0,   -- a text that comes after its deletion changes nothing
    fence           TEXT NOT NULL DEFAULT '',    -- where `text` is kept: the line that opened the code fence it leaves open
    text            TEXT NOT NULL DEFAULT ''     -- kept only where it may be split otherwise in a fence left open before it
);
CREATE INDEX thread_message_by_author ON thread_message (session_id, author_user_id, message_id) WHERE text <> '';
CREATE INDEX thread_message_by_session ON thread_message (session_id);
CREATE INDEX thread_message_by_channel ON thread_message (channel_id, message_id);

CREATE TABLE block (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    session_id      BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL CHECK (kind IN ('heading', 'text', 'term', 'question', 'image', 'file')),
    state           TEXT NOT NULL CHECK (state IN ('standing', 'waiting', 'struck', 'removed', 'merged')),
    author_user_id  BIGINT,                      -- NULL: removed or forgotten
    position        BIGINT NOT NULL,             -- the id of the message or interaction that it came with: ids grow with time
    part            BIGINT NOT NULL,             -- from 0: its place among the blocks of one message
    text            TEXT NOT NULL,               -- Markdown, with its mark: '# …', 'term :: meaning', '? …'; of an image its caption
    source_message_id BIGINT,
    question_id     BIGINT REFERENCES question (id) ON DELETE SET NULL, -- of a question block: the hole's question
    merged_into_id  BIGINT REFERENCES block (id) ON DELETE SET NULL,
    struck_by_user_id BIGINT,
    taken_by_user_id BIGINT,                     -- the scribe who took in what somebody else wrote
    checked_by_user_id BIGINT,                   -- of a term: who confirmed it, not its author
    checked_at      BIGINT,
    filled_at       BIGINT,                      -- of a hole: when who filled it was thanked; once only
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    revision        BIGINT NOT NULL DEFAULT 1,
    message_revision BIGINT NOT NULL DEFAULT 1   -- the last one that its message said; 0: it came with no message
);
CREATE INDEX block_by_place ON block (session_id, position, part);
CREATE INDEX block_by_message ON block (server_id, source_message_id) WHERE source_message_id IS NOT NULL;
CREATE INDEX block_by_author ON block (server_id, author_user_id, created_at);
CREATE INDEX block_by_question ON block (question_id) WHERE question_id IS NOT NULL;
CREATE INDEX block_by_merge ON block (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX block_by_check ON block (server_id, session_id) WHERE checked_at IS NOT NULL;

-- Every revision of every block, the newest too: any version of a note is the last revision of each block up to it.
CREATE TABLE block_revision (
    block_id        BIGINT NOT NULL REFERENCES block (id) ON DELETE CASCADE,
    revision        BIGINT NOT NULL,
    session_revision BIGINT NOT NULL,            -- the note's version in which it came to be
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL,
    part            BIGINT NOT NULL,
    text            TEXT NOT NULL,               -- empty once its message was deleted
    cause           TEXT NOT NULL CHECK (cause IN
                        ('written', 'message', 'edited', 'taken', 'struck', 'put_back', 'merged', 'split', 'restored',
                         'removed', 'set_aside', 'moved')),
    merged_into_id  BIGINT,                      -- of a merged block: the one that its text went into
    by_user_id      BIGINT,
    at              BIGINT NOT NULL,
    PRIMARY KEY (block_id, revision)
);

CREATE TABLE block_file (
    id              INTEGER PRIMARY KEY,
    block_id        BIGINT NOT NULL UNIQUE REFERENCES block (id) ON DELETE CASCADE,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    attachment_id   BIGINT,                      -- Discord's; NULL: it came with a form
    digest          TEXT,                        -- NULL: still to be fetched; empty: it cannot be had any more
    filename        TEXT NOT NULL,
    content_type    TEXT NOT NULL DEFAULT '',
    size            BIGINT NOT NULL DEFAULT 0,
    alt             TEXT NOT NULL DEFAULT ''
);
CREATE INDEX block_file_by_digest ON block_file (digest) WHERE digest IS NOT NULL;
CREATE INDEX block_file_wanted ON block_file (server_id) WHERE digest IS NULL;

-- A compiled version of a session's note: what the companion holds of it.
CREATE TABLE compilation (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    session_id      BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    version         BIGINT NOT NULL,             -- from 1
    session_revision BIGINT NOT NULL,
    snapshot        TEXT NOT NULL,               -- JSON of models.companions.Note
    digest          TEXT NOT NULL,
    changed         TEXT NOT NULL,               -- JSON of models.companions.Changes since the version before
    compiled_by_user_id BIGINT,
    compiled_at     BIGINT NOT NULL,
    UNIQUE (session_id, version)
);
CREATE INDEX compilation_by_server ON compilation (server_id, compiled_at);

CREATE TABLE study_card (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,             -- whose card it is; nobody else sees it
    guid            TEXT NOT NULL UNIQUE,        -- random; by it Anki knows the card again
    front           TEXT NOT NULL,
    back            TEXT NOT NULL,
    unit            TEXT NOT NULL DEFAULT '',
    unit_key        TEXT NOT NULL DEFAULT '',
    block_id        BIGINT REFERENCES block (id) ON DELETE SET NULL,
    question_id     BIGINT REFERENCES question (id) ON DELETE SET NULL,
    source_channel_id BIGINT,                    -- of a card made of a message that is neither
    source_message_id BIGINT,
    own_words       BIGINT NOT NULL DEFAULT 0,   -- reworded by the student: it does not follow its source's words
    source_says     TEXT NOT NULL DEFAULT '',    -- what its source says, as far as it is known to be so
    changed_at      BIGINT,                      -- its source changed, and the student has not seen it yet
    reported_at     BIGINT,                      -- the student said that it is wrong; NULL again when its source changes
    state           TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'retired')),
    state_before    TEXT NOT NULL DEFAULT '',    -- of a retired card: what it is again when its source is put back
    fsrs            TEXT NOT NULL,               -- JSON: the scheduler's card
    wanted_at       BIGINT NOT NULL,             -- when the scheduler wants it
    due_at          BIGINT NOT NULL,             -- when it comes up: later than wanted, where a backlog was spread
    reviewed_at     BIGINT,                      -- NULL: new
    lapses          BIGINT NOT NULL DEFAULT 0,   -- how often it was forgotten
    stability       REAL,                        -- FSRS: days until it is known by nine in ten; NULL: new
    difficulty      REAL,                        -- FSRS: 1 to 10; NULL: new
    created_at      BIGINT NOT NULL,
    UNIQUE (server_id, user_id, block_id),
    UNIQUE (server_id, user_id, question_id)
);
CREATE INDEX study_card_by_turn ON study_card (server_id, user_id, state, due_at);
CREATE INDEX study_card_by_block ON study_card (block_id) WHERE block_id IS NOT NULL;
CREATE INDEX study_card_by_question ON study_card (question_id) WHERE question_id IS NOT NULL;
CREATE INDEX study_card_by_message ON study_card (source_message_id) WHERE source_message_id IS NOT NULL;

CREATE TABLE study_review (
    id              INTEGER PRIMARY KEY,
    card_id         BIGINT NOT NULL REFERENCES study_card (id) ON DELETE CASCADE,
    rating          BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 4), -- again, hard, good, easy
    before          TEXT NOT NULL,               -- JSON: what the review changed, as it was: undo puts it back
    reviewed_at     BIGINT NOT NULL
);
CREATE INDEX study_review_by_card ON study_review (card_id, id);

CREATE TABLE study_setting (
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    daily_cap       BIGINT NOT NULL DEFAULT 30,  -- cards in a day
    timezone        TEXT,                        -- IANA; NULL: the server's
    spread_on       TEXT,                        -- the student's day, YYYY-MM-DD, on which a backlog was spread last
    reminder_hour   BIGINT,                      -- 0 to 23 in that zone; NULL: no reminder
    reminder_set_at BIGINT,
    reminder_channel_id BIGINT,                  -- where the reminder stands when a direct message does not arrive
    PRIMARY KEY (server_id, user_id)
);

CREATE TABLE goal (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    number          BIGINT NOT NULL,             -- from 1, one's own
    text            TEXT NOT NULL,
    by_day          TEXT,                        -- YYYY-MM-DD; NULL: no date
    helps           TEXT NOT NULL DEFAULT '',    -- what helps
    look_back       TEXT NOT NULL DEFAULT '',    -- how it went, in the student's own words
    state           TEXT NOT NULL CHECK (state IN ('open', 'reached', 'let_go')),
    created_at      BIGINT NOT NULL,
    looked_back_at  BIGINT,
    UNIQUE (server_id, user_id, number)
);

-- A publication is of a question or of a session's note. SQLite cannot loosen a column, so the table is made anew.
CREATE TABLE publication_anew (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    question_id     BIGINT UNIQUE REFERENCES question (id) ON DELETE CASCADE,
    session_id      BIGINT UNIQUE REFERENCES session (id) ON DELETE CASCADE,
    state           TEXT NOT NULL CHECK (state IN ('asked', 'published', 'withdrawn')),
    requested_by_user_id BIGINT,                 -- NULL: the anonymous asker
    requested_at    BIGINT NOT NULL,
    approved_by_user_id BIGINT,
    approved_at     BIGINT,
    withdrawn_at    BIGINT,
    withdrawn_because TEXT NOT NULL DEFAULT '',  -- 'consent', 'librarian', 'question', 'note'
    snapshot        TEXT,                        -- JSON of what the public sees; NULL unless published
    digest          TEXT,
    CHECK ((question_id IS NULL) <> (session_id IS NULL))
);
INSERT INTO publication_anew (id, server_id, question_id, state, requested_by_user_id, requested_at,
    approved_by_user_id, approved_at, withdrawn_at, withdrawn_because, snapshot, digest)
SELECT id, server_id, question_id, state, requested_by_user_id, requested_at,
    approved_by_user_id, approved_at, withdrawn_at, withdrawn_because, snapshot, digest FROM publication;
DROP TABLE publication;
ALTER TABLE publication_anew RENAME TO publication;
CREATE INDEX publication_by_server ON publication (server_id, state);

-- Search tells the characters of Chinese and Japanese apart: what was indexed before is indexed anew.
INSERT INTO due_work (server_id, kind, subject, due_at) SELECT id, 'index_anew', 0, 0 FROM server;
