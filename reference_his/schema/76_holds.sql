-- a FHIR $hold need not say for whom: the patient is named when it is booked
ALTER TABLE number_lock ALTER COLUMN patient_id DROP NOT NULL;
