-- Ways to tell besides the screen: what each has been told, chats, buttons, news that are no alert.

-- 'again' is the second telling on the screen; a step of the ladder waits that long after the alert.
CREATE TABLE told (
    id          INTEGER PRIMARY KEY,
    alert_id    INTEGER NOT NULL REFERENCES alert(id) ON DELETE CASCADE,
    channel     TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('appeared', 'again', 'gone')),
    state       TEXT    NOT NULL CHECK (state IN ('due', 'leased', 'sent', 'expired', 'dead')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    step        INTEGER NOT NULL DEFAULT 0,   -- ms after the alert, or after the end of «Позже»
    next_at     INTEGER NOT NULL,             -- not before
    lease_until INTEGER,
    told        INTEGER NOT NULL DEFAULT 0,   -- openings up to this id have been told
    at          INTEGER NOT NULL,             -- of the last change of state
    why         TEXT,                         -- it was not told
    receipt     TEXT,                         -- what the channel calls its message, if it can be edited
    stale       INTEGER NOT NULL DEFAULT 0,   -- the message says what is no longer so
    UNIQUE (alert_id, channel, kind)
) STRICT;
INSERT INTO told (id, alert_id, channel, kind, state, attempts, next_at, lease_until, told, at, why)
    SELECT id, alert_id, channel, kind, state, attempts, next_at, lease_until, told, at, why FROM outbox;
DROP TABLE outbox;
ALTER TABLE told RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE INDEX outbox_stale ON outbox (channel) WHERE stale;

-- News of the program itself: that it cannot look, that it can again, what a night brought.
CREATE TABLE news (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    body      TEXT    NOT NULL,   -- JSON of model::News
    raised_at INTEGER NOT NULL,
    until     INTEGER NOT NULL    -- of no use afterwards
) STRICT;

CREATE TABLE news_outbox (
    id       INTEGER PRIMARY KEY,
    news_id  INTEGER NOT NULL REFERENCES news(id) ON DELETE CASCADE,
    channel  TEXT    NOT NULL,
    state    TEXT    NOT NULL CHECK (state IN ('due', 'sent', 'expired', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at  INTEGER NOT NULL,
    UNIQUE (news_id, channel)
) STRICT;
CREATE INDEX news_outbox_due ON news_outbox (channel, state, next_at);

-- A Telegram chat and the one person in it who may command.
CREATE TABLE chat (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- ours: Telegram's own number is in no log
    chat      INTEGER NOT NULL,                   -- Telegram's number of the chat
    person    INTEGER NOT NULL,                   -- Telegram's number of the person
    title     TEXT    NOT NULL,
    is_group  INTEGER NOT NULL,
    watches   TEXT    NOT NULL,                   -- JSON of model::WatchChoice
    asked_at  INTEGER NOT NULL,
    linked_at INTEGER,                            -- approved in the program
    blocked   INTEGER NOT NULL DEFAULT 0,         -- it takes no messages
    UNIQUE (chat, person)
) STRICT;

-- A button under a message: random, of one chat, of one use.
CREATE TABLE button (
    token   TEXT    PRIMARY KEY,
    chat_id INTEGER NOT NULL REFERENCES chat(id) ON DELETE CASCADE,
    action  TEXT    NOT NULL,                     -- JSON
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX button_until ON button (until);
