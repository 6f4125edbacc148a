-- When a row last changed, for readers that come back for what is new (SQL views, FHIR _lastUpdated).
-- Services write times they know; these columns and triggers add virtual time where no column has it.
ALTER TABLE registration ADD COLUMN updated_at timestamptz;
ALTER TABLE number ADD COLUMN updated_at timestamptz NOT NULL;
ALTER TABLE queue_entry ADD COLUMN updated_at timestamptz;
ALTER TABLE lab_report ADD COLUMN updated_at timestamptz;
ALTER TABLE exam_report ADD COLUMN updated_at timestamptz;
ALTER TABLE admission ADD COLUMN updated_at timestamptz;
ALTER TABLE checkup_order ADD COLUMN updated_at timestamptz;

-- an event carries the virtual time at which its subject changed
CREATE FUNCTION event_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE split_part(NEW.kind, '.', 1)
    WHEN 'registration' THEN
        UPDATE registration SET updated_at = NEW.at WHERE reg_no = NEW.facts ->> 'reg_no';
    WHEN 'queue' THEN
        UPDATE queue_entry SET updated_at = NEW.at
        WHERE day = (NEW.at AT TIME ZONE 'Asia/Shanghai')::date
            AND queue = NEW.facts ->> 'queue' AND seq = (NEW.facts ->> 'seq')::integer;
    WHEN 'lab' THEN
        UPDATE lab_report SET updated_at = NEW.at WHERE report_no = NEW.facts ->> 'report_no';
    WHEN 'exam' THEN
        UPDATE exam_report SET updated_at = NEW.at WHERE report_no = NEW.facts ->> 'report_no';
    WHEN 'admission', 'settlement' THEN
        UPDATE admission SET updated_at = NEW.at WHERE admission_no = NEW.facts ->> 'admission_no';
    WHEN 'checkup' THEN
        UPDATE checkup_order SET updated_at = NEW.at WHERE order_no = NEW.facts ->> 'order_no';
    ELSE NULL;
    END CASE;
    RETURN NULL;
END $$;
CREATE TRIGGER event_touch AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_touch();

-- numbers change without an event of their own (locks): the newest event's time is near enough
CREATE FUNCTION number_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.updated_at := (SELECT updated_at FROM session WHERE id = NEW.session_id);
    ELSE
        NEW.updated_at := greatest(OLD.updated_at, (SELECT at FROM event ORDER BY id DESC LIMIT 1));
    END IF;
    RETURN NEW;
END $$;
-- whoever writes many numbers at once gives the time along
CREATE TRIGGER number_made BEFORE INSERT ON number
    FOR EACH ROW WHEN (NEW.updated_at IS NULL) EXECUTE FUNCTION number_touch();
CREATE TRIGGER number_changed BEFORE UPDATE ON number
    FOR EACH ROW EXECUTE FUNCTION number_touch();

CREATE INDEX session_updated ON session (updated_at, id);
CREATE INDEX number_updated ON number (updated_at, session_id, seq);
CREATE INDEX registration_updated
    ON registration (greatest(updated_at, seen_at, signed_at, booked_at), reg_no);
CREATE INDEX queue_updated ON queue_entry (greatest(updated_at, called_at, entered_at), id);
CREATE INDEX visit_updated ON visit (greatest(ended_at, started_at), visit_no);
CREATE INDEX order_updated ON medical_order (updated_at, order_no);
CREATE INDEX prescription_updated ON prescription (updated_at, rx_no);
CREATE INDEX lab_report_updated
    ON lab_report (greatest(updated_at, reported_at, collected_at), report_no);
CREATE INDEX exam_report_updated
    ON exam_report (greatest(updated_at, reported_at, done_at), report_no);
CREATE INDEX admission_updated
    ON admission (greatest(updated_at, discharged_at, admitted_at), admission_no);
CREATE INDEX inpatient_charge_updated ON inpatient_charge (charged_at, id);
CREATE INDEX checkup_updated
    ON checkup_order (greatest(updated_at, reported_at, created_at), order_no);
CREATE INDEX bill_updated ON bill (updated_at, bill_no);
CREATE INDEX settlement_updated ON settlement (settled_at, settlement_no);
CREATE INDEX event_at ON event (at, id);
