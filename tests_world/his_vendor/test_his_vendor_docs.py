"""The pages say what the code does."""

from pathlib import Path

import pytest

from reference_his.refusals import SENTENCES
from reference_his.vendor import faults, perform, refusal_codes, staff
from reference_his.vendor.functions import FUNCTIONS
from reference_his.vendor.words_json import DIALECT as JSON
from reference_his.vendor.words_soap import DIALECT as SOAP
from reference_his.vendor.words_xml import DIALECT as XML

DOCS = Path(__file__).parents[2] / "docs" / "outside-world"
PAGE = (DOCS / "his-vendor.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")]


def row(*words: str) -> str:
    """Return the row of a table that begins with these cells."""
    start = "| " + " | ".join(words) + " |"
    found = [line for line in ROWS if line.startswith(start)]
    assert len(found) == 1, start
    return found[0]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_function_is_described_in_each_dialect(name: str) -> None:
    assert perform.CALLS
    function = FUNCTIONS[name]
    first = row(f"`{JSON.functions[name]}`", f"`{name}`", function.title)
    second = row(f"`{name}`", f"`{SOAP.functions[name]}`")
    assert f"`{XML.functions[name]}`" in second
    for wanted in function.takes:
        plain = wanted.rstrip("!")
        mark = "!" if wanted.endswith("!") else " "
        assert f"`{JSON.asked_word(name, function.thing, plain)}`{mark}" in first
        for dialect in (SOAP, XML):
            assert f"`{dialect.asked_word(name, function.thing, plain)}`" in second


def test_each_refusal_has_its_number_and_sentence() -> None:
    for code, number in refusal_codes.NUMBERS.items():
        assert SENTENCES.get(code, "") in row(code, number)


def test_each_code_stands_in_a_table() -> None:
    for dialect in (JSON, SOAP, XML):
        for name, table in dialect.codes.items():
            line = row(f"`{name}`")
            for ours, theirs in table.items():
                assert f"{ours}={theirs}" in line, (dialect.name, name)


def test_each_fault_action_and_control_is_described() -> None:
    for kind in faults.KINDS:
        assert row(f"`{kind}`")
    for action in staff.ACTIONS:
        assert f"`{action}`" in PAGE
    for path in ("/soap", "/vendor/subscriptions", "/vendor/settings", "/vendor/staff/{action}"):
        assert path in PAGE


def test_the_overview_describes_the_days_port() -> None:
    overview = (DOCS / "reference-his.md").read_text(encoding="utf-8")
    for call in ("POST /start", "POST /stop", "POST /speed", "GET /state"):
        assert f"| `{call}` |" in overview
    refused = [code for code in SENTENCES if code in overview]
    assert len(refused) > 20
