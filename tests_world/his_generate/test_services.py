"""The hospital goes on from what was generated: its own services take every document further."""

from collections.abc import Iterator

import pytest

from reference_his.db import Row
from reference_his.hospital import Hospital
from reference_his.services import (
    billing,
    checkups,
    inpatients,
    patients,
    pharmacy,
    registrations,
    results,
    schedules,
    visits,
)
from simulation.clock import Clock
from simulation.faults import Faults
from simulation.journal import Journal
from simulation.store import Store

from .conftest import MORNING, a_morning


@pytest.fixture(scope="module")
def his() -> Iterator[Hospital]:
    store = Store()
    clock = Clock(store)
    clock.set(MORNING.timestamp(), 0.0)
    with a_morning() as db:
        yield Hospital(db, clock, Faults(), Journal(store, clock))
    store.close()


def _first(his: Hospital, sql: str) -> Row:
    row = his.db.one(f"{sql} LIMIT 1")
    assert row is not None
    return row


def test_generated_bill_is_paid_and_its_orders_are_charged(his: Hospital) -> None:
    row = _first(
        his,
        "SELECT bill_no, version, total_fen, visit_no FROM bill WHERE business = 'outpatient'"
        " AND state = 'unpaid' ORDER BY bill_no",
    )
    billing.settle(his, row["bill_no"], row["version"], "T1", "wechat", row["total_fen"])
    states = his.db.all(
        "SELECT DISTINCT state FROM medical_order WHERE visit_no = %s", (row["visit_no"],)
    )
    assert states == [{"state": "charged"}]


def test_generated_registration_for_another_day_is_given_back(his: Hospital) -> None:
    row = _first(
        his,
        "SELECT reg_no, session_id, seq FROM registration WHERE state = 'paid'"
        " AND day > '2026-03-02' ORDER BY reg_no",
    )
    paid = registrations.payment(his, row["reg_no"])
    registrations.refund(his, row["reg_no"], paid["trade_no"], "TK1")
    assert registrations.get(his, reg_no=row["reg_no"])["state"] == "refunded"
    number = his.db.one(
        "SELECT state FROM number WHERE (session_id, seq) = (%s, %s)",
        (row["session_id"], row["seq"]),
    )
    assert number == {"state": "free"}


def test_generated_lock_becomes_a_registration(his: Hospital) -> None:
    row = _first(his, "SELECT lock_id FROM number WHERE state = 'locked' ORDER BY lock_id")
    made = registrations.commit(his, row["lock_id"], "P1", "T2", "wechat")
    assert made["state"] == "paid"


def test_free_number_is_locked_and_booked_with_a_new_number(his: Hospital) -> None:
    (session, *_rest) = [
        one
        for one in schedules.sessions(his, "2026-03-03", "2026-03-03", "0304")
        if one["state"] == "open" and one["free"]
    ]
    patient = _first(
        his,
        "SELECT patient_no FROM patient p WHERE merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM"
        " registration r WHERE r.patient_id = p.id AND r.day = '2026-03-03') ORDER BY id",
    )
    held = registrations.lock(his, session["session_id"], patient["patient_no"], channel="wechat")
    made = registrations.commit(his, held["lock_id"], "P2", "T3", "alipay")
    assert made["patient_no"] == patient["patient_no"] and made["state"] == "paid"


def test_who_waits_is_seen(his: Hospital) -> None:
    row = _first(his, "SELECT reg_no FROM registration WHERE state = 'signed' ORDER BY reg_no")
    visit = visits.start(his, row["reg_no"], doctor_code="D030401")
    assert visit["reg_no"] == row["reg_no"]


def test_patient_is_found_by_each_card(his: Hospital) -> None:
    rows = his.db.all(
        "SELECT DISTINCT ON (kind) card_no, patient_no FROM card JOIN patient"
        " ON patient.id = patient_id WHERE state = 'valid' ORDER BY kind, card_no"
    )
    assert len(rows) == 3
    for row in rows:
        (found,) = patients.find(his, card_no=row["card_no"])
        assert found["patient_no"] == row["patient_no"]


def test_stay_is_discharged_and_settled_to_the_fen(his: Hospital) -> None:
    row = _first(his, "SELECT admission_no FROM admission WHERE state = 'in' ORDER BY bed")
    left = inpatients.discharge(his, row["admission_no"])
    due = max(-left["balance_fen"], 0)
    done = inpatients.settle_discharge(his, row["admission_no"], "T4", "wechat", due)
    assert done["charged_fen"] == left["charged_fen"]
    assert done["refunded_fen"] == max(left["balance_fen"], 0)
    assert done["deposit_fen"] + done["paid_fen"] == left["charged_fen"]


def test_daily_list_of_a_stay_has_its_fees(his: Hospital) -> None:
    row = _first(
        his, "SELECT admission_no, day FROM inpatient_charge ORDER BY day DESC, admission_no"
    )
    listed = inpatients.daily_list(his, row["admission_no"], row["day"].isoformat())
    assert listed["lines"]


def test_new_documents_are_numbered_after_the_generated_ones(his: Hospital) -> None:
    row = _first(his, "SELECT max(right(bill_no, 7)) AS last FROM bill WHERE bill_no LIKE 'JF%'")
    assert his.number("B")[-7:] > row["last"]


def test_drug_is_made_ready_and_dispensed(his: Hospital) -> None:
    row = _first(
        his,
        "SELECT rx_no FROM prescription p WHERE state = 'charged' AND NOT EXISTS (SELECT 1 FROM"
        " medical_order o JOIN drug d USING (code) WHERE o.rx_no = p.rx_no AND"
        " d.stock < o.quantity) ORDER BY rx_no",
    )
    pharmacy.ready(his, row["rx_no"])
    pharmacy.dispense(his, row["rx_no"])
    assert pharmacy.get(his, row["rx_no"])["state"] == "dispensed"


def test_reports_are_listed_for_the_patient(his: Hospital) -> None:
    row = _first(
        his,
        "SELECT report_no, patient_no FROM lab_report JOIN patient ON patient.id = patient_id"
        " WHERE state = 'reported' ORDER BY report_no DESC",
    )
    listed = results.lab_list(his, row["patient_no"], "2020-01-01", "2026-03-02")
    assert row["report_no"] in {one["report_no"] for one in listed}
    assert results.lab_report(his, row["report_no"])["results"]


def test_checkup_ahead_is_known_with_its_bill(his: Hospital) -> None:
    row = _first(his, "SELECT order_no FROM checkup_order WHERE state = 'booked' ORDER BY order_no")
    assert checkups.get(his, row["order_no"])["bill_no"]
