CREATE OR REPLACE FUNCTION hospital_is_blocked(p_patient integer, p_at timestamp)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM hospital_blacklist_entry
                    WHERE patient_id = p_patient AND state = 'active'
                      AND start_at <= p_at AND until > p_at)
$$;

-- Writes the outbox row of one booking; p_at makes a repeated event a new message.
CREATE OR REPLACE FUNCTION hospital_booking_notify(
    p_booking integer, p_code varchar, p_now timestamp, p_tz varchar)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO hospital_message (event_id, patient_id, account_id, dedup_key, res_model, res_id,
                                  variables, state, at, next_try_at, create_date)
    SELECT e.id, b.patient_id, b.account_id, p_code || ':' || b.id || ':' || extract(epoch FROM p_now),
           'hospital.booking', b.id,
           jsonb_build_object(
               'doctor', COALESCE(d.name ->> 'zh_CN', d.name ->> 'en_US', ''),
               'department', COALESCE(t.name ->> 'zh_CN', t.name ->> 'en_US', ''),
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

CREATE OR REPLACE FUNCTION hospital_booking_claim(
    p_channel integer, p_patient integer, p_session integer, p_key varchar, p_ref varchar,
    p_account integer, p_period timestamp, p_number integer, p_confirm boolean,
    p_hold_minutes integer, p_now timestamp, p_today date, p_uid integer)
RETURNS TABLE (outcome varchar, booking_id integer, booking_ref varchar)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v record; v_slot record; v_day integer; v_quota integer; v_max integer;
    v_used integer; v_id integer; v_new varchar; v_try integer;
BEGIN
    SELECT b.id, b.ref, b.patient_id, b.session_id INTO v FROM hospital_booking b
     WHERE b.channel_id = p_channel AND b.key = p_key;
    IF FOUND THEN
        IF v.patient_id <> p_patient OR v.session_id <> p_session THEN
            RETURN QUERY SELECT 'key_reused'::varchar, NULL::integer, NULL::varchar; RETURN;
        END IF;
        RETURN QUERY SELECT 'replay'::varchar, v.id, v.ref; RETURN;
    END IF;
    IF p_account IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM hospital_account_member
             WHERE account_id = p_account AND patient_id = p_patient) THEN
        RETURN QUERY SELECT 'not_member'::varchar, NULL::integer, NULL::varchar; RETURN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM hospital_patient WHERE id = p_patient AND active) THEN
        RETURN QUERY SELECT 'patient_inactive'::varchar, NULL::integer, NULL::varchar; RETURN;
    END IF;
    IF hospital_is_blocked(p_patient, p_now) THEN
        RETURN QUERY SELECT 'blocked'::varchar, NULL::integer, NULL::varchar; RETURN;
    END IF;
    -- real-name booking: under 16 somebody answers for the child
    IF EXISTS (SELECT 1 FROM hospital_patient
                WHERE id = p_patient AND guardian_id IS NULL
                  AND COALESCE(guardian_name, '') = ''
                  AND birth_date > p_today - interval '16 years') THEN
        RETURN QUERY SELECT 'guardian'::varchar, NULL::integer, NULL::varchar; RETURN;
    END IF;
    -- FOR SHARE waits for a suspension in progress and then reads what it decided
    PERFORM 1 FROM hospital_session WHERE id = p_session FOR SHARE;
    SELECT s.*, c.hospital_day_limit AS day_limit, c.hospital_hold_minutes AS hold_minutes,
           c.hospital_account_daily_limit AS people_a_day,
           c.hospital_account_patient_limit AS people_a_month,
           c.hospital_tz AS tz, ch.allow_same_day, ch.allow_advance, ch.may_hold,
           ch.active AS channel_active,
           COALESCE(NULLIF(d.booking_horizon_days, 0), c.hospital_horizon_days) AS horizon
      INTO v
      FROM hospital_session s
      JOIN hospital_department d ON d.id = s.department_id
      JOIN res_company c ON c.id = s.company_id
      JOIN hospital_channel ch ON ch.id = p_channel
     WHERE s.id = p_session;
    v_new := CASE
        WHEN NOT FOUND OR v.state IN ('suspended', 'closed') OR v.ends_at <= p_now
             OR v.date < p_today THEN 'closed'
        WHEN v.state <> 'released' OR v.release_at > p_now THEN 'not_released'
        WHEN NOT v.channel_active OR NOT v.may_hold
             OR (v.date = p_today AND NOT v.allow_same_day)
             OR (v.date > p_today AND NOT v.allow_advance) THEN 'channel'
        WHEN v.date > p_today + v.horizon THEN 'horizon'
        WHEN EXISTS (
            SELECT 1 FROM hospital_booking b
             WHERE b.patient_id = p_patient AND b.date = v.date
               AND b.state IN ('hold','confirmed','checked_in','called','done','displaced')
               AND (b.doctor_id = v.doctor_id OR (v.doctor_id IS NULL AND b.doctor_id IS NULL
                    AND b.department_id = v.department_id))) THEN 'duplicate_doctor'
        WHEN p_account IS NOT NULL AND EXISTS (
            SELECT 1 FROM (VALUES (1, v.people_a_day), (30, v.people_a_month)) AS l(days, people)
             WHERE (SELECT count(DISTINCT b.patient_id) FROM hospital_booking b
                     WHERE b.account_id = p_account AND b.patient_id <> p_patient
                       AND b.create_date > p_now - make_interval(days => l.days)) >= l.people)
            THEN 'risk'
    END;
    IF v_new IS NOT NULL THEN
        RETURN QUERY SELECT v_new, NULL::integer, NULL::varchar; RETURN;
    END IF;
    SELECT min(r.maximum) INTO v_max FROM hospital_channel_rule r
     WHERE r.channel_id = p_channel AND r.active
       AND (r.department_id IS NULL OR r.department_id = v.department_id)
       AND (r.number_type_id IS NULL OR r.number_type_id = v.number_type_id);
    -- the loser of an ordinal tries the next one; the limits bound the attempts
    FOR v_try IN 1..(v.day_limit + COALESCE(v_max, 0) + 1) LOOP
        SELECT min(o) INTO v_day FROM generate_series(1, v.day_limit) o
         WHERE NOT EXISTS (
            SELECT 1 FROM hospital_booking b
             WHERE b.patient_id = p_patient AND b.date = v.date AND b.ordinal = o
               AND b.state IN ('hold','confirmed','checked_in','called','done','displaced'));
        IF v_day IS NULL THEN
            RETURN QUERY SELECT 'day_limit'::varchar, NULL::integer, NULL::varchar; RETURN;
        END IF;
        IF v_max IS NOT NULL THEN
            SELECT min(o) INTO v_quota FROM generate_series(1, v_max) o
             WHERE NOT EXISTS (
                SELECT 1 FROM hospital_booking b
                 WHERE b.session_id = p_session AND b.channel_id = p_channel
                   AND b.quota_ordinal = o AND b.state IN
                       ('hold','confirmed','checked_in','called','done','displaced'));
            IF v_quota IS NULL THEN
                RETURN QUERY SELECT 'quota'::varchar, NULL::integer, NULL::varchar; RETURN;
            END IF;
        END IF;
        SELECT s.id, s.number, s.starts_at, s.ends_at INTO v_slot FROM hospital_slot s
         WHERE s.session_id = p_session AND s.state = 'free' AND s.starts_at > p_now
           AND (p_number IS NULL OR s.number = p_number)
           AND (p_period IS NULL OR s.starts_at = p_period)
         ORDER BY s.starts_at, s.number FOR UPDATE SKIP LOCKED LIMIT 1;
        IF NOT FOUND THEN
            -- one look again: a number that another claim gave back a moment ago
            SELECT s.id, s.number, s.starts_at, s.ends_at INTO v_slot FROM hospital_slot s
             WHERE s.session_id = p_session AND s.state = 'free' AND s.starts_at > p_now
               AND (p_number IS NULL OR s.number = p_number)
               AND (p_period IS NULL OR s.starts_at = p_period)
             ORDER BY s.starts_at, s.number FOR UPDATE SKIP LOCKED LIMIT 1;
        END IF;
        IF NOT FOUND THEN
            RETURN QUERY SELECT 'full'::varchar, NULL::integer, NULL::varchar; RETURN;
        END IF;
        INSERT INTO hospital_booking (
            ref, slot_id, session_id, patient_id, account_id, channel_id, doctor_id,
            original_doctor_id, department_id, number_type_id, company_id, date, starts_at,
            ends_at, number, state, hold_until, fee_fen, key, mode, ordinal, quota_ordinal,
            is_late, create_uid, create_date, write_uid, write_date)
        VALUES (
            p_ref, v_slot.id, p_session, p_patient, p_account, p_channel, v.doctor_id,
            v.original_doctor_id, v.department_id, v.number_type_id, v.company_id, v.date,
            v_slot.starts_at, v_slot.ends_at, v_slot.number,
            CASE WHEN p_confirm THEN 'confirmed' ELSE 'hold' END,
            CASE WHEN NOT p_confirm THEN p_now
                 + make_interval(mins => COALESCE(p_hold_minutes, v.hold_minutes)) END,
            v.fee_fen, p_key, CASE WHEN v.date = p_today THEN 'same_day' ELSE 'advance' END,
            v_day, v_quota, false, p_uid, p_now, p_uid, p_now)
        ON CONFLICT DO NOTHING RETURNING id INTO v_id;
        IF v_id IS NOT NULL THEN
            UPDATE hospital_slot SET state = 'taken' WHERE id = v_slot.id;
            INSERT INTO hospital_booking_event (booking_id, from_state, to_state, at, user_id,
                                                channel_id)
            VALUES (v_id, NULL, CASE WHEN p_confirm THEN 'confirmed' ELSE 'hold' END, p_now,
                    p_uid, p_channel);
            IF p_confirm THEN
                PERFORM hospital_booking_notify(v_id, 'booking.confirmed', p_now, v.tz);
            END IF;
            RETURN QUERY SELECT 'ok'::varchar, v_id, p_ref; RETURN;
        END IF;
        SELECT b.id, b.ref INTO v_used, v_new FROM hospital_booking b
         WHERE b.channel_id = p_channel AND b.key = p_key AND b.patient_id = p_patient
           AND b.session_id = p_session;
        IF FOUND THEN
            RETURN QUERY SELECT 'replay'::varchar, v_used, v_new; RETURN;
        END IF;
        IF EXISTS (SELECT 1 FROM hospital_booking b
             WHERE b.patient_id = p_patient AND b.date = v.date
               AND b.state IN ('hold','confirmed','checked_in','called','done','displaced')
               AND (b.doctor_id = v.doctor_id OR (v.doctor_id IS NULL AND b.doctor_id IS NULL
                    AND b.department_id = v.department_id))) THEN
            RETURN QUERY SELECT 'duplicate_doctor'::varchar, NULL::integer, NULL::varchar; RETURN;
        END IF;
    END LOOP;
    RETURN QUERY SELECT 'full'::varchar, NULL::integer, NULL::varchar;
END $$;

-- Gives numbers without a live booking back; returns how many.
CREATE OR REPLACE FUNCTION hospital_slot_release(p_slots integer[])
RETURNS integer LANGUAGE sql AS $$
    WITH freed AS (
        UPDATE hospital_slot s SET state = 'free'
         WHERE s.id = ANY(p_slots) AND s.state = 'taken' AND NOT EXISTS (
            SELECT 1 FROM hospital_booking b WHERE b.slot_id = s.id
               AND b.state IN ('hold','confirmed','checked_in','called','done','displaced'))
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
