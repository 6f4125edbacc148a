-- A connection that plans a statement for the first time, or that lost its plans (Odoo's own
-- DISCARD ALL), pays more for planning than for running. Hence statements of one table by its
-- key instead of joins, and FILTER instead of conditions that the planner compares with every
-- partial index. Measured on one connection: 3.6 ms a refusal as joins, 1.2 ms like this, and
-- 0.4 ms with kept plans (hospital_base/keep_plans.py).
CREATE OR REPLACE FUNCTION hospital_is_blocked(p_patient integer, p_at timestamp)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM hospital_blacklist_entry
                    WHERE patient_id = p_patient AND state = 'active'
                      AND start_at <= p_at AND until > p_at);
END $$;

-- Writes the outbox row of one booking; p_at makes a repeated event a new message.
CREATE OR REPLACE FUNCTION hospital_booking_notify(
    p_booking integer, p_code varchar, p_now timestamp, p_tz varchar)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO hospital_message (event_id, patient_id, account_id, dedup_key, res_model, res_id,
                                  variables, state, at, next_try_at, create_date)
    SELECT e.id, b.patient_id, b.account_id, p_code || ':' || b.id || ':' || extract(epoch FROM p_now),
           'hospital.booking', b.id,
           jsonb_build_object(
               'doctor', d.name,  -- in every language: the template takes its own
               'department', t.name,
               'date', to_char(b.date, 'YYYY-MM-DD'),
               'time', to_char(b.starts_at AT TIME ZONE 'UTC' AT TIME ZONE p_tz, 'HH24:MI'),
               'number', COALESCE(b.walkin_number, b.number)::text),
           'queued', p_now, p_now, p_now
      FROM hospital_booking b
      JOIN hospital_message_event e ON e.code = p_code AND e.active
      JOIN hospital_department t ON t.id = b.department_id
      LEFT JOIN hospital_doctor d ON d.id = b.doctor_id
     WHERE b.id = p_booking
    ON CONFLICT (dedup_key) DO NOTHING
$$;

-- May this account book for this patient at all? NULL, or why not.
CREATE OR REPLACE FUNCTION hospital_booking_refuse_patient(
    p_patient integer, p_account integer, p_now timestamp, p_today date)
RETURNS varchar LANGUAGE plpgsql STABLE AS $$
DECLARE v record;
BEGIN
    IF p_account IS NOT NULL THEN
        PERFORM 1 FROM hospital_account_member
          WHERE account_id = p_account AND patient_id = p_patient;
        IF NOT FOUND THEN RETURN 'not_member'; END IF;
    END IF;
    SELECT active, guardian_id, guardian_name, birth_date INTO v
      FROM hospital_patient WHERE id = p_patient;
    IF v.active IS NOT TRUE THEN RETURN 'patient_inactive'; END IF;
    IF hospital_is_blocked(p_patient, p_now) THEN RETURN 'blocked'; END IF;
    -- real-name booking: under 16 somebody answers for the child
    IF v.birth_date > p_today - interval '16 years' AND v.guardian_id IS NULL
       AND COALESCE(v.guardian_name, '') = '' THEN
        RETURN 'guardian';
    END IF;
    RETURN NULL;
END $$;

-- May this channel book in this session now? NULL, or why not.
CREATE OR REPLACE FUNCTION hospital_booking_refuse_session(
    p_session hospital_session, p_channel integer, p_horizon integer, p_now timestamp,
    p_today date)
RETURNS varchar LANGUAGE plpgsql STABLE AS $$
DECLARE v record; v_days integer;
BEGIN
    IF p_session.id IS NULL OR p_session.state IN ('suspended', 'closed')
       OR p_session.ends_at <= p_now OR p_session.date < p_today THEN
        RETURN 'closed';
    END IF;
    IF p_session.state <> 'released' OR p_session.release_at > p_now THEN
        RETURN 'not_released';
    END IF;
    SELECT active AND may_hold AS may_hold, allow_same_day, allow_advance INTO v
      FROM hospital_channel WHERE id = p_channel;
    IF v.may_hold IS NOT TRUE
       OR (p_session.date = p_today AND NOT v.allow_same_day)
       OR (p_session.date > p_today AND NOT v.allow_advance) THEN
        RETURN 'channel';
    END IF;
    SELECT booking_horizon_days INTO v_days
      FROM hospital_department WHERE id = p_session.department_id;
    IF p_session.date > p_today + COALESCE(NULLIF(v_days, 0), p_horizon) THEN
        RETURN 'horizon';
    END IF;
    RETURN NULL;
END $$;

-- Does the account book for too many people? True above the limit of a day or of 30 days.
CREATE OR REPLACE FUNCTION hospital_booking_too_many_people(
    p_account integer, p_patient integer, p_now timestamp, p_day integer, p_month integer)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE v record;
BEGIN
    SELECT count(DISTINCT patient_id) FILTER (
               WHERE create_date > p_now - interval '1 day') AS of_day,
           count(DISTINCT patient_id) AS of_month INTO v
      FROM hospital_booking
     WHERE account_id = p_account AND patient_id <> p_patient
       AND create_date > p_now - interval '30 days';
    RETURN v.of_day >= p_day OR v.of_month >= p_month;
END $$;

-- The patient's day: a live number of the same doctor (or clinic without one)? which ordinals?
CREATE OR REPLACE FUNCTION hospital_booking_day(
    p_patient integer, p_session hospital_session,
    OUT same_doctor boolean, OUT ordinals integer[])
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT bool_or(doctor_id = p_session.doctor_id
                   OR (p_session.doctor_id IS NULL AND doctor_id IS NULL
                       AND department_id = p_session.department_id)) FILTER (WHERE {live}),
           array_agg(ordinal) FILTER (WHERE {live})
      INTO same_doctor, ordinals
      FROM hospital_booking WHERE patient_id = p_patient AND date = p_session.date;
    same_doctor := COALESCE(same_doctor, false);
    ordinals := COALESCE(ordinals, '{}');
END $$;

-- The lowest of 1..p_limit that is not taken; NULL when as many are taken, also above a limit
-- that was lowered since.
CREATE OR REPLACE FUNCTION hospital_booking_seat(p_taken integer[], p_limit integer)
RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF cardinality(p_taken) >= p_limit THEN RETURN NULL; END IF;
    FOR v_seat IN 1..p_limit LOOP
        IF NOT v_seat = ANY(p_taken) THEN RETURN v_seat; END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- What the patient pays: less when the number type has a revisit fee and the patient was seen
-- in the department within its days.
CREATE OR REPLACE FUNCTION hospital_booking_fee(p_patient integer, p_session hospital_session)
RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE v record;
BEGIN
    SELECT revisit_days, revisit_fee_fen INTO v
      FROM hospital_number_type WHERE id = p_session.number_type_id;
    IF v.revisit_days > 0 THEN
        PERFORM 1 FROM hospital_booking
          WHERE patient_id = p_patient AND department_id = p_session.department_id
            AND date BETWEEN p_session.date - v.revisit_days AND p_session.date
            AND state IN ('checked_in', 'called', 'done') LIMIT 1;
        IF FOUND THEN RETURN LEAST(v.revisit_fee_fen, p_session.fee_fen); END IF;
    END IF;
    RETURN p_session.fee_fen;
END $$;

-- Claims a number for a request that is not known yet: 'ok', or why not. First what can be
-- refused by reading alone: that locks nothing, writes nothing and waits for nobody.
CREATE OR REPLACE FUNCTION hospital_booking_try(
    p_channel integer, p_patient integer, p_session integer, p_key varchar, p_ref varchar,
    p_account integer, p_period timestamp, p_number integer, p_confirm boolean,
    p_hold_minutes integer, p_now timestamp, p_uid integer,
    OUT outcome varchar, OUT booking_id integer)
LANGUAGE plpgsql AS $$
DECLARE
    v_session hospital_session; v_company record; v_day record; v_slot record; v_today date;
    v_quota integer; v_ordinal integer; v_seat integer; v_seats integer[];
BEGIN
    SELECT * INTO v_session FROM hospital_session WHERE id = p_session;
    SELECT hospital_tz AS tz, hospital_day_limit AS day_limit, hospital_horizon_days AS horizon,
           hospital_hold_minutes AS hold_minutes, hospital_account_daily_limit AS people_a_day,
           hospital_account_patient_limit AS people_a_month
      INTO v_company FROM res_company WHERE id = v_session.company_id;
    v_today := (p_now AT TIME ZONE 'UTC' AT TIME ZONE v_company.tz)::date;
    outcome := COALESCE(
        hospital_booking_refuse_patient(p_patient, p_account, p_now, v_today),
        hospital_booking_refuse_session(
            v_session, p_channel, v_company.horizon, p_now, v_today));
    IF outcome IS NOT NULL THEN RETURN; END IF;
    v_day := hospital_booking_day(p_patient, v_session);
    IF v_day.same_doctor THEN outcome := 'duplicate_doctor'; RETURN; END IF;
    PERFORM 1 FROM hospital_slot s
      WHERE s.session_id = p_session AND s.state = 'free' AND s.starts_at > p_now
        AND (p_number IS NULL OR s.number = p_number)
        AND (p_period IS NULL OR s.starts_at = p_period) LIMIT 1;
    IF NOT FOUND THEN outcome := 'full'; RETURN; END IF;
    IF p_account IS NOT NULL AND hospital_booking_too_many_people(
            p_account, p_patient, p_now, v_company.people_a_day, v_company.people_a_month) THEN
        outcome := 'risk'; RETURN;
    END IF;
    -- waits for a suspension in progress and then reads what it decided
    SELECT * INTO v_session FROM hospital_session WHERE id = p_session FOR SHARE;
    IF v_session.state <> 'released' THEN outcome := 'closed'; RETURN; END IF;
    SELECT min(r.maximum) INTO v_quota FROM hospital_channel_rule r
     WHERE r.channel_id = p_channel AND r.active
       AND (r.department_id IS NULL OR r.department_id = v_session.department_id)
       AND (r.number_type_id IS NULL OR r.number_type_id = v_session.number_type_id);
    -- the loser of an ordinal tries the next one; the limits bound the attempts
    FOR v_try IN 1..(v_company.day_limit + COALESCE(v_quota, 0) + 1) LOOP
        IF v_try > 1 THEN
            v_day := hospital_booking_day(p_patient, v_session);
        END IF;
        v_ordinal := hospital_booking_seat(v_day.ordinals, v_company.day_limit);
        IF v_quota IS NOT NULL THEN
            SELECT COALESCE(array_agg(quota_ordinal), '{}') INTO v_seats FROM hospital_booking
             WHERE session_id = p_session AND channel_id = p_channel
               AND quota_ordinal IS NOT NULL AND {live};
            v_seat := hospital_booking_seat(v_seats, v_quota);
        END IF;
        outcome := CASE WHEN v_day.same_doctor THEN 'duplicate_doctor'
                        WHEN v_ordinal IS NULL THEN 'day_limit'
                        WHEN v_quota IS NOT NULL AND v_seat IS NULL THEN 'quota' END;
        IF outcome IS NOT NULL THEN RETURN; END IF;
        -- the second look finds a number that another claim gave back a moment ago
        FOR v_look IN 1..2 LOOP
            SELECT s.id, s.number, s.starts_at, s.ends_at INTO v_slot FROM hospital_slot s
             WHERE s.session_id = p_session AND s.state = 'free' AND s.starts_at > p_now
               AND (p_number IS NULL OR s.number = p_number)
               AND (p_period IS NULL OR s.starts_at = p_period)
             ORDER BY s.starts_at, s.number FOR UPDATE SKIP LOCKED LIMIT 1;
            EXIT WHEN FOUND;
        END LOOP;
        EXIT WHEN v_slot.id IS NULL;
        INSERT INTO hospital_booking (
            ref, slot_id, session_id, patient_id, account_id, channel_id, doctor_id,
            original_doctor_id, department_id, number_type_id, company_id, date, starts_at,
            ends_at, number, state, hold_until, fee_fen, key, mode, ordinal, quota_ordinal,
            is_late, create_uid, create_date, write_uid, write_date)
        VALUES (
            p_ref, v_slot.id, p_session, p_patient, p_account, p_channel, v_session.doctor_id,
            v_session.original_doctor_id, v_session.department_id, v_session.number_type_id,
            v_session.company_id, v_session.date, v_slot.starts_at, v_slot.ends_at,
            v_slot.number, CASE WHEN p_confirm THEN 'confirmed' ELSE 'hold' END,
            CASE WHEN NOT p_confirm THEN p_now
                 + make_interval(mins => COALESCE(p_hold_minutes, v_company.hold_minutes)) END,
            hospital_booking_fee(p_patient, v_session), p_key,
            CASE WHEN v_session.date = v_today THEN 'same_day' ELSE 'advance' END,
            v_ordinal, v_seat, false, p_uid, p_now, p_uid, p_now)
        ON CONFLICT DO NOTHING RETURNING id INTO booking_id;
        IF booking_id IS NOT NULL THEN
            UPDATE hospital_slot SET state = 'taken' WHERE id = v_slot.id;
            INSERT INTO hospital_booking_event (booking_id, from_state, to_state, at, user_id,
                                                channel_id)
            VALUES (booking_id, NULL, CASE WHEN p_confirm THEN 'confirmed' ELSE 'hold' END,
                    p_now, p_uid, p_channel);
            IF p_confirm THEN
                PERFORM hospital_booking_notify(
                    booking_id, 'booking.confirmed', p_now, v_company.tz);
            END IF;
            outcome := 'ok';
            RETURN;
        END IF;
    END LOOP;
    outcome := 'full';
END $$;

-- What a key was answered before: 'replay' with the booking, 'key_reused', or NULL.
CREATE OR REPLACE FUNCTION hospital_booking_known(
    p_channel integer, p_patient integer, p_session integer, p_key varchar,
    OUT outcome varchar, OUT booking_id integer, OUT booking_ref varchar)
LANGUAGE plpgsql STABLE AS $$
DECLARE v record;
BEGIN
    SELECT id, ref, patient_id, session_id INTO v FROM hospital_booking
     WHERE channel_id = p_channel AND key = p_key;
    IF NOT FOUND THEN RETURN; END IF;
    IF v.patient_id <> p_patient OR v.session_id <> p_session THEN
        outcome := 'key_reused'; RETURN;
    END IF;
    outcome := 'replay'; booking_id := v.id; booking_ref := v.ref;
END $$;

CREATE OR REPLACE FUNCTION hospital_booking_claim(
    p_channel integer, p_patient integer, p_session integer, p_key varchar, p_ref varchar,
    p_account integer, p_period timestamp, p_number integer, p_confirm boolean,
    p_hold_minutes integer, p_now timestamp, p_uid integer)
RETURNS TABLE (outcome varchar, booking_id integer, booking_ref varchar)
LANGUAGE plpgsql AS $$
DECLARE v record; v_known record;
BEGIN
    v_known := hospital_booking_known(p_channel, p_patient, p_session, p_key);
    IF v_known.outcome IS NULL THEN
        v := hospital_booking_try(
            p_channel, p_patient, p_session, p_key, p_ref, p_account, p_period, p_number,
            p_confirm, p_hold_minutes, p_now, p_uid);
        outcome := v.outcome;
        IF outcome = 'ok' THEN
            booking_id := v.booking_id; booking_ref := p_ref; RETURN NEXT; RETURN;
        END IF;
        -- the same request sent twice: its twin may have booked meanwhile
        v_known := hospital_booking_known(p_channel, p_patient, p_session, p_key);
    END IF;
    IF v_known.outcome IS NOT NULL THEN
        outcome := v_known.outcome;
        booking_id := v_known.booking_id;
        booking_ref := v_known.booking_ref;
    END IF;
    RETURN NEXT;
END $$;

-- The claim of a signed-in person, for a patient of the own family only.
CREATE OR REPLACE FUNCTION hospital_booking_claim_own(
    p_uid integer, p_channel integer, p_patient integer, p_session integer, p_key varchar,
    p_ref varchar, p_period timestamp, p_now timestamp)
RETURNS TABLE (outcome varchar, booking_id integer, booking_ref varchar)
LANGUAGE plpgsql AS $$
DECLARE v_account integer; v_lang varchar;
BEGIN
    SELECT id, lang INTO v_account, v_lang FROM hospital_account
     WHERE user_id = p_uid AND state = 'active';
    IF NOT FOUND THEN outcome := 'not_member'; RETURN NEXT; RETURN; END IF;
    IF hospital_consent_missing(p_patient, v_lang, p_now::date) AND EXISTS (
        SELECT 1 FROM hospital_account_member
         WHERE account_id = v_account AND patient_id = p_patient)
    THEN outcome := 'consent'; RETURN NEXT; RETURN; END IF;
    RETURN QUERY SELECT * FROM hospital_booking_claim(
        p_channel, p_patient, p_session, (v_account || ':' || p_key)::varchar, p_ref, v_account,
        p_period, NULL, false, NULL, p_now, p_uid);
END $$;

-- Gives numbers without a live booking back; returns how many.
CREATE OR REPLACE FUNCTION hospital_slot_release(p_slots integer[])
RETURNS integer LANGUAGE sql AS $$
    WITH freed AS (
        UPDATE hospital_slot s SET state = 'free'
         WHERE s.id = ANY(p_slots) AND s.state = 'taken' AND NOT EXISTS (
            SELECT 1 FROM hospital_booking b WHERE b.slot_id = s.id
               AND b.{live})
        RETURNING s.id)
    SELECT count(*)::integer FROM freed
$$;

-- Takes the next number of the session for somebody who came late; NULL when none is left.
CREATE OR REPLACE FUNCTION hospital_slot_walkin(p_booking integer, p_now timestamp)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE v record; v_old integer;
BEGIN
    SELECT s.id, s.number, b.slot_id AS old INTO v
      FROM hospital_booking b JOIN hospital_slot s ON s.session_id = b.session_id
     WHERE b.id = p_booking AND s.state = 'free' AND s.ends_at > p_now
     ORDER BY s.starts_at, s.number FOR UPDATE OF s SKIP LOCKED LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;
    UPDATE hospital_slot SET state = 'taken' WHERE id = v.id;
    UPDATE hospital_booking SET slot_id = v.id, walkin_number = v.number, is_late = true
     WHERE id = p_booking;
    PERFORM hospital_slot_release(ARRAY[v.old]);
    RETURN v.number;
END $$;
