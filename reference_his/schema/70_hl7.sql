-- Answers given over HL7: a message that comes again gets the same one, without a second effect.
CREATE TABLE hl7_inbox (
    sender text NOT NULL,                         -- MSH-3 and MSH-4
    control_id text NOT NULL,                     -- MSH-10
    digest text NOT NULL,                         -- of all but MSH: another message is no repetition
    answer bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (sender, control_id)
);
