"""The page of HL7 in the documents, read as a contract."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "outside-world" / "his-hl7.md"
ROW = re.compile(r"^\| `([a-z_.]+)`(?: \((\w+)\))? \| `([A-Z]{3}\^[A-Z0-9]{3})` \| (.+) \|$")
PLACE = re.compile(r"`([a-z_]+)` ([A-Z0-9]{3}(?:\[\d\])?-[\d.]+)")


def text() -> str:
    """Return the page."""
    return PAGE.read_text(encoding="utf-8")


def places(dialect: str) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """Return (event, kind of order) to (message type, fact to address) in one dialect.

    The local dialect's table holds only what differs.
    """
    shared = places("standard") if dialect == "local" else {}
    section = text().partition(f"### Facts: {dialect} dialect")[2].partition("\n### ")[0]
    found = dict(shared)
    for line in section.splitlines():
        if row := ROW.match(line):
            event, kind, message, cells = row.groups()
            found[event, kind or ""] = (message, dict(PLACE.findall(cells)))
    return found
