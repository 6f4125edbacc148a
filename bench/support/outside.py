"""Scenes of the benchmark of the outside world: orders that people pay, and a hospital."""

import json
import re
from urllib.parse import urlsplit

from .partners import raw
from .replay import http_kind, replay

CLIENTS = 8
CODE_URL = re.compile(rb'"(?:code_url|qr_code)":"((?:[^"\\]|\\.)*)"')
TRADE_NO = re.compile(rb'"trade_no":"(\d+)"')


class Keeper:
    """Remembers what stands in each answer, beside its status."""

    def __init__(self, pattern):
        self._pattern, self.found = pattern, []

    def __call__(self, answer):
        if found := self._pattern.search(answer):
            self.found.append(json.loads(b'"' + found[1] + b'"'))
        return http_kind(answer)


def _control(world, path, contents):
    """Send many contents to one control address, and return what ``Keeper`` kept."""
    keeper = Keeper(TRADE_NO)
    requests = [raw("POST", path, json.dumps(content).encode()) for content in contents]
    found = replay(urlsplit(world.addresses["control"]).port, requests, CLIENTS, kind=keeper)
    if found["kinds"] != {"200": len(requests)}:
        raise RuntimeError(f"{path}: {found['kinds']}")
    return keeper.found


def pay(world, name, partner, count):
    """Make orders with a QR code, and let one person pay them all."""
    _label, _good, requests = next(partner.calls(count))
    keeper = Keeper(CODE_URL)
    replay(urlsplit(world.addresses[name]).port, requests, CLIENTS, kind=keeper)
    if name == "wechatpay":
        _control(world, "/wechatpay/pay", [{"code": one, "person": "li"} for one in keeper.found])
        return
    scanned = [{"code": one, "person": "li"} for one in keeper.found]
    numbers = _control(world, "/alipay/scan", scanned)
    _control(world, "/alipay/pay", [{"trade_no": one, "person": "li"} for one in numbers])
