-- When an imaging order will be performed: what CheckAppointStatusInfo tells and asks.
CREATE TABLE exam_appointment (
    appointment_no text PRIMARY KEY,
    order_no text NOT NULL REFERENCES medical_order,
    device text NOT NULL DEFAULT '',
    starts_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'inactive')),
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX exam_appointment_once ON exam_appointment (order_no) WHERE state = 'active';
CREATE UNIQUE INDEX exam_appointment_device ON exam_appointment (device, starts_at)
    WHERE state = 'active' AND device <> '';
