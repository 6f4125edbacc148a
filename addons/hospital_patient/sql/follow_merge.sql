-- FOR SHARE waits for a merge that holds the patient and then sees its outcome;
-- a REPEATABLE READ transaction fails here and is run again by Odoo.
CREATE OR REPLACE FUNCTION hospital_patient_follow_merge() RETURNS trigger AS $$
DECLARE
    survivor integer;
BEGIN
    LOOP
        SELECT merged_into_id INTO survivor
          FROM hospital_patient WHERE id = NEW.patient_id FOR SHARE;
        EXIT WHEN survivor IS NULL;
        NEW.patient_id := survivor;
    END LOOP;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
