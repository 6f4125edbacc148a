"""The readers of logs, tried on planted lines."""

import pytest

from tools import logscan

HEAD = "2026-01-01 00:00:00,000 7"
GOOD_ID = "99010119900307123"


def with_check(first17):
    total = sum(int(d) * w for d, w in zip(first17, logscan.WEIGHTS, strict=True))
    return first17 + "10X98765432"[total % 11]


def test_warnings_and_errors_are_found_and_information_is_not():
    text = "\n".join((
        f"{HEAD} INFO db odoo.modules: fine",
        f"{HEAD} WARNING db odoo.schema: no constraint",
        f"{HEAD} ERROR ? odoo.http: broken",
    ))
    assert logscan.faults(text) == ["WARNING odoo.schema: no constraint", "ERROR odoo.http: broken"]


def test_python_warning_and_traceback_are_found():
    text = "/x/a.py:3: DeprecationWarning: old\nTraceback (most recent call last):"
    assert len(logscan.faults(text)) == 2


def test_results_are_added_up():
    line = "odoo.tests.result: {} failed, {} error(s) of {} tests when loading database 'x'"
    assert logscan.test_counts(f"{line.format(0, 0, 5)}\n{line.format(1, 2, 7)}") == (3, 12)


def test_skipped_tests_and_addons_without_a_test_are_seen():
    place = "INFO db odoo.addons.hospital_base.tests.test_audit"
    text = (
        f"{HEAD} {place}: Starting TestAudit.test_a ...\n"
        f"{HEAD} {place}.TestAudit: skipped TestAudit.test_b : too slow\n"
        f"{HEAD} INFO db odoo.modules.loading: loading hospital_message/tests\n"
    )
    assert logscan.skipped(text) == ["skipped TestAudit.test_b : too slow"]
    assert logscan.tested_addons(text) == {"hospital_base"}


@pytest.mark.parametrize("line, kind", [
    (f"id={with_check(GOOD_ID)} booked", "id number"),
    ("sent to 13912345678", "mobile"),
    ('{"phone": "19900001234"}', "mobile"),
    ("phone:13912345678, name:x", "mobile"),
    ("VALUES ('a',13912345678)", "mobile"),
    ("The phone is 13912345678.", "mobile"),
    ("tel +86-13912345678", "mobile"),
    ("Authorization: Bearer abcdefgh_ijklmnop-1", "key"),
    ("Your code is 482913. It works", "code"),
    ("您的验证码是482913，5分钟", "code"),
    ("openid=o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "openid"),
    ("Cookie: session_id=" + "a" * 50, "session"),
    ("GET /my?access_token=0123abcd-0123-0123-0123-0123456789ab", "token"),
])
def test_personal_data_is_found(line, kind):
    assert [row[1] for row in logscan.personal(line.encode())] == [kind]


def test_ordinary_numbers_are_not_personal_data():
    wrong = with_check(GOOD_ID)[:-1] + ("0" if with_check(GOOD_ID)[-1] != "0" else "1")
    for line in (
        wrong, "took 0.13912345678 s", "pid 1391234567", "a13912345678b", "419,13912345678",
        "error code is 482913",
    ):
        assert logscan.personal(line.encode()) == []


def test_found_values_are_shown_masked():
    assert logscan.personal(b"13912345678") == [(1, "mobile", "139***78")]
