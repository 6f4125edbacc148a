-- Tells whether a person has not agreed to the newest words of a required purpose (rule L2:
-- a withdrawn consent ends the service, newer words ask again). The purpose for children
-- concerns those under 14 only (rule L3). One version is the same words in every language.
-- PL/pgSQL, because it keeps its plan: a claim asks this every time.
CREATE OR REPLACE FUNCTION hospital_consent_missing(
    p_patient integer, p_lang varchar, p_today date)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM hospital_consent_text n
         WHERE n.active AND n.required AND n.lang = p_lang
           AND NOT EXISTS (
                SELECT 1 FROM hospital_consent c JOIN hospital_consent_text t ON t.id = c.text_id
                 WHERE c.patient_id = p_patient AND c.withdrawn_at IS NULL
                   AND t.purpose = n.purpose AND t.version = n.version)
           AND NOT EXISTS (
                SELECT 1 FROM hospital_consent_text m
                 WHERE m.active AND m.lang = p_lang AND m.purpose = n.purpose
                   AND m.version > n.version)
           AND (n.purpose <> 'child' OR EXISTS (
                SELECT 1 FROM hospital_patient p
                 WHERE p.id = p_patient AND p.birth_date + interval '14 years' > p_today)));
END $$;
