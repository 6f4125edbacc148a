"""Damage on demand: codes that no table has."""

from __future__ import annotations

from .xml import Element, local

UNKNOWN = "Z99"
CODED = (
    "administrativeGenderCode",
    "idCategory",
    "code",
    "flag",
    "interpretationCode",
    "profession",
)


def spoiled(root: Element) -> Element:
    """Replace the first code of a table by one that no table has."""
    for element in root.iter():
        if isinstance(element.tag, str) and local(element) in CODED and element.get("codeSystem"):
            element.set("code", UNKNOWN)
            return root
    return root
