"""What makes a type of resource: where it comes from, how it is found and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reference_his.db import Database
from reference_his.views.rows import facts_of

from . import sources
from .build import Json
from .params import Binder, Param

Make = Callable[[dict[str, Any]], Json]
Enrich = Callable[[Database, list[dict[str, Any]]], None]


@dataclass(frozen=True)
class Kind:
    """One type of resource.

    :param tuple source: SELECT statements; ``%(now)s`` is the hospital's time.
    :param tuple keys: columns that make the id, joined by hyphens; ``#`` marks integers.
    :param dict sorts: name to column; the column is never null.
    :param enrich: adds to rows what one statement cannot bring.
    """

    name: str
    source: sources.Source
    keys: tuple[str, ...]
    make: Make
    params: Mapping[str, Param]
    sorts: Mapping[str, str] = field(default_factory=dict)
    includes: Mapping[str, str] = field(default_factory=dict)
    enrich: Enrich | None = None
    interactions: Sequence[str] = ("read", "search-type")

    def columns(self) -> list[str]:
        """Return the key's columns."""
        return [key.lstrip("#") for key in self.keys]

    def values(self, number: str) -> list[Any] | None:
        """Return the key's values in an id, or ``None`` when it cannot be one."""
        parts = number.rsplit("-", len(self.keys) - 1)
        if len(parts) != len(self.keys):
            return None
        for key, part in zip(self.keys, parts, strict=True):
            if key.startswith("#") and not (part.isascii() and part.isdigit() and len(part) < 16):
                return None
        return parts


def inverse(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return a table of codes the other way round: FHIR's to all of ours."""
    found: dict[str, tuple[str, ...]] = {}
    for ours, theirs in table.items():
        found[theirs] = (*found.get(theirs, ()), ours)
    return found


def status(table: Mapping[str, str], column: str = "state") -> Param:
    """Return a parameter whose codes are translated by a table of ours to FHIR's."""
    return Param("token", column, codes=inverse(table))


PATIENT = Param("reference", "patient_no", "Patient")
ENCOUNTER = Param("reference", "visit_no", "Encounter")
DATE_SORTS = {"date": "date"}


def active(column: str, yes: str) -> Param:
    """Return a parameter that is true where a column has one value."""

    def sql(value: str, _binder: Binder) -> str:
        return (
            f"{column} = '{yes}'" if value.rpartition("|")[2] == "true" else f"{column} <> '{yes}'"
        )

    return Param("token", special=sql)


def of_type(**makers: Callable[[dict[str, Any]], Json]) -> Make:
    """Return what makes a resource of a row that carries its ``record`` and its ``type``."""

    def make(row: dict[str, Any]) -> Json:
        return makers[row["type"]](facts_of(row["record"]))

    return make


def text(*columns: str) -> dict[str, Param]:
    """Return parameters of the names of columns, searched as texts."""
    return {column: Param("string", column) for column in columns}
