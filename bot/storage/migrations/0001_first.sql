-- The first shape of the database.
--
-- Every row belongs to one server: `server_id` stands in every table that a query can start from, and no query
-- crosses it (docs/architecture.md). Ids and times are BIGINT; times are UTC milliseconds. A column that holds a
-- Discord user's id is called `user_id` or ends in `_user_id`: what is forgotten on request is found by that name.

CREATE TABLE server (
    id              BIGINT PRIMARY KEY,          -- Discord's guild id
    name            TEXT NOT NULL,
    slug            TEXT NOT NULL UNIQUE,        -- its folder on the public site
    timezone        TEXT NOT NULL DEFAULT 'UTC', -- IANA name
    next_number     BIGINT NOT NULL DEFAULT 1,   -- the next #number that people will see
    site_version    BIGINT NOT NULL DEFAULT 0,   -- counts up whenever the public site changes
    created_at      BIGINT NOT NULL
);

CREATE TABLE server_setting (
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,               -- a field of models.people.ServerSettings
    value           TEXT NOT NULL,               -- JSON
    PRIMARY KEY (server_id, name)
);

CREATE TABLE class (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    name            TEXT                         -- NULL: the one class of a server that has only one
);
CREATE INDEX class_by_server ON class (server_id);

-- Who has been given a pen name. Discord names are not kept.
CREATE TABLE member (
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    byline          TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (server_id, user_id)
);
-- A pen name is never given twice in a server, not even after its bearer is forgotten.
CREATE TABLE used_byline (
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    byline          TEXT NOT NULL,
    PRIMARY KEY (server_id, byline)
);

CREATE TABLE question (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    class_id        BIGINT NOT NULL REFERENCES class (id),
    number          BIGINT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN
                        ('waiting', 'open', 'claimed', 'answered', 'settled', 'unresolved', 'duplicate', 'withdrawn')),
    text            TEXT NOT NULL,
    topic           TEXT NOT NULL DEFAULT '',
    knew            TEXT NOT NULL DEFAULT '',    -- what the asker already knew
    now_think       TEXT NOT NULL DEFAULT '',    -- what the asker now thinks
    tried           TEXT NOT NULL DEFAULT '',    -- unresolved: what was tried
    tried_by_user_id BIGINT,                     -- who wrote that; NULL: the anonymous asker
    asker_user_id   BIGINT,                      -- NULL: anonymous (see anonymous_asker) or forgotten
    logged_by_user_id BIGINT,                    -- who logged somebody else's message; NULL: the asker did
    anonymous       BIGINT NOT NULL DEFAULT 0,
    hidden          BIGINT NOT NULL DEFAULT 0,   -- asked anonymously and not passed: only its asker and librarians see it
    passed_by_user_id BIGINT,                    -- the librarian who passed an anonymous question
    refused_because TEXT NOT NULL DEFAULT '',    -- why a librarian did not pass it: for its asker alone
    claimed_by_user_id BIGINT,
    claimed_at      BIGINT,
    parent_question_id BIGINT REFERENCES question (id),
    parent_answer_id   BIGINT,                   -- the answer it follows from; then parent_question_id is that answer's
    duplicate_of_id BIGINT REFERENCES question (id),
    channel_id      BIGINT,                      -- where it was asked: its author is told of answers there
    source_message_id BIGINT,                    -- the message that it was logged from
    origin          TEXT NOT NULL CHECK (origin IN ('command', 'message', 'reaction', 'import')),
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    settled_at      BIGINT,
    settled_by_user_id BIGINT,
    offered_at      BIGINT,                      -- when the digest offered it again; once only
    revision        BIGINT NOT NULL DEFAULT 1,
    message_revision BIGINT NOT NULL DEFAULT 1,  -- the last one that its message said: an edit of that is followed from there
    removed         BIGINT NOT NULL DEFAULT 0,   -- its Discord message was deleted, and its text with it
    UNIQUE (server_id, number),
    UNIQUE (server_id, source_message_id),
    CHECK (anonymous = 0 OR asker_user_id IS NULL)
);
CREATE INDEX question_by_state ON question (server_id, state, created_at);
CREATE INDEX question_by_asker ON question (server_id, asker_user_id, created_at);
CREATE INDEX question_by_logger ON question (server_id, logged_by_user_id, created_at) WHERE logged_by_user_id IS NOT NULL;
CREATE INDEX question_by_claimer ON question (server_id, claimed_by_user_id) WHERE claimed_by_user_id IS NOT NULL;
CREATE INDEX question_by_parent ON question (parent_question_id) WHERE parent_question_id IS NOT NULL;
CREATE INDEX question_by_duplicate ON question (duplicate_of_id) WHERE duplicate_of_id IS NOT NULL;
CREATE INDEX question_by_class ON question (class_id);

-- Who asked anonymously. No query shows it to anybody but the recorded look of a librarian; the others ask "is it this
-- person?", how often a person asked, and whose me-too is the asker's own.
CREATE TABLE anonymous_asker (
    question_id     BIGINT PRIMARY KEY REFERENCES question (id) ON DELETE CASCADE,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    asked_at        BIGINT NOT NULL
);
CREATE INDEX anonymous_asker_by_user ON anonymous_asker (server_id, user_id, asked_at);
CREATE TABLE asker_look (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    question_id     BIGINT NOT NULL REFERENCES question (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,             -- the librarian who looked
    looked_at       BIGINT NOT NULL
);
CREATE INDEX asker_look_by_question ON asker_look (question_id);

CREATE TABLE question_revision (
    question_id     BIGINT NOT NULL REFERENCES question (id) ON DELETE CASCADE,
    revision        BIGINT NOT NULL,             -- the revision that this text was
    text            TEXT NOT NULL,
    topic           TEXT NOT NULL,
    knew            TEXT NOT NULL,
    edited_by_user_id BIGINT,                    -- who replaced it; NULL: the anonymous asker
    edited_at       BIGINT NOT NULL,
    PRIMARY KEY (question_id, revision)
);

CREATE TABLE me_too (
    question_id     BIGINT NOT NULL REFERENCES question (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (question_id, user_id)
);

CREATE TABLE answer (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    question_id     BIGINT NOT NULL REFERENCES question (id) ON DELETE CASCADE,
    ordinal         BIGINT NOT NULL,             -- from 1, shown as #42.1
    author_user_id  BIGINT NOT NULL,
    text            TEXT NOT NULL,
    endorsed_at     BIGINT,
    endorsed_by_user_id BIGINT,                  -- NULL with endorsed_at set: the anonymous asker
    source_message_id BIGINT,
    source_channel_id BIGINT,                    -- where that message stands
    origin          TEXT NOT NULL CHECK (origin IN ('command', 'message', 'reaction', 'import')),
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    revision        BIGINT NOT NULL DEFAULT 1,
    message_revision BIGINT NOT NULL DEFAULT 1,
    removed         BIGINT NOT NULL DEFAULT 0,
    UNIQUE (question_id, ordinal),
    UNIQUE (server_id, source_message_id)
);
CREATE INDEX answer_by_author ON answer (server_id, author_user_id);

CREATE TABLE answer_revision (
    answer_id       BIGINT NOT NULL REFERENCES answer (id) ON DELETE CASCADE,
    revision        BIGINT NOT NULL,
    text            TEXT NOT NULL,
    sources         TEXT NOT NULL,               -- JSON, as they were
    edited_by_user_id BIGINT,
    edited_at       BIGINT NOT NULL,
    PRIMARY KEY (answer_id, revision)
);

CREATE TABLE challenge (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    question_id     BIGINT NOT NULL REFERENCES question (id) ON DELETE CASCADE,
    author_user_id  BIGINT,                      -- NULL: the anonymous asker
    text            TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX challenge_by_question ON challenge (question_id);

-- A source belongs to one answer or to one challenge.
CREATE TABLE source (
    id              INTEGER PRIMARY KEY,
    answer_id       BIGINT REFERENCES answer (id) ON DELETE CASCADE,
    challenge_id    BIGINT REFERENCES challenge (id) ON DELETE CASCADE,
    position        BIGINT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('web', 'book', 'person', 'experiment', 'ai')),
    title           TEXT NOT NULL,
    locator         TEXT NOT NULL DEFAULT '',    -- a web address or an ISBN
    why             TEXT NOT NULL DEFAULT '',
    asked           TEXT NOT NULL DEFAULT '',
    checked         TEXT NOT NULL DEFAULT '',
    CHECK ((answer_id IS NULL) <> (challenge_id IS NULL))
);
CREATE INDEX source_by_answer ON source (answer_id, position) WHERE answer_id IS NOT NULL;
CREATE INDEX source_by_challenge ON source (challenge_id) WHERE challenge_id IS NOT NULL;

CREATE TABLE attachment (
    id              INTEGER PRIMARY KEY,
    question_id     BIGINT REFERENCES question (id) ON DELETE CASCADE,
    answer_id       BIGINT REFERENCES answer (id) ON DELETE CASCADE,
    digest          TEXT NOT NULL,               -- SHA-256 of the content: its name in the media store
    filename        TEXT NOT NULL,
    content_type    TEXT NOT NULL,
    size            BIGINT NOT NULL,
    alt             TEXT NOT NULL DEFAULT '',
    CHECK ((question_id IS NULL) <> (answer_id IS NULL))
);
CREATE INDEX attachment_by_question ON attachment (question_id) WHERE question_id IS NOT NULL;
CREATE INDEX attachment_by_answer ON attachment (answer_id) WHERE answer_id IS NOT NULL;
CREATE INDEX attachment_by_digest ON attachment (digest);

CREATE TABLE inquiry (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    root_question_id BIGINT NOT NULL UNIQUE REFERENCES question (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    why             TEXT NOT NULL DEFAULT '',
    outcome         TEXT NOT NULL DEFAULT '',    -- what we did with it
    named_by_user_id BIGINT,
    outcome_by_user_id BIGINT,
    created_at      BIGINT NOT NULL
);

-- What was typed and refused, or begun and not ended: offered again. One of a kind per person and target.
CREATE TABLE draft (
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    form            TEXT NOT NULL,
    target          BIGINT NOT NULL DEFAULT 0,   -- the #number that the form is about; 0: none
    fields          TEXT NOT NULL,               -- JSON object of field name to text
    saved_at        BIGINT NOT NULL,
    PRIMARY KEY (server_id, user_id, form, target)
);
CREATE INDEX draft_by_age ON draft (saved_at);

-- An event of Discord (an interaction's id) that has had its effect: the same event again has none.
CREATE TABLE handled_event (
    event_id        BIGINT PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    result          TEXT NOT NULL,               -- JSON: what was answered the first time
    handled_at      BIGINT NOT NULL
);
CREATE INDEX handled_event_by_age ON handled_event (handled_at);

-- What the bot is to do in Discord, written in the transaction of the change that calls for it.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: it is the nonce of what is posted
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    channel_id      BIGINT NOT NULL,
    kind            TEXT NOT NULL,               -- what to draw: question_card, notice, desk, reaction, …
    subject         BIGINT NOT NULL DEFAULT 0,   -- the #number that it is about
    payload         TEXT NOT NULL DEFAULT '{}',  -- JSON: names and numbers; never rendered text
    attempts        BIGINT NOT NULL DEFAULT 0,
    not_before      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,             -- grows when a card that waits is called for again
    last_error      TEXT
);
CREATE INDEX outbox_by_turn ON outbox (channel_id, id);
-- A card that waits to be drawn is drawn once, as things are then.
CREATE UNIQUE INDEX outbox_one_card ON outbox (server_id, channel_id, kind, subject) WHERE kind LIKE '%\_card' ESCAPE '\';

-- Which message in Discord shows what.
CREATE TABLE posted_message (
    message_id      BIGINT PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    channel_id      BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    subject         BIGINT NOT NULL DEFAULT 0,
    posted_at       BIGINT NOT NULL,
    removed_at      BIGINT                       -- somebody deleted it: it is not drawn again by itself
);
CREATE INDEX posted_message_by_subject ON posted_message (server_id, kind, subject);

-- What is to happen later. Taken by one loop; a row is a promise that survives a restart.
CREATE TABLE due_work (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT REFERENCES server (id) ON DELETE CASCADE, -- NULL: the whole house
    kind            TEXT NOT NULL,
    subject         BIGINT NOT NULL DEFAULT 0,
    due_at          BIGINT NOT NULL
);
CREATE UNIQUE INDEX due_work_once ON due_work (COALESCE(server_id, 0), kind, subject);
CREATE INDEX due_work_by_time ON due_work (due_at);

CREATE TABLE publication (
    id              INTEGER PRIMARY KEY,
    server_id       BIGINT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    question_id     BIGINT NOT NULL UNIQUE REFERENCES question (id) ON DELETE CASCADE,
    state           TEXT NOT NULL CHECK (state IN ('asked', 'published', 'withdrawn')),
    requested_by_user_id BIGINT,                 -- NULL: the anonymous asker
    requested_at    BIGINT NOT NULL,
    approved_by_user_id BIGINT,
    approved_at     BIGINT,
    withdrawn_at    BIGINT,
    withdrawn_because TEXT NOT NULL DEFAULT '',  -- 'consent', 'librarian', 'question'
    snapshot        TEXT,                        -- JSON of models.publications.PublicQuestion; NULL unless published
    digest          TEXT
);
CREATE INDEX publication_by_server ON publication (server_id, state);

-- What each author said. An anonymous asker's row is in anonymous_consent, so that no list can name them.
CREATE TABLE consent (
    publication_id  BIGINT NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    user_id         BIGINT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('asked', 'given', 'declined')),
    decided_at      BIGINT,
    PRIMARY KEY (publication_id, user_id)
);
CREATE INDEX consent_by_user ON consent (user_id, state);
CREATE TABLE anonymous_consent (
    publication_id  BIGINT PRIMARY KEY REFERENCES publication (id) ON DELETE CASCADE,
    state           TEXT NOT NULL CHECK (state IN ('asked', 'given', 'declined')),
    decided_at      BIGINT
);

-- Search documents live in one FTS5 table per server, made by storage/search.py when first needed.
