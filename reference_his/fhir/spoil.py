"""Damage on demand."""

from __future__ import annotations

import datetime
from typing import Any

from .build import Json

UNKNOWN = "no-such-code"


def unknown_code(resource: Any) -> bool:
    """Replace the first coded value by one that no system has; tell whether there was one."""
    if isinstance(resource, dict):
        for coding in (
            resource.get("coding", []) if isinstance(resource.get("coding"), list) else []
        ):
            coding["code"] = UNKNOWN
            return True
        return any(unknown_code(one) for one in resource.values())
    return isinstance(resource, list) and any(unknown_code(one) for one in resource)


def partial(bundle: Json) -> None:
    """Leave the second half of a page out, as if there were no more."""
    entries = bundle.get("entry", [])
    bundle["entry"] = entries[: len(entries) // 2]
    bundle["link"] = [one for one in bundle.get("link", []) if one["relation"] != "next"]
    if not bundle["entry"]:
        del bundle["entry"]


def skew(resource: Any, seconds: float) -> None:
    """Move every ``meta.lastUpdated`` by some seconds."""
    if isinstance(resource, list):
        for one in resource:
            skew(one, seconds)
    elif isinstance(resource, dict):
        meta = resource.get("meta")
        if isinstance(meta, dict) and "lastUpdated" in meta:
            moment = datetime.datetime.fromisoformat(meta["lastUpdated"])
            meta["lastUpdated"] = (moment + datetime.timedelta(seconds=seconds)).isoformat()
        for entry in resource.get("entry", []):
            skew(entry.get("resource"), seconds)
