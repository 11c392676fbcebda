-- What a worker looks for in the outbox and among the alerts is found without reading the rest.

DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (state, channel, next_at);

-- Alerts that wait for an answer: few, however long the inbox has grown.
CREATE INDEX alert_raised ON alert (raised_at) WHERE state ->> 'kind' = 'raised';
