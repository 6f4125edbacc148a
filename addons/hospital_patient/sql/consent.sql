-- Tells whether a person has not agreed to the newest words of a required purpose (rule L2:
-- a withdrawn consent ends the service, newer words ask again). The purpose for children
-- concerns those under 14 only (rule L3). One version is the same words in every language.
CREATE OR REPLACE FUNCTION hospital_consent_missing(
    p_patient integer, p_lang varchar, p_today date)
RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH newest AS (
        SELECT DISTINCT ON (purpose) purpose, version, required
          FROM hospital_consent_text WHERE active AND lang = p_lang
         ORDER BY purpose, version DESC)
    SELECT EXISTS (
        SELECT 1 FROM newest n
         WHERE n.required
           AND (n.purpose <> 'child' OR EXISTS (
                SELECT 1 FROM hospital_patient p
                 WHERE p.id = p_patient AND p.birth_date + interval '14 years' > p_today))
           AND NOT EXISTS (
                SELECT 1 FROM hospital_consent c JOIN hospital_consent_text t ON t.id = c.text_id
                 WHERE c.patient_id = p_patient AND c.withdrawn_at IS NULL
                   AND t.purpose = n.purpose AND t.version = n.version))
$$;
