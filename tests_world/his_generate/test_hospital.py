"""The hospital is whole and believable: every kind of thing is there, in sane proportions."""

import pytest

from reference_his.db import Database
from reference_his.generate.leaflets import TITLES
from reference_his.generate.loading import COLUMNS
from tests_world.his_fixture import database


def _one(db: Database, sql: str) -> int:
    row = db.one(f"SELECT ({sql})::bigint AS n")
    assert row is not None
    return int(row["n"])


@pytest.mark.parametrize(
    ("table", "least"),
    [
        ("department", 40),
        ("doctor", 115),
        ("item", 90),
        ("drug", 150),
        ("checkup_package", 6),
        ("patient", 400),
        ("card", 700),
        ("session", 2000),
        ("visit", 1500),
        ("medical_order", 4000),
        ("prescription", 1000),
        ("lab_result", 5000),
        ("exam_report", 400),
        ("admission", 30),
        ("inpatient_charge", 2000),
        ("checkup_order", 5),
        ("settlement", 2500),
        ("queue_entry", 10),
    ],
)
def test_table_is_filled(morning: Database, table: str, least: int) -> None:
    assert _one(morning, f"SELECT count(*) FROM {table}") >= least


def test_tables_of_events_and_fronts_stay_empty(morning: Database) -> None:
    """Partners are told about what happens from now on, not about the past."""
    rows = morning.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    others = {row["tablename"] for row in rows} - set(COLUMNS)
    assert {"event", "front_cursor"} <= others
    for table in sorted(others):
        assert _one(morning, f"SELECT count(*) FROM {table}") == 0, table


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("registration.state", "booked paid signed seen cancelled refunded no_show"),
        ("medical_order.state", "new charged done cancelled doing"),
        ("bill.state", "unpaid settled refunded void"),
        ("bill.business", "registration outpatient discharge checkup"),
        ("settlement.kind", "P R"),
        ("settlement.channel", "cash pos wechat alipay insurance"),
        ("card.kind", "01 02 03"),
        ("visit.kind", "O E I"),
        ("admission.state", "in out"),
        ("session.level", "1 2 3"),
        ("session.state", "open suspended"),
        ("number.state", "free locked taken"),
        ("lab_result.flag", "N L H A"),
        ("drug.category", "12 13 14"),
        ("patient.insurance", "01 02 07"),
    ],
)
def test_every_state_occurs(morning: Database, column: str, values: str) -> None:
    table, name = column.split(".")
    rows = morning.all(f"SELECT DISTINCT {name} AS value FROM {table}")
    assert set(values.split()) <= {row["value"] for row in rows}


def test_the_old_come_more_often_than_the_young(morning: Database) -> None:
    visits = (
        "SELECT count(*) * 1000 / count(DISTINCT p.id) FROM patient p JOIN visit v"
        " ON v.patient_id = p.id WHERE age('2026-03-02'::date, birth)"
    )
    assert _one(morning, f"{visits} > '62 years'") > 1.5 * _one(
        morning, f"{visits} BETWEEN '18 years' AND '40 years'"
    )


def test_winter_brings_colds(morning: Database) -> None:
    colds = "SELECT count(*) FROM visit WHERE diagnosis_code LIKE 'J%' AND extract(month FROM"
    winter = _one(morning, f"{colds} started_at) IN (12, 1, 2)")
    summer = _one(morning, f"{colds} started_at) IN (6, 7, 8)")
    assert winter > 1.3 * summer


def test_diabetics_have_high_sugar_and_others_mostly_not(morning: Database) -> None:
    high = (
        "SELECT count(*) FILTER (WHERE flag IN ('H', 'HH')) * 100 / count(*) FROM lab_result"
        " JOIN lab_report USING (report_no) JOIN visit USING (visit_no)"
        " WHERE code = 'GLU' AND diagnosis_code"
    )
    assert _one(morning, f"{high} = 'E11.900'") > 50
    assert _one(morning, f"{high} <> 'E11.900'") < 20


def test_every_drug_has_a_whole_leaflet(morning: Database) -> None:
    for row in morning.all("SELECT name, leaflet FROM drug"):
        assert list(row["leaflet"]) and set(row["leaflet"]) == set(TITLES), row["name"]
        assert all(text.strip() for text in row["leaflet"].values()), row["name"]


def test_every_analyte_has_a_code_and_ranges_that_are_ranges(morning: Database) -> None:
    for row in morning.all("SELECT details FROM item WHERE kind = 'lab'"):
        assert row["details"]["specimen"]
        for analyte in row["details"]["analytes"]:
            assert analyte["loinc"]
            for bounds in analyte["ranges"]:
                assert bounds["low"] or bounds["high"] or bounds["normal"]
                if bounds["low"] and bounds["high"]:
                    assert float(bounds["low"]) < float(bounds["high"])


def test_packages_name_items_that_exist(morning: Database) -> None:
    missing = morning.all(
        "SELECT code FROM checkup_package, jsonb_array_elements_text(items) AS wanted"
        " WHERE wanted NOT IN (SELECT code FROM item)"
    )
    assert missing == []


def test_loading_leaves_every_key_and_index_of_the_schema(morning: Database) -> None:
    rules = (
        "SELECT conrelid::regclass::text AS place, pg_get_constraintdef(oid) AS rule"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace UNION ALL"
        " SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
    )
    with database() as dsn:
        fresh = Database(dsn)
        fresh.create()
        expected = fresh.all(rules)
        fresh.close()
    assert morning.all(rules) == expected
