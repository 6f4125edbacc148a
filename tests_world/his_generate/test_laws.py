"""Every law of the books holds in every generated hospital; counted in SQL, another way."""

import pytest

from reference_his.db import Database

from .laws import LAWS, MOMENTS, PRESENT


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.replace(" ", "-"))
def test_law_holds(any_hour: Database, law: str) -> None:
    broken = any_hour.all(LAWS[law].replace(":present", PRESENT))
    assert broken == [], f"not true that {law}"


@pytest.mark.parametrize("column", MOMENTS)
def test_nothing_lies_after_the_present(any_hour: Database, column: str) -> None:
    table, name = column.split(".")
    late = any_hour.all(f"SELECT * FROM {table} WHERE {name} > {PRESENT}")
    assert late == []
