-- Besides the claim and its kin in hospital_booking, only these functions write numbers.

-- The numbers of sessions that a plan has just made.
CREATE OR REPLACE FUNCTION hospital_slot_generate(p_sessions integer[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind)
    SELECT s.id, (r.numbers->>(k - 1))::int,
           b.base + (round(r.start_hour * 3600) + r.span * (k - 1) / r.capacity)
               * interval '1 second',
           b.base + (round(r.start_hour * 3600) + r.span * k / r.capacity) * interval '1 second',
           'free', 'normal'
      FROM hospital_session s
      JOIN res_company c ON c.id = s.company_id
     CROSS JOIN LATERAL (
           SELECT s.date::timestamp AT TIME ZONE c.hospital_tz AT TIME ZONE 'UTC' AS base) b
      JOIN (SELECT plan_id, start_hour, capacity, numbers,
                   round((end_hour - start_hour) * 3600)::int AS span
              FROM hospital_plan_period) r ON r.plan_id = s.plan_id
     CROSS JOIN LATERAL generate_series(1, r.capacity) k
     WHERE s.id = ANY(p_sessions)
    ON CONFLICT DO NOTHING;
END $$;

-- The numbers of a session without a plan, spread evenly over its time.
CREATE OR REPLACE FUNCTION hospital_slot_spread(p_session integer, p_count integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind)
    SELECT s.id, k, s.starts_at + (s.ends_at - s.starts_at) * (k - 1) / p_count,
           s.starts_at + (s.ends_at - s.starts_at) * k / p_count, 'free', 'normal'
      FROM hospital_session s CROSS JOIN generate_series(1, p_count) k
     WHERE s.id = p_session
       AND NOT EXISTS (SELECT 1 FROM hospital_slot o WHERE o.session_id = s.id);
END $$;

-- Further numbers at the end of an open session; two who add at once take turns.
CREATE OR REPLACE FUNCTION hospital_slot_add(p_session integer, p_count integer, p_kind varchar)
RETURNS SETOF integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('hospital_slot_add'), p_session);
    -- FOR SHARE waits for a suspension in progress, and lets claims pass
    PERFORM 1 FROM hospital_session
      WHERE id = p_session AND state IN ('draft', 'released') FOR SHARE;
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY
    INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind)
    SELECT s.id, m.last + k, m.starts_at, s.ends_at, 'free', p_kind
      FROM hospital_session s
     CROSS JOIN LATERAL (
           SELECT COALESCE(max(number), 0) AS last, COALESCE(max(starts_at), s.starts_at) AS starts_at
             FROM hospital_slot WHERE session_id = s.id) m
     CROSS JOIN generate_series(1, p_count) k
     WHERE s.id = p_session
    RETURNING id;
END $$;

-- The last free numbers of an open session leave it; nobody loses a booked one.
CREATE OR REPLACE FUNCTION hospital_slot_withdraw(p_session integer, p_count integer)
RETURNS SETOF integer LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH last AS (
        SELECT o.id FROM hospital_slot o JOIN hospital_session s ON s.id = o.session_id
         WHERE s.id = p_session AND s.state IN ('draft', 'released') AND o.state = 'free'
         ORDER BY o.number DESC LIMIT p_count FOR UPDATE OF o SKIP LOCKED)
    UPDATE hospital_slot o SET state = 'stopped' FROM last WHERE o.id = last.id RETURNING o.id;
END $$;

-- Takes numbers of open sessions out of service; tells what each was. Waits for claims.
CREATE OR REPLACE FUNCTION hospital_slot_stop(p_slots integer[])
RETURNS TABLE (slot integer, was varchar) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH old AS (
        SELECT o.id, o.state FROM hospital_slot o
         WHERE o.id = ANY(p_slots) AND o.state IN ('free', 'taken')
           AND EXISTS (SELECT 1 FROM hospital_session s
                        WHERE s.id = o.session_id AND s.state IN ('draft', 'released'))
         ORDER BY o.id FOR UPDATE)
    UPDATE hospital_slot o SET state = 'stopped' FROM old WHERE o.id = old.id
    RETURNING o.id, old.state;
END $$;

-- Puts stopped numbers back to what they were: {"id": "free" or "taken"}.
CREATE OR REPLACE FUNCTION hospital_slot_reopen(p_states jsonb)
RETURNS SETOF integer LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    UPDATE hospital_slot o SET state = x.value FROM jsonb_each_text(p_states) x
     WHERE o.id = x.key::integer AND o.state = 'stopped' AND x.value IN ('free', 'taken')
    RETURNING o.id;
END $$;

-- Moves every number of a session in time; states stay.
CREATE OR REPLACE FUNCTION hospital_slot_shift(p_session integer, p_delta interval)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hospital_slot SET starts_at = starts_at + p_delta, ends_at = ends_at + p_delta
     WHERE session_id = p_session;
END $$;
