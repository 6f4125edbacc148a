"""How ``./hospital test`` counts: each kind of fault is planted and must count as a failure."""

import pytest

from tools import paths, testing

PLACE = "2026-01-01 00:00:00,000 7 INFO db odoo.addons.hospital_base.tests.test_a"
RESULT = "2026-01-01 00:00:00,000 7 {} db odoo.tests.result: {} failed, {} error(s) of {} tests"
GOOD = f"{PLACE}: Starting TestA.test_one ...\n" + RESULT.format("INFO", 0, 0, 5)


@pytest.fixture
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    return tmp_path


def count(logs, text, code=0, names=("hospital_base",)):
    (logs / "t.log").write_text(text)
    tally = testing.Tally()
    testing.count_odoo(tally, "t", "t.log", code, 0, names)
    return tally


def test_a_good_run_counts_its_tests_and_its_clean_log(logs):
    tally = count(logs, GOOD)
    assert (tally.passed, tally.failures) == (6, [])


@pytest.mark.parametrize("text, code, names", [
    (GOOD + "\n" + RESULT.format("ERROR", 1, 0, 2), 1, ("hospital_base",)),
    (GOOD, 1, ("hospital_base",)),
    (GOOD, 0, ("hospital_base", "hospital_patient")),
    (f"{GOOD}\n{PLACE}.TestA: skipped TestA.test_two : later", 0, ("hospital_base",)),
    (f"{PLACE}: Starting TestA.test_one ...", 0, ("hospital_base",)),  # it never ended
    (GOOD + "\n2026-01-01 00:00:00,000 7 WARNING db odoo.schema: no rule", 0, ("hospital_base",)),
    ("", 0, ("hospital_base",)),
])
def test_every_fault_of_a_run_counts(logs, text, code, names):
    assert count(logs, text, code, names).failed


@pytest.mark.parametrize("text", [None, "", "2026-01-01 00:00:00,000 7 ERROR db odoo.http: broken"])
def test_a_log_that_is_missing_empty_or_red_counts(logs, text):
    if text is not None:
        (logs / "t.log").write_text(text)
    tally = testing.Tally()
    testing.check_log(tally, "t.log")
    assert (tally.passed, tally.failed) == (0, 1)


def test_personal_data_in_any_log_counts(logs):
    (logs / "deep").mkdir()
    tally = testing.Tally()
    (logs / "deep" / "server.log").write_text("sent to 13912345678\n")
    testing.no_personal_data(tally)
    assert (tally.passed, tally.failed) == (0, 1)
