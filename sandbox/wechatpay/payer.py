"""The payer's side: what the phone shows, and what happens when its owner pays or does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulation.store import Row
from simulation.world import World

from ..people import People
from . import signing, xmlv2
from .codepay import CodePay
from .errors import refusal
from .merchants import Merchants
from .orders import ENDED_CODES, PREPAY_SECONDS, Orders

H5_SECONDS = 300
CODE_URL = "weixin://wxpay/bizpayurl?pr="
H5_URL = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id="
JSAPI_FIELDS = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
REASONS = ("CANCELLED", "WRONG_PASSWORD", "NOT_ENOUGH")
EXPIRED = "订单已过期，请重新下单"


@dataclass(frozen=True)
class Offer:
    """What the phone shows before paying.

    :param int order: our own number, for :meth:`Payer.pay` and :meth:`Payer.fail`.
    :param int amount: fen.
    :param str code: what :meth:`Payer.offer` takes: the QR code's text, else the prepay_id.
    """

    order: int
    merchant: str
    mchid: str
    description: str
    amount: int
    out_trade_no: str
    trade_type: str
    state: str
    code: str


class Payer:
    """What a person with WeChat can do. All methods raise ``Refusal`` with a sentence to show."""

    def __init__(
        self,
        world: World,
        merchants: Merchants,
        orders: Orders,
        codepay: CodePay,
        people: People,
    ):
        self._world, self._merchants = world, merchants
        self._orders, self._codepay = orders, codepay
        self._people = people

    def offer(self, text: str) -> Offer:
        """Say what a QR code, an H5 link or a prepay_id asks for.

        :param str text: ``weixin://wxpay/bizpayurl?pr=…``, ``https://wx.tenpay.com/…``,
            ``prepay_id=…`` or the bare prepay_id.
        :raise Refusal: ORDER_NOT_EXIST, INVALID_REQUEST when it is too old, and the code of an
            order that is paid, closed or reversed.
        """
        return self._shown(self._order(text))

    def offer_jsapi(self, params: Mapping[str, Any], person: str) -> Offer:
        """Check what a page hands to the JSAPI as the real client does; return what it asks for.

        :param dict params: appId, timeStamp, nonceStr, package, signType (RSA, MD5 or
            HMAC-SHA256) and paySign.
        :raise Refusal: SIGN_ERROR, PARAM_ERROR, INVALID_REQUEST for another person's order.
        """
        for name in JSAPI_FIELDS:
            if not isinstance(params.get(name), str) or not params[name]:
                raise refusal("PARAM_ERROR", f"调用支付JSAPI缺少参数：{name}")
        order = self._order(params["package"])
        if params["appId"] != order["appid"]:
            raise refusal("INVALID_REQUEST", "当前公众号与下单的公众号不一致")
        if not self._is_signed(order, params):
            raise refusal("SIGN_ERROR", "支付验证签名失败")
        if order["trade_type"] != "JSAPI":
            raise refusal("INVALID_REQUEST", "交易类型与调用方式不符")
        self._check_person(order, person)
        return self._shown(order)

    def _is_signed(self, order: Row, params: Mapping[str, Any]) -> bool:
        merchant = self._merchants.get(order["mchid"])
        kind = params["signType"]
        if kind == "RSA":
            parts = (params[name] for name in ("appId", "timeStamp", "nonceStr", "package"))
            return signing.is_signed(merchant.public, signing.lines(*parts), params["paySign"])
        if kind not in (xmlv2.MD5, xmlv2.HMAC):
            return False
        signed = {name: params[name] for name in JSAPI_FIELDS if name != "paySign"}
        return bool(xmlv2.signature(signed, merchant.api_key, kind) == params["paySign"])

    def _order(self, text: str) -> Row:
        """Find the order of a QR code, link or prepay_id that is still good."""
        is_h5 = text.startswith(H5_URL.partition("?")[0])
        if text.startswith(CODE_URL):
            prepay = text[len(CODE_URL) :]
        elif is_h5:
            prepay = parse_qs(urlsplit(text).query).get("prepay_id", [""])[0]
        else:
            prepay = text.removeprefix("prepay_id=")
        sql = "SELECT * FROM wxpay_order WHERE prepay_id = ?"
        order = self._world.store.one(sql, (prepay,))
        if order is None:
            raise refusal("ORDER_NOT_EXIST")
        self._check_open(order, H5_SECONDS if is_h5 else PREPAY_SECONDS)
        return order

    def _check_open(self, order: Row, seconds: float) -> None:
        now = self._world.clock.now()
        if order["state"] in ENDED_CODES:
            raise refusal(ENDED_CODES[order["state"]])
        if now >= order["prepaid"] + seconds or (order["expires"] and now >= order["expires"]):
            raise refusal("INVALID_REQUEST", EXPIRED)

    def _check_person(self, order: Row, person: str) -> None:
        wanted = order["openid"]
        if wanted and self._people.get(person).openid(order["appid"]) != wanted:
            raise refusal("INVALID_REQUEST", "该订单由其他用户发起，当前用户不能支付")

    def _shown(self, order: Row) -> Offer:
        return Offer(
            order["id"],
            self._merchants.get(order["mchid"]).name,
            order["mchid"],
            order["description"],
            order["total"],
            order["out_trade_no"],
            order["trade_type"],
            order["state"],
            (CODE_URL if order["trade_type"] == "NATIVE" else "") + (order["prepay_id"] or ""),
        )

    def codes(self, limit: int = 10) -> list[dict[str, Any]]:
        """Return QR codes that can still be paid, the newest first: what is there to scan.

        :return: ``text`` of the code, ``title`` (what is paid), ``amount`` in fen.
        """
        rows = self._world.store.all(
            "SELECT * FROM wxpay_order WHERE trade_type = 'NATIVE' AND state = 'NOTPAY'"
            " AND prepaid > ? ORDER BY id DESC LIMIT ?",
            (self._world.clock.now() - PREPAY_SECONDS, limit),
        )
        offers = [self._shown(row) for row in rows]
        return [
            {"text": one.code, "title": one.description, "amount": one.amount} for one in offers
        ]

    def pay(self, order: int, person: str, bank_type: str = "OTHERS") -> Offer:
        """Pay an order that was offered; the merchant is called back.

        :param int order: :attr:`Offer.order`.
        :param str bank_type: ``OTHERS`` for the wallet, else a bank (``CMB_DEBIT``).
        :raise Refusal: ORDERPAID, ORDER_CLOSED, INVALID_REQUEST.
        """
        found = self._payable(order, person)
        return self._shown(self._orders.pay(found, self._people.get(person), bank_type))

    def fail(self, order: int, person: str, reason: str = "CANCELLED") -> Offer:
        """Do not pay: cancelled, wrong password, not enough money; the order stays open.

        :raise ValueError: when the reason is unknown.
        """
        if reason not in REASONS:
            raise ValueError(f"A reason is one of {REASONS}.")
        found = self._payable(order, person)
        self._orders.fail(found, reason)
        return self._shown(self._orders.get(order))

    def _payable(self, number: int, person: str) -> Row:
        order = self._orders.get(number)
        if order["prepaid"] is None:
            raise refusal("INVALID_REQUEST", "订单未生成支付会话")
        self._check_open(order, PREPAY_SECONDS)
        self._check_person(order, person)
        return order

    def new_auth_code(self, person: str) -> str:
        """Return a payment code to show (18 digits, good for a minute)."""
        return self._codepay.new(person)

    def set_wallet(self, person: str, mode: str) -> None:
        """Let a person's payment codes pay freely, ask for the password, or lack money."""
        self._codepay.set_mode(person, mode)

    def pending(self, person: str) -> list[Offer]:
        """Return the payments that wait for this person's password."""
        return [self._shown(order) for order in self._codepay.pending(person)]

    def confirm(self, order: int, person: str) -> Offer:
        """Enter the password of a payment that waits.

        :raise Refusal: ORDER_NOT_EXIST when none waits.
        """
        found = self._codepay.waiting(person, order)
        return self._shown(self._orders.pay(found, self._people.get(person)))

    def refuse(self, order: int, person: str, reason: str = "CANCELLED") -> Offer:
        """Do not confirm a payment that waits: it ends as PAYERROR."""
        self._orders.fail(self._codepay.waiting(person, order), reason)
        return self._shown(self._orders.get(order))
