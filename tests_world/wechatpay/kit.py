"""What the tests talk with: the public SDKs as clients, and a receiver for callbacks."""

import itertools
import json
from typing import Any

from wechatpayv3 import WeChatPay, WeChatPayType

from sandbox.people import People
from simulation import launch
from simulation.store import Store
from tests_world.receiver import Received

_numbers = itertools.count(1)


def number(prefix: str = "T") -> str:
    """Return an order number that no other test of this run has."""
    return f"{prefix}{next(_numbers):012d}"


class Shop:
    """A merchant with an SDK client; ``world`` is the gateway's control port."""

    def __init__(self, world: launch.Running, client: WeChatPay, keys: dict[str, str]):
        self.world, self.client, self.keys = world, client, keys

    def order(self, kind: str = "NATIVE", total: int = 100, **more: Any) -> dict[str, Any]:
        """Place an order; return its number and the answer's fields."""
        wanted: dict[str, Any] = {
            "description": "门诊缴费",
            "out_trade_no": number(),
            "amount": {"total": total, "currency": "CNY"},
            "pay_type": WeChatPayType[kind],
            **more,
        }
        if kind == "JSAPI":
            wanted.setdefault("payer", {"openid": openid("li", self.keys["appid"])})
        if kind == "H5":
            wanted.setdefault(
                "scene_info", {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
            )
        status, text = self.client.pay(**wanted)
        assert status == 200, text
        return {"out_trade_no": wanted["out_trade_no"], **json.loads(text)}

    def paid(self, total: int = 100, person: str = "li", **more: Any) -> str:
        """Return the number of a native order that was paid."""
        order = self.order("NATIVE", total, **more)
        self.world.post("/wechatpay/pay", code=order["code_url"], person=person)
        return str(order["out_trade_no"])

    def code(self, person: str = "li") -> str:
        """Return a fresh payment code of a phone."""
        return str(self.world.post("/wechatpay/auth-code", person=person)["auth_code"])

    def scan(
        self, total: int = 100, code: str = "", **more: Any
    ) -> tuple[str, int, dict[str, Any]]:
        """Charge a payment code; return the order's number, the status and the answer."""
        out_trade_no = more.pop("out_trade_no", None) or number()
        status, text = self.client.pay(
            description="门诊缴费",
            out_trade_no=out_trade_no,
            amount={"total": total},
            payer={"auth_code": code or self.code()},
            scene_info={"store_info": {"id": "0001"}, "device_id": "WINDOW01"},
            pay_type=WeChatPayType.CODEPAY,
            **more,
        )
        return out_trade_no, status, json.loads(text)

    def query(self, out_trade_no: str) -> dict[str, Any]:
        status, text = self.client.query(out_trade_no=out_trade_no)
        assert status == 200, text
        return dict(json.loads(text))

    def refund(
        self, out_trade_no: str, amount: int, total: int, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        more.setdefault("out_refund_no", number("R"))
        status, text = self.client.refund(
            out_trade_no=out_trade_no,
            amount={"refund": amount, "total": total, "currency": "CNY"},
            **more,
        )
        return status, json.loads(text)

    def facts(self, kind: str, key: str = "") -> list[dict[str, Any]]:
        """Return what really happened."""
        path = f"/journal?source=wechatpay&kind={kind}&key={key}&limit=100000"
        return list(self.world.get(path)["facts"])


def client_of(
    world: launch.Running, keys: dict[str, str], notify_url: str, public_key: bool = True
) -> WeChatPay:
    """Return an SDK client in public-key mode, or one that fetches certificates."""
    mode = {"public_key": keys["public_key"], "public_key_id": keys["public_key_id"]}
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=keys["mchid"],
        private_key=keys["merchant_private_key"],
        cert_serial_no=keys["merchant_serial"],
        apiv3_key=keys["apiv3_key"],
        appid=keys["appid"],
        notify_url=notify_url,
        timeout=(3, 10),
        **(mode if public_key else {"public_key": keys["public_key"], "public_key_id": "none"}),
    )
    made._core._gate_way = world.addresses["wechatpay"]
    if not public_key:
        made._core._public_key = made._core._public_key_id = None
        made._core._init_certificates()
    return made


def openid(person: str, appid: str) -> str:
    """Return a person's openid, which follows from the short name alone."""
    return People(Store()).get(person).openid(appid)


def event_of(shop: Shop, received: Received) -> dict[str, Any]:
    """Return a callback as the SDK verifies and decrypts it; ``None`` when it does not."""
    return shop.client.callback(received.headers, received.body)
