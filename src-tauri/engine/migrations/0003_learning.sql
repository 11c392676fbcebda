-- What looks have taught: when slots appear, when anybody looked, whether counts can be believed.

-- Slots of one specialty that appeared between two looks.
CREATE TABLE arrival (
    id        INTEGER PRIMARY KEY,
    clinic    TEXT    NOT NULL,
    specialty TEXT    NOT NULL,
    since     INTEGER NOT NULL,   -- the last look that knew they were not there
    at        INTEGER NOT NULL,   -- the look that found them
    slots     INTEGER NOT NULL CHECK (slots > 0)
) STRICT;
CREATE INDEX arrival_at ON arrival (at);
CREATE INDEX arrival_place ON arrival (clinic, specialty, at);

-- The parts of a Moscow day in which a clinic was looked at.
CREATE TABLE watched (
    clinic   TEXT    NOT NULL,
    day      INTEGER NOT NULL,    -- days since 1970-01-01
    quarters BLOB    NOT NULL,    -- 128 bits, little-endian; the first 96 are the quarters of an hour
    PRIMARY KEY (clinic, day)
) STRICT, WITHOUT ROWID;

-- How often the counts of a list announced what was found under it.
CREATE TABLE signal (
    clinic    TEXT    NOT NULL,
    level     TEXT    NOT NULL CHECK (level IN ('clinic', 'specialty')),
    announced REAL    NOT NULL,   -- openings the counts announced; older ones weigh less
    missed    REAL    NOT NULL,   -- openings they did not
    PRIMARY KEY (clinic, level)
) STRICT, WITHOUT ROWID;
