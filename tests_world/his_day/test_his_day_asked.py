"""After the day: whoever asks a front gets what the others tell, to the fen."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from . import read_fhir, read_push, read_soap
from .client import Platform
from .conftest import Day
from .hospital import MORNING
from .partners import OID
from .told import Facts

TODAY = "2026-03-02"
DAWN = datetime.fromisoformat(MORNING)
SHORT_PAGE = 37  # so that the day's list has several pages, and the last one is not full
RESULT = ("code", "name", "value", "unit", "low", "high", "flag")
QUEUE = ("queue", "seq", "patient_no", "reference", "state")


@pytest.fixture(scope="module")
def platform(day: Day) -> Platform:
    return Platform(day.hospital.running)


def told(day: Day, front: str, *kinds: str) -> list[Facts]:
    """Return the facts of some kinds of event as a partner was told them."""
    return [one.facts for one in day.told[front] if one.kind in kinds]


def books(rows: list[Facts]) -> dict[str, tuple[int, int, int]]:
    """Return count, fen and the fund's fen by channel; what was given back counts below zero."""
    found: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        sign = -1 if row["kind"] == "R" else 1
        count, money, fund = found.get(row["channel"], (0, 0, 0))
        found[row["channel"]] = (
            count + 1,
            money + sign * row["amount_fen"],
            fund + sign * row["insurance_fen"],
        )
    return found


def trade_list(platform: Platform) -> list[Facts]:
    """Return the day's books as the vendor's interface lists them, page by page."""
    rows: list[Facts] = []
    while True:
        page = platform.data("other/trade_list", day=TODAY, offset=len(rows), length=SHORT_PAGE)
        rows += page["list"]
        if len(rows) >= page["total"]:
            return rows


def vendor_books(rows: list[Facts]) -> dict[str, tuple[int, int, int]]:
    """Return the same as :func:`books` of the vendor's rows, whose amounts have their sign."""
    found: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        channel = read_push.CHANNELS.get(row["terminal_type"], row["terminal_type"])
        count, money, fund = found.get(channel, (0, 0, 0))
        found[channel] = (count + 1, money + row["amount_cash"], fund + row["amount_si"])
    return found


def test_the_days_money_is_the_same_everywhere_by_channel(day: Day, platform: Platform) -> None:
    in_sql = day.hospital.rows("SELECT * FROM v_settlement WHERE settled_at::date = %s", TODAY)
    in_fhir = [read_fhir.settlement(one) for one in platform.search("PaymentNotice", created=TODAY)]
    expected = books(in_sql)
    assert len(in_sql) > SHORT_PAGE * 2 and len(expected) > 2
    assert books(in_fhir) == expected
    assert vendor_books(trade_list(platform)) == expected
    since_dawn = books([row for row in in_sql if row["settled_at"] >= DAWN])
    for front in ("hl7", "push"):
        rows = told(day, front, "settlement.paid", "settlement.refunded")
        assert books([row for row in rows if row["settled_at"][:10] == TODAY]) == since_dawn
    numbers = {row["settlement_no"] for row in in_sql}
    assert {row["settlement_no"] for row in in_fhir} == numbers
    assert {row["reconciliation_no"] for row in trade_list(platform)} == numbers


def test_bills_and_their_lines_are_the_same_everywhere(day: Day, platform: Platform) -> None:
    rows = day.hospital.rows(
        "SELECT b.bill_no, b.total_fen, b.insurance_fen, b.version, b.state, coalesce(json_agg("
        "json_build_object('code', d.code, 'quantity', trim_scale(d.quantity)::text, 'amount_fen',"
        " d.amount_fen) ORDER BY d.line) FILTER (WHERE d.line IS NOT NULL), '[]') AS lines"
        " FROM v_bill b LEFT JOIN v_bill_detail d USING (bill_no)"
        " WHERE b.created_at::date = %s GROUP BY 1, 2, 3, 4, 5",
        TODAY,
    )
    expected = {row["bill_no"]: row for row in rows}
    invoices = [read_fhir.bill(one) for one in platform.search("Invoice", date=TODAY)]
    assert {short_bill(one)["bill_no"]: short_bill(one) for one in invoices} == expected
    for number, row in expected.items():
        details = platform.data("outpatient/unpaidfees_details", recipe_id=number)
        assert short_bill(read_push.facts_of("bill", details)) == row
    created = told(day, "hl7", "bill.created")
    assert {one["bill_no"] for one in created} >= set(expected)


def short_bill(facts: Facts) -> Facts:
    """Return what is compared of a bill."""
    names = ("bill_no", "total_fen", "insurance_fen", "version", "state")
    lines = [{n: line[n] for n in ("code", "quantity", "amount_fen")} for line in facts["lines"]]
    return {**{name: facts[name] for name in names}, "lines": lines}


def test_laboratory_results_are_the_same_on_five_fronts(day: Day, platform: Platform) -> None:
    reports = {one["report_no"]: one for one in told(day, "hl7", "lab.reported")}
    assert len(reports) > 20
    rows = day.hospital.rows(
        "SELECT report_no, code, name, value, unit, low, high, flag FROM v_lab_result"
        " WHERE report_no = ANY(%s) ORDER BY report_no, line",
        list(reports),
    )
    for number, facts in reports.items():
        in_sql = [
            {name: row[name] for name in RESULT} for row in rows if row["report_no"] == number
        ]
        assert in_sql == facts["results"]
        vendor = platform.data("report/sample_report", sample_id=number)
        assert read_push.facts_of("lab", vendor)["results"] == facts["results"]
        [report] = platform.search("DiagnosticReport", identifier=number)
        observations = list(platform.search("Observation", report=number))
        assert read_fhir.laboratory(report, in_order(observations)) == facts
        assert documents(platform, "C0007", number) == [("lab.reported", facts)]
    issued = platform.search("DiagnosticReport", issued=f"ge{MORNING}", category="LAB")
    assert {one["id"] for one in issued} == set(reports)


def in_order(observations: list[Facts]) -> list[Facts]:
    """Return the lines of a report by their numbers."""
    return sorted(observations, key=lambda one: int(one["id"].rpartition("-")[2]))


def documents(platform: Platform, kind: str, record: str) -> list[tuple[str, Facts]]:
    """Return a document as the WS/T 846 service hands it out."""
    number = kind + record.rjust(27, "-")
    query = (
        f'<clinicalDocument.code><value code="{kind}"/></clinicalDocument.code>'
        f'<clinicalDocument.id><value root="{OID}.2.5.1.24" extension="{number}"/>'
        "</clinicalDocument.id>"
    )
    return read_soap.documents(platform.ask("DocumentRetrieve", "RCMR_IN000031UV01", query))


def test_imaging_reports_are_the_same_on_five_fronts(day: Day, platform: Platform) -> None:
    reports = {one["report_no"]: one for one in told(day, "hl7", "exam.reported")}
    assert len(reports) > 5
    for number, facts in reports.items():
        vendor = platform.data("report/report_text", report_id=number)
        assert read_push.facts_of("exam", vendor) == facts
        [report] = platform.search("DiagnosticReport", identifier=number)
        [study] = platform.search("ImagingStudy", identifier=facts["accession_no"])
        assert read_fhir.imaging(report, study) == facts
        assert documents(platform, "C0006", number) == [("exam.reported", facts)]
        [row] = day.hospital.rows("SELECT * FROM v_exam_report WHERE report_no = %s", number)
        assert (row["accession_no"], row["study_uid"], row["findings"]) == (
            facts["accession_no"],
            facts["study_uid"],
            facts["findings"],
        )


def of_patient(patient_no: str, outer: str = "patientId") -> str:
    """Return the query parameter that names a patient."""
    return (
        f'<{outer}><value><item root="{OID}.2.5.1.4" extension="{patient_no}"/></value></{outer}>'
    )


def test_a_patients_visits_and_orders_are_the_same_everywhere(day: Day, platform: Platform) -> None:
    ended = told(day, "hl7", "visit.ended")
    for patient_no in sorted({one["patient_no"] for one in ended})[:20]:
        visits = column(day, "visit_no", "v_visit WHERE kind <> 'I' AND", patient_no)
        found = platform.ask("OutPatientInfoQuery", "PRPA_IN900300UV", of_patient(patient_no))
        path = f"//v:encounterEvent/v:id/v:item[@root='{OID}.2.5.1.9']/@extension"
        assert set(read_soap.numbers(found, path)) == visits
        encounters = platform.search("Encounter", patient=patient_no)
        assert {one["id"] for one in encounters if one["class"]["code"] != "IMP"} == visits
        assert orders_in_fhir(platform, patient_no) == column(
            day, "order_no", "v_order WHERE", patient_no
        )
        registered = column(day, "reg_no", f"v_registration WHERE day = '{TODAY}' AND", patient_no)
        listed = platform.data(
            "outpatient/register_list", patient_id=patient_no, min_date=TODAY, max_date=TODAY
        )
        assert {one["register_no"] for one in listed} == registered
        appointments = platform.search("Appointment", patient=patient_no, date=TODAY)
        assert {one["id"] for one in appointments} == registered


def column(day: Day, name: str, source: str, patient_no: str) -> set[str]:
    """Return one column of a view for a patient."""
    rows = day.hospital.rows(f"SELECT {name} FROM {source} patient_no = %s", patient_no)
    return {row[name] for row in rows}


def orders_in_fhir(platform: Platform, patient_no: str) -> set[str]:
    """Return the numbers of a patient's orders; check-ups are no orders of a visit."""
    services = platform.search("ServiceRequest", patient=patient_no)
    drugs = platform.search("MedicationRequest", patient=patient_no)
    return {one["id"] for one in [*services, *drugs] if "encounter" in one}


def test_orders_of_the_day_are_the_same_asked_over_soap(day: Day, platform: Platform) -> None:
    created = told(day, "hl7", "order.created")
    by_patient = Counter(one["patient_no"] for one in created)
    for patient_no, count in by_patient.most_common(10):
        query = f"<queryByParameterPayload>{of_patient(patient_no)}</queryByParameterPayload>"
        answer = platform.ask("OrderInfoQuery", "QUMT_IN020030UV01", query)
        path = (
            "//v:substanceAdministrationRequest/v:id/@extension"
            " | //v:component2/v:observationRequest/v:id/v:item/@extension"
        )
        mine = {one["order_no"] for one in created if one["patient_no"] == patient_no}
        assert len(mine) == count
        assert mine <= set(read_soap.numbers(answer, path))


def test_an_inpatients_day_is_the_same_everywhere(day: Day, platform: Platform) -> None:
    charged = told(day, "hl7", "inpatient.charged")
    for number in sorted({one["admission_no"] for one in charged if one["day"] == TODAY}):
        expected = sum(
            one["amount_fen"]
            for one in charged
            if (one["admission_no"], one["day"]) == (number, TODAY)
        )
        [row] = day.hospital.rows(
            "SELECT sum(amount_fen) AS fen FROM v_inpatient_fee"
            " WHERE admission_no = %s AND day = %s AND updated_at >= '2026-03-02T06:30:00+08:00'",
            number,
            TODAY,
        )
        items = platform.search("ChargeItem", account=number, occurrence=TODAY)
        listed = platform.data("inhospital/daily_list", inhosp_no=number, fee_date=TODAY)
        facts = read_push.facts_of("inpatient", listed)
        assert expected == row["fen"], number
        assert facts["amount_fen"] == sum(read_fhir.fen(one["priceOverride"]) for one in items)
        assert facts["amount_fen"] >= expected


def test_calls_are_the_same_polled_and_told(day: Day, platform: Platform) -> None:
    polled: list[dict[str, Any]] = []
    while page := platform.data(
        "queue/events", cursor=polled[-1]["cursor"] if polled else 0, length=100
    ):
        polled += page
    expected = [
        {name: one[name] for name in QUEUE}
        for one in told(day, "hl7", "queue.entered", "queue.called", "queue.passed")
    ]
    got = [read_push.facts_of("queue", one) for one in polled]
    assert [{name: one[name] for name in QUEUE} for one in got] == expected
    rows = day.hospital.rows("SELECT * FROM v_call_event ORDER BY id")
    assert [{name: row[name] for name in QUEUE} for row in rows] == expected
