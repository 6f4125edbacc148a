"""Millions of bookings visited long ago, each with a number of its own."""

from support import stage
from tools import database
from tools.console import Stop

#: rules and indexes are taken away, the rows written, and all of it made again in one go
FILL = """
SET session_replication_role = replica;  -- copies: what they refer to is there
SET maintenance_work_mem = '1GB';
SET work_mem = '256MB';
BEGIN;
CREATE TEMP TABLE taken_away ON COMMIT DROP AS
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid)) AS back
      FROM pg_constraint
     WHERE contype = 'u' AND conrelid IN ('hospital_booking'::regclass, 'hospital_slot'::regclass)
    UNION ALL
    SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
      FROM pg_index i
     WHERE i.indrelid IN ('hospital_booking'::regclass, 'hospital_slot'::regclass)
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
DO $$ DECLARE step text;
BEGIN FOR step IN SELECT away FROM taken_away LOOP EXECUTE step; END LOOP; END $$;
CREATE TEMP TABLE template ON COMMIT DROP AS SELECT * FROM hospital_booking ORDER BY id LIMIT 1;
CREATE TEMP TABLE old ON COMMIT DROP AS WITH made AS (
    INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind)
    SELECT b.session_id, 100000 + n, b.starts_at, b.ends_at, 'taken', 'normal'
      FROM template b, generate_series(0, {count} - 1) n RETURNING id, number)
    SELECT id, number - 100000 AS n FROM made;
INSERT INTO hospital_booking (ref, key, state, date, create_date, patient_id, account_id,
                              slot_id, ordinal, {columns})
    SELECT 'old' || o.n, 'old' || o.n, 'done', b.date - 10 - (o.n / p.size)::int,
           b.create_date - make_interval(days => 10 + (o.n / p.size)::int),
           p.ids[1 + o.n % p.size], p.accounts[1 + o.n % p.size], o.id, 1, {copied}
      FROM template b, old o,
           (SELECT array_agg(patient_id ORDER BY id) AS ids, count(*) AS size,
                   array_agg(account_id ORDER BY id) AS accounts FROM hospital_account_member) p;
DO $$ DECLARE step text;
BEGIN FOR step IN SELECT back FROM taken_away LOOP EXECUTE step; END LOOP; END $$;
COMMIT;
"""
RULES = """
SELECT count(*) FROM (
    SELECT pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid IN ('hospital_booking'::regclass, 'hospital_slot'::regclass)) x
"""


def add_bookings(count):
    """Add ``count`` bookings of the past to the database of the run.

    They are copies of one booking, whatever its columns: another number, day and patient, so
    that every index fills.

    :raise Stop: when a rule or an index did not come back.
    """
    columns = database.sql(
        "SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns "
        "WHERE table_name = 'hospital_booking' AND is_generated = 'NEVER' AND column_name NOT IN "
        "('id', 'ref', 'key', 'state', 'date', 'create_date', 'patient_id', 'account_id', "
        "'slot_id', 'ordinal')",
        stage.RUN,
    ).strip()
    copied = ", ".join(f"b.{name}" for name in columns.split(","))
    rules = database.sql(RULES, stage.RUN)
    database.sql(FILL.format(count=count, columns=columns, copied=copied), stage.RUN)
    if database.sql(RULES, stage.RUN) != rules:
        raise Stop("Filling the past lost an index: the figures would mean nothing.")
    for table in ("hospital_booking", "hospital_slot"):
        database.sql(f"VACUUM ANALYZE {table}", stage.RUN)
