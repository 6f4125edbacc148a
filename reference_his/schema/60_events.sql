-- What happened, in order: every front tells the same from here.
CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,                      -- virtual time
    kind text NOT NULL,
    key text NOT NULL,                            -- reg_no, order_no, settlement_no, …
    patient_no text NOT NULL DEFAULT '',
    facts jsonb NOT NULL
);
CREATE INDEX event_kind ON event (kind, id);
CREATE INDEX event_key ON event (key);
CREATE TABLE front_cursor (
    front text PRIMARY KEY,                       -- hl7:<peer>, soap:<peer>, …
    event_id bigint NOT NULL
);
CREATE SEQUENCE receipt_seq;
CREATE SEQUENCE document_seq;
