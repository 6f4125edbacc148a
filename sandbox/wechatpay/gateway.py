"""The gateway: its parts tied together, its routes, faults and callbacks."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.outgoing import Delivery
from simulation.world import World

from ..people import People
from . import billfaults, callfacts, v3
from .bills import Bills
from .callbacks import Callbacks
from .certificates import CertificateApi
from .codepay import CodePay
from .controls import Controls
from .errors import refusal
from .funds import Funds
from .medical import Medical
from .merchants import DEMO_MCHID, Merchants
from .orders import Orders
from .payer import Payer
from .refunds import Refunds
from .schema import DDL
from .v2 import V2Door
from .v2_pay import V2Api
from .v3_bill import BillApi
from .v3_medical import MedicalApi
from .v3_pay import PayApi
from .v3_refund import RefundApi


class WeChatPay(Gateway):
    """WeChat Pay for merchants, and for the phones of their payers (:attr:`payer`)."""

    name = "wechatpay"
    title = "WeChat Pay"
    callback_plan = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600) + (
        10_800,
        10_800,
        10_800,
        21_600,
        21_600,
    )
    fault_kinds: ClassVar[Mapping[str, str]] = {
        "userpaying": "a payment code waits and succeeds by itself after some queries (queries: 2)",
        "bank_error": "a payment code is charged, the answer says BANK_ERROR",
        "late_success": "a closed order is paid nevertheless (seconds: 5, person: li)",
        "reverse_false_success": "reversal answers success and does nothing",
        "refund_stuck": "the refund stays PROCESSING",
        "refund_abnormal": "the refund ends as ABNORMAL",
        "refund_closed": "the refund ends as CLOSED and the merchant has the money again",
        "balance_short": "the refund is refused as NOT_ENOUGH",
        "system_error": "do nothing and answer SYSTEM_ERROR",
        "documented_error": "do nothing and answer one of the documented errors (code)",
        "signtest": "a probe with a wrong signature goes before the callback",
        **billfaults.KINDS,
    }

    def __init__(self, world: World):
        super().__init__(world)
        world.store.create(DDL)
        self.merchants = Merchants(world)
        self.funds = Funds(world, self.merchants)
        self.callbacks = Callbacks(world, self.merchants)
        people = People(world.store)
        self.orders = Orders(world, self.merchants, self.funds, self.callbacks, people)
        self.refunds = Refunds(world, self.merchants, self.funds, self.callbacks, self.orders)
        self.codepay = CodePay(world, self.orders, people)
        self.payer = Payer(world, self.merchants, self.orders, self.codepay, people)
        self.medical = Medical(world, self.merchants, self.callbacks, self.orders, people)
        self.bills = Bills(world)
        self.door = v3.Door(world, self.merchants, self.callbacks)
        self.old_door = V2Door(self.merchants, self.door)
        pay = PayApi(world, self.door, self.orders, self.refunds, self.codepay, people)
        self._apis = (
            pay,
            V2Api(world, self.old_door, self.orders, self.refunds, self.codepay, self.bills, pay),
            RefundApi(self.door, self.orders, self.refunds),
            BillApi(world, self.door, self.bills),
            MedicalApi(self.door, self.medical),
            CertificateApi(self.door, self.merchants),
        )
        self._controls = Controls(
            world,
            self.merchants,
            self.funds,
            self.callbacks,
            self.orders,
            self.refunds,
            self.payer,
            self.medical,
        )

    def prepare(self) -> None:
        """Make people, the demo's merchant and its opening balance."""
        People(self.world.store)
        with self.world.store.transaction():
            self.merchants.prepare()
            merchant = self.merchants.get(DEMO_MCHID)
            if not self.world.store.one("SELECT 1 FROM wxpay_account"):
                number = "R" + DEMO_MCHID
                self.funds.move(merchant, merchant.reserve, ("充值", "充值"), number, number)

    def routes(self) -> Iterable[Route]:
        """Return what merchants call."""
        for api in self._apis:
            yield from api.routes()

    def controls(self) -> Iterable[Route]:
        """Return what tests and demos call."""
        return self._controls.routes()

    def credentials(self) -> dict[str, Any]:
        """Return the demo merchant's numbers and keys, and those of all merchants by number."""
        found = {one.mchid: self.merchants.secrets(one.mchid) for one in self.merchants.all()}
        return {**found[DEMO_MCHID], "merchants": found}

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return merchant and order number of a call, as far as they can be seen."""
        return callfacts.facts(call)

    def refuse(self, error: Refusal, call: Call) -> Answer:
        """Return an error in the form of the interface that was called."""
        return (
            self.old_door.refused(error, call) if callfacts.is_v2(call.path) else v3.refused(error)
        )

    def too_many(self, call: Call) -> Answer:
        """Return FREQUENCY_LIMITED."""
        return self.refuse(refusal("FREQUENCY_LIMITED"), call)

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign a v3 answer; v2 answers carry their signature inside."""
        if callfacts.is_v2(call.path):
            return self.old_door.spoil(answer) if spoiled else answer
        return self.door.seal(answer, call, spoiled)

    def callback(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return a callback signed for this moment."""
        return self.callbacks.written(delivery, damage)

    def accepted(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Tell whether the partner took a callback in."""
        return self.callbacks.took(delivery, status, body)
