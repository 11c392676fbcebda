-- When a person last changed a watch: what it looks at for the first time soon after is shown, not
-- told, though the program was started anew meanwhile. Without a row: when the watch was made.

CREATE TABLE asked (
    watch_id INTEGER PRIMARY KEY REFERENCES watch(id) ON DELETE CASCADE,
    at       INTEGER NOT NULL
) STRICT;

-- Alerts of a watch that wait for an answer are told along with its next one.
CREATE INDEX alert_open ON alert (watch_id) WHERE state ->> 'kind' = 'raised';
