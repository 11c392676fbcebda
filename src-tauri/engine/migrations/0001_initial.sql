-- All times are UTC Unix milliseconds from the engine's clock.

-- The last sane answer of a catalogue list: 'districts', 'clinics',
-- 'specialties/CLINIC', 'doctors/CLINIC/SPECIALTY'; and whoever has ever been on a list of
-- doctors: 'members/CLINIC/SPECIALTY'.
CREATE TABLE listing (
    name       TEXT    PRIMARY KEY,
    body       TEXT    NOT NULL,  -- JSON list of model types
    checked_at INTEGER NOT NULL
) STRICT;

CREATE TABLE watch (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    draft      TEXT    NOT NULL,  -- JSON of model::WatchDraft
    activity   TEXT    NOT NULL,  -- JSON of model::Activity
    created_at INTEGER NOT NULL,
    removed_at INTEGER            -- can be restored for a day
) STRICT;

-- A place of a watch whose doctors have been listed once since it was chosen.
CREATE TABLE listed (
    watch_id  INTEGER NOT NULL REFERENCES watch(id) ON DELETE CASCADE,
    clinic    TEXT    NOT NULL,
    specialty TEXT    NOT NULL,
    PRIMARY KEY (watch_id, clinic, specialty)
) STRICT, WITHOUT ROWID;

-- A doctor whose slots a watch has not seen yet: the first look shows them and alerts nobody.
CREATE TABLE pending (
    watch_id INTEGER NOT NULL REFERENCES watch(id) ON DELETE CASCADE,
    clinic   TEXT    NOT NULL,
    doctor   TEXT    NOT NULL,
    since    INTEGER NOT NULL,
    PRIMARY KEY (watch_id, clinic, doctor)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_doctor ON pending (clinic, doctor);

-- An opening that appeared while a watch was paused: told when it goes on, if it is still there.
CREATE TABLE missed (
    watch_id   INTEGER NOT NULL REFERENCES watch(id) ON DELETE CASCADE,
    opening_id INTEGER NOT NULL REFERENCES opening(id) ON DELETE CASCADE,
    PRIMARY KEY (watch_id, opening_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX missed_opening ON missed (opening_id);

-- The slots of the last good look at a doctor.
CREATE TABLE snapshot (
    clinic  TEXT    NOT NULL,
    doctor  TEXT    NOT NULL,
    good_at INTEGER NOT NULL,
    slots   TEXT    NOT NULL,     -- JSON list of model::Slot
    PRIMARY KEY (clinic, doctor)
) STRICT, WITHOUT ROWID;

-- A slot that appeared. A new generation begins only after a confirmed disappearance.
CREATE TABLE opening (
    id           INTEGER PRIMARY KEY,
    clinic       TEXT    NOT NULL,
    doctor       TEXT    NOT NULL,
    doctor_name  TEXT    NOT NULL,            -- as it was then
    start        INTEGER NOT NULL,
    generation   INTEGER NOT NULL,
    slot         TEXT    NOT NULL,            -- JSON of model::Slot
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,
    gone_at      INTEGER,                     -- first good look without it
    absent_looks INTEGER NOT NULL DEFAULT 0,  -- good looks without it in a row
    flaps        INTEGER NOT NULL DEFAULT 0,  -- quick returns
    UNIQUE (clinic, doctor, start, generation)
) STRICT;
CREATE INDEX opening_clinic ON opening (clinic, first_seen);

-- What one watch has to say about openings.
CREATE TABLE alert (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    watch_id  INTEGER NOT NULL,   -- kept when the watch is gone: the inbox is the history
    subject   TEXT    NOT NULL,   -- JSON of store::Subject: names as they were
    state     TEXT    NOT NULL,   -- JSON of model::AlertState
    raised_at INTEGER NOT NULL,
    joined_at INTEGER NOT NULL    -- when its newest slot joined
) STRICT;
CREATE INDEX alert_watch ON alert (watch_id, raised_at);

CREATE TABLE alert_slot (
    alert_id   INTEGER NOT NULL REFERENCES alert(id) ON DELETE CASCADE,
    opening_id INTEGER NOT NULL REFERENCES opening(id) ON DELETE CASCADE,
    PRIMARY KEY (alert_id, opening_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_slot_opening ON alert_slot (opening_id);

-- «Не подходит»: openings a watch does not want to hear of.
CREATE TABLE hidden (
    watch_id   INTEGER NOT NULL REFERENCES watch(id) ON DELETE CASCADE,
    opening_id INTEGER NOT NULL REFERENCES opening(id) ON DELETE CASCADE,
    PRIMARY KEY (watch_id, opening_id)
) STRICT, WITHOUT ROWID;

-- What each channel still has to be told, and how it went.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY,
    alert_id    INTEGER NOT NULL REFERENCES alert(id) ON DELETE CASCADE,
    channel     TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('appeared', 'gone')),
    state       TEXT    NOT NULL CHECK (state IN ('due', 'leased', 'sent', 'expired', 'dead')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,             -- not before
    lease_until INTEGER,
    told        INTEGER NOT NULL DEFAULT 0,   -- openings up to this id have been told
    at          INTEGER NOT NULL,             -- of the last change of state
    why         TEXT,                         -- it was not told
    UNIQUE (alert_id, channel, kind)
) STRICT;
CREATE INDEX outbox_due ON outbox (state, next_at);

-- Every look at the source.
CREATE TABLE look (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    level      TEXT    NOT NULL CHECK (level IN ('clinic', 'specialty', 'doctor')),
    clinic     TEXT    NOT NULL,
    resource   TEXT    NOT NULL,  -- specialty or doctor id; '' at the clinic level
    outcome    TEXT    NOT NULL CHECK (outcome IN ('fresh', 'empty', 'unavailable', 'blocked', 'offline')),
    code       INTEGER,
    appeared   INTEGER NOT NULL,
    vanished   INTEGER NOT NULL,
    elapsed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX look_clinic ON look (clinic, at);
CREATE INDEX look_at ON look (at);

-- Settings, the pause, the last sleep, what was typed into unfinished forms.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL           -- JSON
) STRICT, WITHOUT ROWID;
