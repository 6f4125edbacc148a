"""API v3: ordering in every way, query, close, payment code and reversal."""

import zlib
from collections.abc import Iterable
from urllib.parse import quote

from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.schedule import Job
from simulation.store import Row
from simulation.world import World

from ..people import People
from .codepay import CodePay
from .errors import refusal
from .fields import ORDER_NO, Fields, body_of
from .merchants import Merchant
from .orders import Orders, Wanted
from .payer import CODE_URL, H5_URL
from .refunds import Refunds
from .texts import v3_order
from .v3 import Door, refused, same_merchant

SHORTEST_SECONDS = 60
H5_TYPES = ("iOS", "Android", "Wap")
LATE_JOB = "wechatpay.late"
BASE = "/v3/pay/transactions"
BY_NUMBER = BASE + "/out-trade-no/{number}"


class PayApi:
    """Handlers of ``/v3/pay/transactions``."""

    def __init__(
        self,
        world: World,
        door: Door,
        orders: Orders,
        refunds: Refunds,
        codepay: CodePay,
        people: People,
    ):
        self._world, self._door, self._people = world, door, people
        self._orders, self._refunds, self._codepay = orders, refunds, codepay
        world.scheduler.register(LATE_JOB, self._late_job)

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        found = (
            ("POST", BASE + "/jsapi", "jsapi", self._jsapi),
            ("POST", BASE + "/app", "app", self._app),
            ("POST", BASE + "/native", "native", self._native),
            ("POST", BASE + "/h5", "h5", self._h5),
            ("POST", BASE + "/codepay", "codepay", self._codepay_now),
            ("GET", BASE + "/id/{number}", "query", self._query_id),
            ("GET", BY_NUMBER, "query", self._query),
            ("POST", BY_NUMBER + "/close", "close", self._close),
            ("POST", BY_NUMBER + "/reverse", "reverse", self._reverse),
        )
        for method, path, operation, handler in found:
            yield Route(method, path, operation, self._door.guarded(operation, handler))

    def _wanted(
        self, body: Fields, merchant: Merchant, trade_type: str, openid: str = ""
    ) -> Wanted:
        """Read the fields that all ways of ordering share."""
        same_merchant(body.text("mchid", 32), merchant)
        appid, amount = body.text("appid", 32), body.part("amount")
        amount.currency()
        is_code = trade_type == "MICROPAY"
        scene = body.part("scene_info", needed=False)
        return Wanted(
            "v3",
            merchant.mchid,
            appid,
            body.matching("out_trade_no", ORDER_NO),
            trade_type,
            amount.number("total"),
            body.text("description", 127),
            body.text("attach", 128, needed=False),
            "" if is_code else body.url("notify_url"),
            openid,
            scene.text("device_id", 32, needed=False),
            body.moment("time_expire", self._world.clock.now() + SHORTEST_SECONDS),
        )

    def _jsapi(self, call: Call, merchant: Merchant) -> Answer:
        body = body_of(call)
        openid = body.part("payer").text("openid", 128)
        order = self._orders.place(self._wanted(body, merchant, "JSAPI", openid))
        return Answer.json({"prepay_id": self._orders.prepay(order)})

    def _app(self, call: Call, merchant: Merchant) -> Answer:
        order = self._orders.place(self._wanted(body_of(call), merchant, "APP"))
        return Answer.json({"prepay_id": self._orders.prepay(order)})

    def _native(self, call: Call, merchant: Merchant) -> Answer:
        order = self._orders.place(self._wanted(body_of(call), merchant, "NATIVE"))
        return Answer.json({"code_url": CODE_URL + self._orders.prepay(order)})

    def _h5(self, call: Call, merchant: Merchant) -> Answer:
        body = body_of(call)
        scene = body.part("scene_info")
        scene.text("payer_client_ip", 45)
        kind = scene.part("h5_info").text("type", 32)
        if kind not in H5_TYPES:
            raise scene.wrong("h5_info/type", kind, "应为 iOS、Android、Wap 之一")
        order = self._orders.place(self._wanted(body, merchant, "MWEB"))
        return Answer.json({"h5_url": h5_url(self._orders.prepay(order))})

    def _codepay_now(self, call: Call, merchant: Merchant) -> Answer:
        body = body_of(call)
        code = body.part("payer").text("auth_code", 32)
        scene = body.part("scene_info")
        scene.part("store_info", needed=False).text("id", 32, needed=False)
        order, error = self._codepay.charge(self._wanted(body, merchant, "MICROPAY"), code)
        if error:
            return refused(refusal(error))
        return Answer.json(v3_order(order))

    def _query_id(self, call: Call, merchant: Merchant) -> Answer:
        return self._queried(call, merchant, transaction_id=call.parts["number"])

    def _query(self, call: Call, merchant: Merchant) -> Answer:
        return self._queried(call, merchant, out_trade_no=call.parts["number"])

    def _queried(self, call: Call, merchant: Merchant, **number: str) -> Answer:
        same_merchant(call.query.get("mchid", ""), merchant)
        order = self._orders.find(merchant.mchid, **number)
        return Answer.json(v3_order(self._codepay.asked(order)))

    def _close(self, call: Call, merchant: Merchant) -> Answer:
        same_merchant(body_of(call).text("mchid", 32), merchant)
        order = self._orders.find(merchant.mchid, call.parts["number"])
        self._orders.close(order)
        self.maybe_late(order)
        return Answer(204)

    def maybe_late(self, order: Row) -> None:
        """Let a closed order be paid after all, when a fault says so."""
        facts = {"merchant": order["mchid"], "key": order["out_trade_no"]}
        if fault := self._world.faults.take("late_success", "wechatpay", "close", facts):
            person = str(fault.options.get("person", "li"))
            after = fault.number("seconds", 5)
            self._world.scheduler.add(LATE_JOB, str(order["id"]), after, person=person)

    async def _late_job(self, job: Job) -> None:
        person = self._people.get(job.content["person"])
        with self._world.store.transaction():
            self._orders.pay(self._orders.get(int(job.key)), person, late=True)

    def _reverse(self, call: Call, merchant: Merchant) -> Answer:
        body, number = body_of(call), call.parts["number"]
        same_merchant(body.text("mchid", 32), merchant)
        appid = body.text("appid", 32)
        facts = {"merchant": merchant.mchid, "key": number}
        if not self._world.faults.take("reverse_false_success", "wechatpay", "reverse", facts):
            self._refunds.reverse(self._orders.find(merchant.mchid, number))
        return Answer.json({"appid": appid, "mchid": merchant.mchid, "out_trade_no": number})


def h5_url(prepay: str) -> str:
    """Return the page that opens WeChat from another browser."""
    return f"{H5_URL}{quote(prepay)}&package={zlib.crc32(prepay.encode())}"
