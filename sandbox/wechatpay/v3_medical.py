"""API v3: medical-insurance orders, their queries and the note about a refund."""

from collections.abc import Iterable
from typing import Any

from simulation.gateway import Route
from simulation.messages import Answer, Call

from .errors import refusal, wrong_field
from .fields import ORDER_NO, REFUND_NO, Fields, body_of
from .medical import KINDS, Medical, WantedMedical
from .merchants import Merchant
from .sensitive import opened
from .v3 import Door

BASE = "/v3/med-ins"
ORDER_TYPES = (
    "REG_PAY",
    "DIAG_PAY",
    "COVID_EXAM_PAY",
    "IN_HOSP_PAY",
    "PHARMACY_PAY",
    "INSURANCE_PAY",
    "INT_REG_PAY",
    "INT_RE_DIAG_PAY",
    "INT_RX_PAY",
    "COVID_ANTIGEN_PAY",
    "MED_PAY",
)
CARD_TYPES = ("ID_CARD", "HOUSEHOLD_REGISTRATION", "FOREIGNER_PASSPORT")
INSURED_FEES = ("med_ins_gov_fee", "med_ins_self_fee", "med_ins_other_fee")
INSURED_TEXTS = ("pay_order_id", "pay_auth_no", "geo_location", "med_ins_order_create_time")
TEXTS = {"serial_no": 40, "city_id": 8, "med_inst_name": 128, "med_inst_no": 32}
OPTIONAL = ("passthrough_request_content", "extends", "attach", "channel_no")


class MedicalApi:
    """Handlers of ``/v3/med-ins``."""

    def __init__(self, door: Door, medical: Medical):
        self._door, self._medical = door, medical

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        found = (
            ("POST", "/orders", "medical", self._place),
            ("GET", "/orders/mix-trade-no/{number}", "medical_query", self._by_mix),
            ("GET", "/orders/out-trade-no/{number}", "medical_query", self._by_out),
            ("POST", "/refunds/notify", "medical_refund", self._refunded),
        )
        for method, path, operation, handler in found:
            yield Route(method, BASE + path, operation, self._door.guarded(operation, handler))

    def _place(self, call: Call, merchant: Merchant) -> Answer:
        body = body_of(call)
        kind = body.choice("mix_pay_type", KINDS, "")
        content: dict[str, Any] = {
            "mix_pay_type": kind,
            "order_type": body.choice("order_type", ORDER_TYPES, ""),
            "appid": body.text("appid", 32),
            "openid": body.text("openid", 128),
            "out_trade_no": body.matching("out_trade_no", ORDER_NO),
            **{name: body.text(name, most) for name, most in TEXTS.items()},
            "callback_url": body.url("callback_url"),
        }
        content.update({name: body.text(name, 2048, False) for name in OPTIONAL})
        self._check_people(call, merchant, body)
        content.update(self._fees(body, kind))
        wanted = WantedMedical(
            merchant.mchid,
            content["appid"],
            content["openid"],
            content["out_trade_no"],
            kind,
            sum(content[name] for name in INSURED_FEES),
            content["wechat_pay_cash_fee"],
            content["prepay_id"],
            content["callback_url"],
            {name: value for name, value in content.items() if value != ""},
        )
        return Answer.json(self._medical.shown(self._medical.place(wanted)))

    def _check_people(self, call: Call, merchant: Merchant, body: Fields) -> None:
        """Check that payer and relative are named in fields encrypted for WeChat Pay."""
        names = ["payer"]
        if body.flag("pay_for_relatives"):
            names.append("relative")
        for name in names:
            person = body.part(name)
            person.choice("card_type", CARD_TYPES, "")
            for field in ("name", "id_digest"):
                text = person.text(field, 2048)
                opened(self._door.platform_key(call, merchant), text, f"/{name}/{field}")

    def _fees(self, body: Fields, kind: str) -> dict[str, Any]:
        """Read all amounts; they must add up.

        :raise Refusal: PARAM_ERROR, INVALID_REQUEST.
        """
        has_insurance, has_cash = kind != "CASH_ONLY", kind != "INSURANCE_ONLY"
        fees = {name: body.number(name, 0, needed=has_insurance) for name in INSURED_FEES}
        own = body.number("med_ins_cash_fee", 0, needed=has_insurance)
        cash = body.number("wechat_pay_cash_fee", int(has_cash), needed=has_cash)
        total = body.number("total_fee")
        added = sum(one.number("cash_add_fee") for one in body.parts("cash_add_detail"))
        reduced = sum(one.number("cash_reduce_fee") for one in body.parts("cash_reduce_detail"))
        insured = sum(fees.values())
        if total != insured + cash + reduced:
            raise refusal("INVALID_REQUEST", "总金额与各项金额之和不相等")
        if has_insurance and cash != own + added - reduced:
            raise refusal("INVALID_REQUEST", "自费金额与补充、减免金额不相符")
        if (not has_insurance and insured) or (not has_cash and cash):
            raise refusal("INVALID_REQUEST", "混合支付类型与金额不相符")
        texts = {name: body.text(name, 64, has_insurance) for name in INSURED_TEXTS}
        amounts = {"total_fee": total, **fees, "med_ins_cash_fee": own}
        prepay = body.text("prepay_id", 64, needed=has_cash)
        return {**texts, **amounts, "wechat_pay_cash_fee": cash, "prepay_id": prepay}

    def _by_mix(self, call: Call, merchant: Merchant) -> Answer:
        found = self._medical.by_mix(call.parts["number"], merchant.mchid)
        return Answer.json(self._medical.shown(found))

    def _by_out(self, call: Call, merchant: Merchant) -> Answer:
        found = self._medical.find(merchant.mchid, call.parts["number"])
        return Answer.json(self._medical.shown(found))

    def _refunded(self, call: Call, merchant: Merchant) -> Answer:
        body, number = body_of(call), call.query.get("mix_trade_no", "")
        if not number:
            raise wrong_field("/mix_trade_no", "", "此字段为必填项", "query")
        total = body.number("med_refund_total_fee")
        parts = ("med_refund_gov_fee", "med_refund_self_fee", "med_refund_other_fee")
        if total != sum(body.number(name, 0) for name in parts):
            raise refusal("INVALID_REQUEST", "医保退款总金额与各项金额之和不相等")
        body.text("refund_time", 64)
        medical = self._medical.by_mix(number, merchant.mchid)
        self._medical.refunded(medical, body.matching("out_refund_no", REFUND_NO), total)
        return Answer(204)
