"""Callbacks: what they say, and how v3 signs and seals them."""

import json
import time
import uuid
from typing import Any

from simulation.outgoing import Delivery
from simulation.store import Row
from simulation.world import World

from . import signing, texts
from .merchants import Merchant, Merchants
from .numbers import rfc3339
from .xmlv2 import notification_body

PAY, REFUND, MEDICAL, PROBE = "notify", "refund_notify", "medical_notify", "signtest"
STALE_SECONDS = 3 * 86_400
SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
    "MEDICAL_INSURANCE.SUCCESS": "医保混合支付成功",
}


class Callbacks:
    """Posts callbacks and writes their bytes at the moment of sending."""

    def __init__(self, world: World, merchants: Merchants):
        self._world, self._merchants = world, merchants

    def paid(self, merchant: Merchant, order: Row) -> None:
        """Tell the merchant that an order is paid; payment codes have no callback."""
        if not order["notify_url"]:
            return
        if order["api"] == "v2":
            content = {"v2": "paid", "fields": texts.v2_paid(merchant, order)}
        else:
            content = self.event("TRANSACTION.SUCCESS", "transaction", texts.v3_order(order))
        self.post(PAY, merchant, order["out_trade_no"], order["notify_url"], content)

    def refunded(self, merchant: Merchant, order: Row, refund: Row) -> None:
        """Tell the merchant how a refund ended."""
        url = refund["notify_url"] or merchant.refund_notify_url
        if not url or refund["is_reverse"]:
            return
        if refund["api"] == "v2":
            content = {"v2": "refunded", "fields": texts.v2_refunded(order, refund)}
        else:
            resource = texts.v3_refund_event(order, refund)
            content = self.event(f"REFUND.{refund['state']}", "refund", resource)
        self.post(REFUND, merchant, refund["out_refund_no"], url, content)

    def event(self, event: str, original: str, resource: dict[str, Any]) -> dict[str, Any]:
        """Return the content of a v3 callback of one of the known kinds."""
        return {
            "id": str(uuid.uuid4()),
            "create_time": rfc3339(self._world.clock.now()),
            "event_type": event,
            "summary": SUMMARIES[event],
            "original_type": original,
            "resource": resource,
        }

    def post(
        self, operation: str, merchant: Merchant, key: str, url: str, content: dict[str, Any]
    ) -> None:
        """Plan a callback; before it a probe with a wrong signature, when a fault asks for one."""
        facts = {"merchant": merchant.mchid, "key": key}
        if "v2" not in content and self._world.faults.take(
            "signtest", "wechatpay", operation, facts
        ):
            self.probe(merchant, key, url, content)
        self._world.outgoing.post("wechatpay", operation, url, content, merchant.mchid, key)

    def probe(self, merchant: Merchant, key: str, url: str, content: dict[str, Any]) -> int:
        """Send a callback whose signature is a probe; the partner must refuse it."""
        return self._world.outgoing.post("wechatpay", PROBE, url, content, merchant.mchid, key)

    def probe_event(self) -> dict[str, Any]:
        """Return the content of a probe that belongs to no order."""
        return self.event("TRANSACTION.SUCCESS", "transaction", {"trade_state": "SUCCESS"})

    def written(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body, signed now; wrongly when the delivery is to be damaged."""
        merchant = self._merchants.get(delivery.merchant)
        if "v2" in delivery.content:
            body = notification_body(merchant, delivery.content, damage)
            return {"Content-Type": "text/xml"}, body
        return self._v3(merchant, delivery, damage)

    def _v3(
        self, merchant: Merchant, delivery: Delivery, damage: str
    ) -> tuple[dict[str, str], bytes]:
        content = dict(delivery.content)
        original, resource = content.pop("original_type"), content.pop("resource")
        plain = json.dumps(resource, ensure_ascii=False).encode()
        sealed = signing.seal(merchant.apiv3_key, plain, original)
        content["resource_type"] = "encrypt-resource"
        content["resource"] = {"original_type": original, **sealed}
        body = json.dumps(content, ensure_ascii=False).encode()
        shift = STALE_SECONDS if damage == "stale" else 0
        headers = self.signed(merchant, body, merchant.callback_serial == "public_key", shift)
        if damage == "bad_signature":
            headers["Wechatpay-Signature"] = signing.spoil(headers["Wechatpay-Signature"])
        if delivery.operation == PROBE:
            headers["Wechatpay-Signature"] = signing.probe_signature()
        if damage == "tampered":
            body = body.replace(content["summary"].encode(), "支付成功了".encode())
        return {"Content-Type": "application/json; charset=utf-8", **headers}, body

    def signed(
        self, merchant: Merchant, body: bytes, public_mode: bool, shift: float = 0
    ) -> dict[str, str]:
        """Return the signature headers over a body.

        :param bool public_mode: sign as PUB_KEY_ID_…, else with the platform certificate.
        :param float shift: how many seconds too old the signature is.
        """
        platform = self._merchants.platform
        now = time.time() if merchant.signing_time == "real" else self._world.clock.now()
        timestamp = str(int(now - shift))
        nonce = uuid.uuid4().hex
        key = platform.public_mode_key if public_mode else platform.certificate_key
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": merchant.public_key_id if public_mode else platform.serial,
            "Wechatpay-Signature": signing.sign(key, signing.lines(timestamp, nonce, body)),
            "Wechatpay-Signature-Type": signing.SCHEME,
            "Request-ID": uuid.uuid4().hex.upper(),
        }

    def took(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Tell whether the partner took a callback in; a probe is over after one try."""
        if delivery.operation == PROBE:
            refused = 400 <= status < 600
            facts = {"mchid": delivery.merchant, "refused": refused, "status": status}
            self._world.journal.write("wechatpay", "signtest", delivery.key, **facts)
            return True
        if "v2" in delivery.content:
            return status == 200 and b"SUCCESS" in body
        return 200 <= status < 300
