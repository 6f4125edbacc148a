-- The day of hospital life: what is still to happen, and who is busy. A step and its effects are
-- one transaction, so a killed process neither repeats nor forgets one.
CREATE TABLE life_day (
    day date PRIMARY KEY,
    seed bigint NOT NULL,
    people integer NOT NULL,
    days_left integer NOT NULL,
    started_at timestamptz NOT NULL,
    done integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0
);
CREATE TABLE life_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    content jsonb NOT NULL
);
CREATE INDEX life_step_order ON life_step (at, id);
CREATE TABLE life_server (
    queue text NOT NULL,
    room text NOT NULL,
    busy boolean NOT NULL,
    PRIMARY KEY (queue, room)
);
