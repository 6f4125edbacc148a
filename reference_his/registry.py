"""Which fronts the hospital has, in the order of their ports."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from simulation.world import World

from .feed import Feed
from .hospital import Hospital

BASE_PORT = 18800
GATEWAYS = {
    "vendor": "reference_his.vendor.gateway:Vendor",
    "hip": "reference_his.hip.gateway:Hip",
    "fhir": "reference_his.fhir.gateway:Fhir",
}
SERVICES = {
    "mllp": "reference_his.hl7.service:Mllp",
    "life": "reference_his.life.service:Life",
    "images": "reference_his.images.service:Images",
}
# served only when asked for: needs Orthanc
OPTIONAL = ("images",)
ORDER = ("control", *GATEWAYS, *SERVICES)


def ports(base: int) -> dict[str, int]:
    """Return the fixed port of each part; a base of 0 leaves the choice to the system."""
    return {name: base + place if base else 0 for place, name in enumerate(ORDER)}


def _make(path: str, world: World, hospital: Hospital, feed: Feed) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)(world, hospital, feed)


def fill(
    world: World,
    hospital: Hospital,
    feed: Feed,
    only: Iterable[str] = (),
    optional: bool = False,
) -> None:
    """Put the fronts into a world: those named, or all; each gets (world, hospital, feed).

    :param bool optional: also those that need something more installed.
    """
    every = [name for name in (*GATEWAYS, *SERVICES) if optional or name not in OPTIONAL]
    wanted = list(only) or every
    world.add([_make(GATEWAYS[name], world, hospital, feed) for name in GATEWAYS if name in wanted])
    for name in SERVICES:
        if name in wanted:
            world.add_service(_make(SERVICES[name], world, hospital, feed))
