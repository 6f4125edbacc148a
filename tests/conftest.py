"""Fixtures of the repository gates."""

import json
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import odoo  # noqa: E402

DATABASE_FILES = ("test_database_", "test_ownership")
FACTS = ROOT / "tests" / "facts.py"
MARK = "HOSPITAL-FACTS:"


def pytest_collection_modifyitems(items):
    """Mark each gate by its file: those that need a database and those that do not."""
    for item in items:
        needs = item.path.name.startswith(DATABASE_FILES)
        item.add_marker(pytest.mark.database if needs else pytest.mark.static)


@pytest.fixture(scope="session")
def database():
    """Return the name of the database with all addons installed."""
    name = os.environ.get("HOSPITAL_TEST_DB")
    assert name, "set HOSPITAL_TEST_DB to a database with all addons, or run ./hospital test"
    return name


@pytest.fixture(scope="session")
def facts(database):
    """Return what one Odoo shell found out about the database."""
    text = FACTS.read_text(encoding="utf-8")
    printed = odoo.script(database, text, "gates-facts.log", "Reading the database's facts")
    rows = [line for line in printed.splitlines() if MARK in line]
    return json.loads(rows[-1].split(MARK, 1)[1])
