"""Which gateways there are, in the order of their ports."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import cast

from simulation.gateway import Gateway
from simulation.world import Service, World

BASE_PORT = 18700
GATEWAYS = {
    "wechatpay": "sandbox.wechatpay.gateway:WeChatPay",
    "alipay": "sandbox.alipay.gateway:Alipay",
    "official": "sandbox.official.gateway:OfficialAccount",
    "sms": "sandbox.sms.gateway:Sms",
    "realname": "sandbox.realname.gateway:RealName",
    "nhsa": "sandbox.nhsa.gateway:Nhsa",
    "insurer": "sandbox.insurer.gateway:Insurer",
}
SERVICES = {"phone": "sandbox.phone.service:Phone"}
ORDER = ("control", *SERVICES, *GATEWAYS)


def ports(base: int) -> dict[str, int]:
    """Return the fixed port of each part; a base of 0 leaves the choice to the system."""
    return {name: base + place if base else 0 for place, name in enumerate(ORDER)}


def _load(path: str) -> type:
    module, _, name = path.partition(":")
    return cast(type, getattr(importlib.import_module(module), name))


def fill(world: World, only: Iterable[str] = ()) -> None:
    """Put the gateways and services into a world: those named, or all.

    :raise KeyError: when one of the names is unknown.
    """
    wanted = list(only) or [*GATEWAYS, *SERVICES]
    for name in wanted:
        if name not in GATEWAYS and name not in SERVICES:
            raise KeyError(name)
    found: list[Gateway] = [_load(GATEWAYS[name])(world) for name in GATEWAYS if name in wanted]
    world.add(found)
    for name in SERVICES:
        if name in wanted:
            service: Service = _load(SERVICES[name])(world)
            world.add_service(service)
