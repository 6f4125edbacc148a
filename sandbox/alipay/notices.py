"""Asynchronous notifications: what they say and how they are signed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from sandbox.people import Person
from simulation.clock import moment
from simulation.outgoing import Delivery
from simulation.world import World

from . import signing
from .accounts import Accounts
from .money import yuan
from .schema import Trade

SOURCE = "alipay"
# Alipay repeats after 4, 10, 10 minutes, 1, 2, 6 and 15 hours
PLAN = (240.0, 600.0, 600.0, 3600.0, 7200.0, 21600.0, 54000.0)
STALE_SECONDS = 3 * 86400


def clock_text(at: float | None) -> str:
    """Return a time as Alipay writes it, in Beijing; empty for none."""
    return "" if at is None else moment(at).strftime("%Y-%m-%d %H:%M:%S")


def masked(person: Person) -> str:
    """Return the login name that a merchant may see."""
    return f"{person.mobile[:3]}****{person.mobile[-4:]}"


class Notices:
    """Plans notifications and writes them at the moment of sending."""

    def __init__(self, world: World, accounts: Accounts):
        self._world, self._accounts = world, accounts
        self._count = 0

    def send(self, kind: str, trade: Trade, buyer: Person, **more: str) -> None:
        """Plan a notification about a trade as it is now.

        :param str kind: pay, close, refund or finish.
        :param more: fields that only this kind has.
        """
        app = self._accounts.get(trade.app_id)
        if app is None or not trade.notify_url or kind not in app.notices:
            return
        fields = {
            "notify_type": "trade_status_sync",
            "notify_id": self._number(trade),
            "app_id": app.app_id,
            "auth_app_id": app.app_id,
            "charset": trade.charset,
            "version": "1.0",
            "trade_no": trade.trade_no or "",
            "out_trade_no": trade.out_trade_no,
            "buyer_id": buyer.alipay_id,
            "buyer_logon_id": masked(buyer),
            "seller_id": app.seller_id,
            "seller_email": app.seller_email,
            "trade_status": trade.status,
            "total_amount": yuan(trade.amount),
            "subject": trade.subject,
            "body": trade.body,
            "gmt_create": clock_text(trade.created),
            "gmt_payment": clock_text(trade.paid),
            "passback_params": quote_plus(trade.passback),
            **more,
        }
        self._world.outgoing.post(
            SOURCE,
            f"notify.{kind}",
            trade.notify_url,
            {"fields": {k: v for k, v in fields.items() if v}, "sign_type": trade.sign_type},
            merchant=app.app_id,
            key=trade.out_trade_no,
        )

    def _number(self, trade: Trade) -> str:
        """Return a ``notify_id``: the same over all tries of one notification."""
        self._count += 1
        now = self._world.clock.moment()
        return f"{now:%Y%m%d}00222{now:%H%M%S%f}{trade.id % 10**6:06d}{self._count % 1000:03d}"

    def written(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of one try, signed now."""
        fields: dict[str, str] = dict(delivery.content["fields"])
        sign_type: str = delivery.content["sign_type"]
        charset = "gb18030" if fields["charset"].lower().startswith("gb") else "utf-8"
        at = self._world.clock.now() - (STALE_SECONDS if damage == "stale" else 0)
        fields["notify_time"] = clock_text(at)
        app = self._accounts.get(fields["app_id"])
        if app is None:
            raise KeyError(fields["app_id"])
        text = signing.notice_text(fields) + (" " if damage == "bad_signature" else "")
        signature = signing.sign(app.alipay_key, text.encode(charset), sign_type)
        if damage == "tampered":
            fields["total_amount"] = yuan(_fen_more(fields["total_amount"]))
        body = urlencode(
            {**fields, "sign_type": sign_type, "sign": signature}, encoding=charset
        ).encode()
        kind = f"application/x-www-form-urlencoded; charset={fields['charset']}"
        return {"Content-Type": kind}, body


def _fen_more(amount: str) -> int:
    return int(amount.replace(".", "")) + 1


def paid_fields(trade: Trade) -> Mapping[str, str]:
    """Return the fields that only a notification of payment has."""
    total = yuan(trade.amount)
    return {
        "receipt_amount": total,
        "invoice_amount": total,
        "buyer_pay_amount": total,
        "point_amount": "0.00",
        "fund_bill_list": f'[{{"amount":"{total}","fundChannel":"ALIPAYACCOUNT"}}]',
    }


def bill_list(trade: Trade) -> list[dict[str, Any]]:
    """Return where the money came from, as answers have it."""
    return [{"amount": yuan(trade.amount), "fund_channel": "ALIPAYACCOUNT"}]
