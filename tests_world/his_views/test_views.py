"""The SQL views, read by the role that others get."""

import datetime
import decimal
from collections.abc import Iterator
from typing import Any

import psycopg2
import psycopg2.errors
import pytest

from reference_his import views
from reference_his.db import Database
from reference_his.services import registrations
from tests_world import his_fixture, his_process
from tests_world.his_process import Served

KEYS = {
    "v_dept": "code",
    "v_doctor": "code",
    "v_schedule": "session_id",
    "v_number": "session_id, seq",
    "v_registration": "reg_no",
    "v_patient": "patient_no",
    "v_visit": "visit_no",
    "v_order": "order_no",
    "v_prescription": "rx_no, order_no",
    "v_lab_report": "report_no",
    "v_lab_result": "report_no, line",
    "v_exam_report": "report_no",
    "v_drug": "code",
    "v_drug_stock": "code",
    "v_bill": "bill_no",
    "v_bill_detail": "bill_no, line",
    "v_settlement": "settlement_no",
    "v_inpatient": "admission_no",
    "v_inpatient_fee": "id",
    "v_queue": "id",
    "v_call_event": "id",
    "v_checkup_package": "code",
    "v_checkup_report": "order_no",
    "v_event": "id",
}
# the same number of rows by another way: past the views, as the owner
ROWS = {
    "v_dept": "department",
    "v_doctor": "doctor",
    "v_schedule": "session",
    "v_number": "number",
    "v_registration": "registration",
    "v_patient": "patient",
    "v_visit": "visit",
    "v_order": "medical_order",
    "v_prescription": "medical_order WHERE rx_no IS NOT NULL",
    "v_lab_report": "lab_report",
    "v_lab_result": "lab_result",
    "v_exam_report": "exam_report",
    "v_drug": "drug",
    "v_drug_stock": "drug",
    "v_bill": "bill",
    "v_bill_detail": "bill_line",
    "v_settlement": "settlement",
    "v_inpatient": "admission",
    "v_inpatient_fee": "inpatient_charge",
    "v_queue": "queue_entry",
    "v_call_event": "event WHERE kind LIKE 'queue.%'",
    "v_checkup_package": "checkup_package",
    "v_checkup_report": "checkup_order",
    "v_event": "event",
}
SUMS = {
    "v_bill": ("total_fen", "SELECT sum(amount_fen) FROM bill_line"),
    "v_bill_detail": ("amount_fen", "SELECT sum(total_fen) FROM bill"),
    "v_settlement": (
        "amount_fen",
        "SELECT sum((facts ->> 'amount_fen')::int) FROM event WHERE kind LIKE 'settlement.%'",
    ),
    "v_inpatient_fee": (
        "amount_fen",
        "SELECT sum((facts ->> 'amount_fen')::int) FROM event WHERE kind = 'inpatient.charged'",
    ),
    "v_drug_stock": ("stock", "SELECT sum(stock) FROM drug"),
    "v_registration": ("fee_fen", "SELECT 1200 * count(*) FROM registration"),
    "v_schedule": ("free", "SELECT count(*) FROM number WHERE state = 'free'"),
}


class Reader:
    """A connection that gives up what it did."""

    def __init__(self, **how: str):
        self.connection = psycopg2.connect(**how)
        self.connection.autocommit = True

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    def one(self, sql: str) -> Any:
        return self.rows(sql)[0][0]


@pytest.fixture(scope="module")
def his(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("views")
    with his_process.served(folder, "hip", before=his_process.everything) as served:
        yield served


@pytest.fixture(scope="module")
def reader(his: Served) -> Iterator[Reader]:
    told = his.reader
    found = Reader(dbname=told["database"], user=told["role"], password=told["password"])
    yield found
    found.connection.close()


@pytest.fixture(scope="module")
def owner(his: Served) -> Iterator[Reader]:
    found = Reader(dsn=his.dsn)
    yield found
    found.connection.close()


def test_all_views_are_there_and_no_other(reader: Reader) -> None:
    found = reader.rows(
        "SELECT table_name FROM information_schema.views WHERE table_schema = 'his_view'"
    )
    assert {name for (name,) in found} == set(KEYS)


@pytest.mark.parametrize("view", KEYS)
def test_a_view_has_every_row_once(reader: Reader, owner: Reader, view: str) -> None:
    count, keys = reader.rows(f"SELECT count(*), count(DISTINCT ({KEYS[view]})) FROM {view}")[0]
    assert count == owner.one(f"SELECT count(*) FROM {ROWS[view]}")
    assert count == keys
    assert count > 0


@pytest.mark.parametrize("view", SUMS)
def test_the_numbers_of_a_view_agree_with_the_tables(
    reader: Reader, owner: Reader, view: str
) -> None:
    column, other = SUMS[view]
    assert reader.one(f"SELECT sum({column}) FROM {view}") == owner.one(other)


def test_a_booking_is_told_with_all_that_belongs_to_it(reader: Reader, his: Served) -> None:
    facts = next(one["facts"] for one in his.events() if one["kind"] == "registration.cancelled")
    names = [name for name in facts if not name.endswith("_at")]
    row = reader.rows(
        f"SELECT {', '.join(names)} FROM v_registration WHERE reg_no = '{facts['reg_no']}'"
    )[0]
    told = {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in zip(names, row, strict=True)
    }
    assert told == {**{name: facts[name] for name in names}, "session_id": int(facts["session_id"])}


@pytest.mark.parametrize("table", ["patient", "event", "settlement", "front_cursor", "number_lock"])
def test_the_role_may_not_read_tables(reader: Reader, table: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        reader.rows(f"SELECT * FROM public.{table}")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE v_dept SET name = ''",
        "DELETE FROM v_drug_stock",
        "INSERT INTO v_drug_stock VALUES ('x')",
        "CREATE TABLE his_view.mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "SET default_transaction_read_only = off; UPDATE v_dept SET name = ''",
        "SET default_transaction_read_only = off; SELECT nextval('public.receipt_seq')",
        "DROP VIEW v_dept",
    ],
)
def test_the_role_may_not_write(reader: Reader, owner: Reader, sql: str) -> None:
    before = owner.rows("SELECT * FROM department ORDER BY code")
    with pytest.raises(psycopg2.Error):
        reader.rows(sql)
    assert owner.rows("SELECT * FROM department ORDER BY code") == before


def test_everything_is_explained_in_chinese(owner: Reader) -> None:
    missing = owner.rows(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'his_view'::regnamespace AND a.attnum > 0"
        " AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL"
        " OR col_description(c.oid, a.attnum) !~ '[一-龥]')"
    )
    assert missing == []


WATERMARK = {
    view: key
    for view, key in KEYS.items()
    if view not in ("v_dept", "v_doctor", "v_drug", "v_drug_stock", "v_checkup_package")
}


@pytest.mark.parametrize("view", WATERMARK)
def test_reading_on_from_a_watermark_uses_an_index(owner: Reader, view: str) -> None:
    order = "id" if view in ("v_event", "v_call_event") else f"updated_at, {KEYS[view]}"
    start = "id > 5" if order == "id" else "updated_at >= '2026-03-02T07:30:00+08:00'"
    owner.rows(
        "SET timezone = 'UTC'; SET enable_seqscan = off; SET enable_sort = off;"
        " SET enable_hashjoin = off; SET enable_mergejoin = off"
    )
    plan = "\n".join(
        line
        for (line,) in owner.rows(
            f"EXPLAIN SELECT * FROM his_view.{view} WHERE {start} ORDER BY {order} LIMIT 100"
        )
    )
    assert "Seq Scan" not in plan.replace("Seq Scan on checkup_package", ""), plan
    condition = "id > 5" if order == "id" else ">= '2026-03-01 23:30:00+00'"
    index_conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    assert any(condition in line for line in index_conditions), plan


@pytest.mark.parametrize("view", [view for view in KEYS if view not in ("v_event", "v_call_event")])
def test_pages_by_watermark_and_key_hold_every_row_once(reader: Reader, view: str) -> None:
    key = KEYS[view]
    seen: list[tuple[Any, ...]] = []
    mark = "('-infinity'::timestamptz)"
    condition = f"updated_at > {mark}"
    while True:
        page = reader.rows(
            f"SELECT updated_at, {key} FROM {view} WHERE {condition}"
            f" ORDER BY updated_at, {key} LIMIT 3"
        )
        if not page:
            break
        seen += page
        last = ", ".join(f"'{value}'" for value in page[-1])
        condition = f"(updated_at, {key}) > ({last})"
    assert len(seen) == len(set(seen)) == reader.one(f"SELECT count(*) FROM {view}")


def test_a_change_moves_the_watermark_of_its_row() -> None:
    with his_fixture.database() as dsn:
        hospital = his_fixture.hospital(dsn)
        his_fixture.fill(hospital)
        views.install(hospital.db, password="x")
        booked = registrations.book(hospital, "1", "P00000001", "phone", "T-1")
        hospital.clock.advance(600)
        registrations.cancel(hospital, reg_no=booked["reg_no"])
        found = Database(dsn)
        row = found.one("SELECT state, updated_at, booked_at FROM his_view.v_registration") or {}
        number = found.one("SELECT state, updated_at FROM his_view.v_number WHERE seq = 1") or {}
        found.close()
        hospital.db.close()
    assert row["state"] == "cancelled"
    assert row["updated_at"] - row["booked_at"] == datetime.timedelta(seconds=600)
    assert number["state"] == "free"


def test_a_server_that_forbids_roles_keeps_the_views_and_says_so(owner: Reader) -> None:
    with his_fixture.database() as dsn:
        name = dsn.partition("=")[2]
        owner.rows(f"CREATE ROLE {name}_poor LOGIN")
        owner.rows(f"ALTER DATABASE {name} OWNER TO {name}_poor")
        poor = Database(f"{dsn} user={name}_poor")
        poor.create()
        access = views.install(poor, password="x")
        found = poor.one("SELECT count(*) AS n FROM his_view.v_patient")
        poor.close()
    owner.rows(f"DROP ROLE {name}_poor")
    assert (access.role, access.password) == (f"{name}_reader", "")
    assert "does not let us create the role" in access.problem
    assert found == {"n": 0}


def test_a_second_start_changes_nothing_but_the_password(his: Served) -> None:
    base = Database(his.dsn)
    again = views.install(base, password=his.reader["password"])
    base.close()
    assert (again.role, again.problem) == (his.reader["role"], "")


# first word of an event's kind: (view, its key), for facts that stand in a row of their own
RECORDS = {
    "department": ("v_dept", "code"),
    "doctor": ("v_doctor", "code"),
    "session": ("v_schedule", "session_id"),
    "registration": ("v_registration", "reg_no"),
    "visit": ("v_visit", "visit_no"),
    "order": ("v_order", "order_no"),
    "bill": ("v_bill", "bill_no"),
    "settlement": ("v_settlement", "settlement_no"),
    "lab": ("v_lab_report", "report_no"),
    "exam": ("v_exam_report", "report_no"),
    "admission": ("v_inpatient", "admission_no"),
    "checkup": ("v_checkup_report", "order_no"),
}
LISTS = {
    "bill": ("v_bill_detail", "bill_no", "line", "lines"),
    "lab": ("v_lab_result", "report_no", "line", "results"),
    "prescription": ("v_prescription", "rx_no", "order_no", "lines"),
}
# what changes without an event of the same kind: numbers are taken, visits begin, bills are paid
LATER = {
    "session": {"free"},
    "registration": {"state"},
    "admission": {"state"},
    "bill": {"state", "insurance_fen"},
}


def as_fact(value: Any) -> Any:
    """Return a column's value as events write it."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, decimal.Decimal) else value


def rows_as_facts(reader: Reader, sql: str) -> list[dict[str, Any]]:
    with reader.connection.cursor() as cursor:
        cursor.execute(sql)
        names = [one[0] for one in cursor.description or ()]
        return [
            {name: as_fact(value) for name, value in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]


@pytest.mark.parametrize("subject", RECORDS)
def test_a_row_says_what_the_last_event_said(reader: Reader, his: Served, subject: str) -> None:
    view, key = RECORDS[subject]
    last = {
        one["facts"][key]: one["facts"]
        for one in his.events()
        if one["kind"].partition(".")[0] == subject
    }
    assert last
    for number, facts in last.items():
        [row] = rows_as_facts(reader, f"SELECT * FROM {view} WHERE {key} = '{number}'")
        row["session_id"] = str(row.get("session_id"))
        told = {name for name, fact in facts.items() if not isinstance(fact, list)}
        for name in told - LATER.get(subject, set()):
            assert row[name] == facts[name], (number, name)


@pytest.mark.parametrize("subject", LISTS)
def test_lines_say_what_the_last_event_said(reader: Reader, his: Served, subject: str) -> None:
    view, key, order, fact = LISTS[subject]
    last = {
        one["facts"][key]: one["facts"][fact]
        for one in his.events()
        if one["kind"].partition(".")[0] == subject
    }
    assert last
    for number, lines in last.items():
        rows = rows_as_facts(
            reader, f"SELECT * FROM {view} WHERE {key} = '{number}' ORDER BY {order}"
        )
        assert [
            {name: row[name] for name in line} for row, line in zip(rows, lines, strict=True)
        ] == lines
