-- Which openings each message has told. A mark up to which it has told loses a slot that was missing
-- for one look when its alert was told, and repeats what was told when an older slot joins.

CREATE TABLE told (
    outbox_id  INTEGER NOT NULL REFERENCES outbox(id) ON DELETE CASCADE,
    opening_id INTEGER NOT NULL REFERENCES opening(id) ON DELETE CASCADE,
    PRIMARY KEY (outbox_id, opening_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_opening ON told (opening_id);

INSERT INTO told
    SELECT outbox.id, opening_id FROM outbox JOIN alert_slot ON alert_slot.alert_id = outbox.alert_id
    WHERE kind = 'appeared' AND opening_id <= outbox.told;

ALTER TABLE outbox DROP COLUMN told;
