"""Gate: no remote call of a low role changes or shows what the role has no right to."""

import json

import pytest

from tools import database as databases
from tools import odoo, paths

NAME = "test_rpc"
MARK = "HOSPITAL-FACTS:"
LOG = "test-rpc.log"
#: What a call may write whoever makes it: its own trace, and the wish that a job runs soon.
TRACES = {"hospital_audit_log", "ir_cron_trigger"}
#: (role, model, method) that changes more than the access lines say, after asking for the role.
ALLOWED = {
    ("outpatient_office", "hospital.message", "action_retry"),
    ("outpatient_office", "hospital.message.delivery", "action_retry"),
    ("integration", "hospital.channel", "action_new_key"),
    ("integration", "hospital.channel", "action_revoke_key"),
    ("triage_desk", "hospital.consent", "action_withdraw"),
    ("outpatient_office", "hospital.consent", "action_withdraw"),
    ("triage_desk", "hospital.waitlist", "action_cancel"),
    ("outpatient_office", "hospital.waitlist", "action_cancel"),
}
OUTSIDERS = ("portal", "public")


@pytest.fixture(scope="module")
def probe(database):
    """Let every role call everything in a copy that has patients and a second hospital."""
    databases.create(NAME, database)
    (paths.LOGS / LOG).unlink(missing_ok=True)
    try:
        for file in ("ownership_seed.py", "rpc_probe.py"):
            text = (paths.ROOT / "tests" / file).read_text(encoding="utf-8")
            printed = odoo.script(NAME, text, LOG, "Calling every public method")
    finally:
        databases.drop(NAME)
    return json.loads([row for row in printed.splitlines() if MARK in row][-1].split(MARK, 1)[1])


def trespasses(rows):
    """Return the calls of methods that changed tables their caller has no right to."""
    return [
        row for row in rows
        if set(row[4]) - TRACES and (row[0], row[1], row[2]) not in ALLOWED
    ]


def broken(rows):
    """Return the calls that end with a fault of the program instead of a sentence."""
    return [row[:4] for row in rows if row[3].startswith("!") and "singleton" not in row[3]]


def test_the_planted_method_is_found(probe):
    planted = probe["planted"]
    assert planted["portal"] == ["ok", ["hospital_doctor"], True]
    assert planted["cashier"] == ["ok", ["hospital_doctor"], True]


def test_enough_was_called(probe):
    roles = {row[0] for row in probe["methods"]}
    assert len(roles) == 13
    called = {(row[1], row[2]) for row in probe["methods"]}
    assert ("hospital.desk", "check_in") in called and len(called) > 40
    assert {row[1] for row in probe["crud"]} >= {"hospital.patient", "hospital.booking"}


def test_no_method_changes_what_its_caller_has_no_right_to(probe):
    assert trespasses(probe["methods"]) == []


def test_no_method_shows_outsiders_somebody_else(probe):
    assert [row for row in probe["methods"] if row[5] and row[0] in OUTSIDERS] == []


def test_no_method_breaks_on_odd_arguments(probe):
    assert broken(probe["methods"]) == []


def test_outsiders_write_nothing_by_themselves(probe):
    assert [row[:5] for row in probe["crud"] if row[5] and row[0] in OUTSIDERS] == []


def test_nobody_writes_past_the_access_lines(probe):
    wrong = [row[:5] for row in probe["crud"] if not row[6] and set(row[5]) - TRACES]
    assert wrong == []


#: Kept by the system: no role below the administrator writes them by hand.
SYSTEM_FIELDS = {
    "state", "company_id", "ref", "mrn", "fee_fen", "verified_level", "verified_at", "erased_at",
    "retention_until", "retention_rule_id", "merged_into_id", "account_id", "public_ref", "key",
    "ordinal", "mac", "api_key_hash", "handler_id", "first_approver_id", "second_approver_id",
}
#: Where a field of such a name is the role's own to decide.
OWN_FIELDS = {
    ("hospital.campus", "company_id"), ("hospital.number.type", "company_id"),
    ("hospital.number.type", "fee_fen"), ("hospital.number.fee", "fee_fen"),
    ("hospital.doctor", "public_ref"),
}


def test_no_role_sets_what_the_system_keeps(probe):
    found = {
        (row[1], row[3]) for row in probe["crud"]
        if row[2] == "write" and row[4] == "ok" and row[5] and row[3] in SYSTEM_FIELDS
    }
    assert found - OWN_FIELDS == set()


def test_no_table_shows_outsiders_somebody_else_or_staff_another_hospital(probe):
    assert [row for row in probe["reading"] if row[4]] == []
    assert any(row[3] == "ok" and row[0] == "cashier" for row in probe["reading"])


def test_reading_breaks_nowhere(probe):
    assert broken([[*row[:4]] for row in probe["reading"]]) == []
