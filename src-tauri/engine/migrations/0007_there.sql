-- What a doctor offers now is found without what they ever offered.
CREATE INDEX opening_there ON opening (clinic, doctor) WHERE gone_at IS NULL;
