"""Which events each front tells, as the pages say."""

from __future__ import annotations

import re
from pathlib import Path

from reference_his.events import FACTS
from tests_world.his_hl7 import page as hl7_page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "outside-world"
FRONTS = ("hl7", "soap", "fhir", "push", "sql")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$")
CODE = re.compile(r"`([a-z_]+\.[a-z_]+)`")


def section(page: str, title: str) -> str:
    """Return the text below a headline of a page, up to the next one of any level."""
    text = (FOLDER / page).read_text(encoding="utf-8")
    head, found, rest = text.partition(f"# {title}\n")
    assert found, (page, title)
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def carried() -> dict[str, set[str]]:
    """Return each front's events, from the table on the first page of the HIS."""
    kinds: dict[str, set[str]] = {front: set() for front in FRONTS}
    for line in section("reference-his.md", "The same event on all fronts").splitlines():
        row = ROW.match(line)
        for kind in CODE.findall(row[1]) if row else ():
            for front, cell in zip(FRONTS, row.groups()[1:] if row else (), strict=True):
                assert cell in ("yes", "–"), line
                if cell == "yes":
                    kinds[front].add(kind)
    return kinds


def _first_cells(page: str, title: str) -> set[str]:
    """Return the kinds in a table's first column; ``visit.…`` stands for a family."""
    found = set()
    for line in section(page, title).splitlines():
        for word in re.findall(r"[a-z]+\.[a-z_…]+", line.split("|")[1]) if "|" in line else ():
            family = word.removesuffix("…")
            found |= {kind for kind in FACTS if kind == word or word != family and kind.startswith(family)}
    return found


def own_pages() -> dict[str, set[str]]:
    """Return the events that the pages of single fronts list."""
    return {
        "hl7": {kind for kind, _order in hl7_page.places("standard")},
        "soap": _first_cells("his-soap.md", "Messages to partners"),
        "fhir": _first_cells("his-fhir.md", "Pushes"),
    }
