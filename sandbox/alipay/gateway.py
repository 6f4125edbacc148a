"""Alipay behind one port: gateway.do, the cashier, the authorisation page and the bills."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.constants import ALIPAY_APP_ID
from sandbox.people import People
from simulation.gateway import Gateway, Route
from simulation.messages import Answer, Call, Refusal
from simulation.outgoing import Delivery
from simulation.world import World

from . import pages
from .accounts import Accounts
from .authorize import Authorize
from .bill_service import BillService
from .cashier import PRODUCTS, Cashier
from .controls import Controls
from .errors import MESSAGES, SUCCESS, code_of, refusal
from .funds import Funds
from .notices import PLAN, SOURCE, Notices
from .orders import Orders
from .payer import Payer
from .protocol import Node, Request, charset_of, json_of, node_text, parameters_of, read, sealed
from .queries import Queries
from .schema import DDL
from .signing import SIGN_TYPES
from .trades import Trades

GATEWAY, BILL = "/gateway.do", "/downloadBillFile.resource"
AUTHORIZE, CASHIER = "/oauth2/publicAppAuthorize.htm", "/cashier/{code}"
TOKEN = "alipay.system.oauth.token"  # answers errors under the name error_response
UNSIGNED = ("isv.missing-method", "isv.missing-app-id", "isv.invalid-app-id")
ZEROS = ("buyer_pay_amount", "invoice_amount", "point_amount", "receipt_amount")
# amounts that a business error carries all the same
AMOUNTS_OF_ERRORS = {
    "alipay.trade.pay": ZEROS,
    "alipay.trade.query": ZEROS,
    "alipay.trade.refund": ("refund_fee", "send_back_fee"),
}
Method = Callable[[Request], dict[str, Any]]


class Alipay(Gateway):
    """The open platform as merchants know it."""

    name = SOURCE
    title = "Alipay"
    callback_plan = PLAN
    fault_kinds = {
        "wait_buyer": "trade.pay answers 10003; the trade is paid after some queries (queries: 2)",
        "unknown_20000": "20000 instead of the answer (when: before or after; sub_code:"
        " aop.ACQ.SYSTEM_ERROR)",
        "late_success": "a trade that was closed or cancelled is paid later (seconds: 300)",
        "refund_stuck": "a refund is taken in with fund_change N and moves later (seconds: 3600)",
        "cancel_retry": "trade.cancel does nothing and answers retry_flag Y",
        "balance_short": "the buyer has not enough money (trade.pay, or payer.pay on the phone)",
        "bill_missing_row": "a row is missing in the bill (key: order number)",
        "bill_extra_row": "the bill has a row of an unknown order",
        "bill_changed_row": "a row has another amount (key, delta: 1 fen)",
        "bill_duplicate_row": "a row is there twice (key)",
        "bill_late": "the bill is not there yet",
        "bill_bad_zip": "the bill's ZIP is cut off",
    }

    def __init__(self, world: World):
        super().__init__(world)
        world.store.create(DDL)
        self.accounts = Accounts(world)
        self._notices = Notices(world, self.accounts)
        self._trades = Trades(world, self.accounts, self._notices)
        funds = Funds(world, self._trades, self._notices)
        self.payer = Payer(world, self._trades, funds)
        orders = Orders(world, self._trades, funds, self.payer)
        queries = Queries(world, self._trades, funds, orders)
        self._cashier = Cashier(world, self._trades, orders, self.payer)
        self._bills = BillService(world, self.accounts, self._trades.people)
        self.authorize = Authorize(world, self.accounts, self._trades)
        self._methods: dict[str, Method] = {
            "alipay.trade.precreate": orders.precreate,
            "alipay.trade.create": orders.create,
            "alipay.trade.pay": orders.pay,
            "alipay.trade.query": queries.query,
            "alipay.trade.close": queries.close,
            "alipay.trade.cancel": queries.cancel,
            "alipay.trade.refund": queries.refund,
            "alipay.trade.fastpay.refund.query": queries.refund_query,
            "alipay.data.dataservice.bill.downloadurl.query": self._bills.link,
            TOKEN: self.authorize.token,
        }
        self._known = {*self._methods, *PRODUCTS}

    def prepare(self) -> None:
        """Make the demo's application; know the people again."""
        People(self.world.store)  # they come back when the store was emptied
        self.accounts.prepare()

    def routes(self) -> Iterable[Route]:
        """Return the addresses; every method of gateway.do is matched by ``method``."""
        for verb in ("GET", "POST"):
            yield Route(verb, GATEWAY, "gateway.do", self._serve)
        yield Route("GET", CASHIER, "cashier", self._cashier.show)
        yield Route("POST", CASHIER, "cashier.submit", self._cashier.submit)
        yield Route("GET", AUTHORIZE, "authorize", self.authorize.show)
        yield Route("POST", AUTHORIZE, "authorize.submit", self.authorize.submit)
        yield Route("GET", BILL, "bill.download", self._bills.download)

    def controls(self) -> Iterable[Route]:
        """Return the payer's side and the merchants' settings."""
        return Controls(self.accounts, self.payer, self.authorize).routes()

    def credentials(self) -> dict[str, Any]:
        """Return the demo's application, and all others by number."""
        base = self.world.addresses()[SOURCE]
        found = {app.app_id: self.accounts.credentials(app) for app in self.accounts.all()}
        return {
            "gateway": base + GATEWAY,
            "authorize": base + AUTHORIZE,
            **found.pop(ALIPAY_APP_ID),
            "applications": found,
        }

    def facts(self, call: Call) -> Mapping[str, str]:
        """Return method, merchant (app_id) and key (out_trade_no)."""
        asked = parameters_of(call)
        biz = json_of(asked.get("biz_content", "")) or {}
        return {
            "method": asked.get("method", ""),
            "merchant": asked.get("app_id", ""),
            "key": str(biz.get("out_trade_no") or biz.get("trade_no") or ""),
        }

    def _serve(self, call: Call) -> Answer:
        """Answer one call of gateway.do."""
        now = self.world.clock.now()
        request = read(call, self.accounts, now, self._known)
        if request.method in PRODUCTS:
            return self._cashier.open(request)
        facts = self.facts(call)
        fault = self.world.faults.take("unknown_20000", SOURCE, request.method, facts)
        sub_code = str(fault.options.get("sub_code", "aop.ACQ.SYSTEM_ERROR")) if fault else ""
        if fault and fault.options.get("when", "after") == "before":
            raise refusal(sub_code)
        content = self._methods[request.method](request)
        if fault:  # it was done, and nobody is told
            return self._refused(refusal(sub_code), call)
        if request.method != TOKEN:
            code = content.pop("code", SUCCESS)
            content = {"code": code, "msg": MESSAGES[code], **content}
        return self._node(call, content)

    def _node(self, call: Call, content: Mapping[str, Any], named: bool = True) -> Node:
        asked = parameters_of(call)
        app = self.accounts.get(asked.get("app_id", ""))
        sign_type = asked.get("sign_type", "")
        name = asked["method"].replace(".", "_") + "_response" if named else "error_response"
        return Node(
            name=name,
            content=node_text(content),
            signer=app,
            sign_type=sign_type if sign_type in SIGN_TYPES else "RSA2",
            charset=charset_of(asked),
            with_certificate=bool(asked.get("app_cert_sn")),
        )

    def _refused(self, refused: Refusal, call: Call) -> Node:
        """Return an error in the node of the method, or in error_response without one."""
        method = parameters_of(call).get("method", "")
        code = code_of(refused.code)
        content = {
            "code": code,
            "msg": MESSAGES[code],
            "sub_code": refused.code,
            "sub_msg": refused.text,
        }
        if code == "40004":
            amounts = AMOUNTS_OF_ERRORS.get(method, ())
            content.update(dict.fromkeys(amounts, "0.00"))
        named = method in self._methods and method != TOKEN
        node = self._node(call, content, named)
        if refused.code in UNSIGNED:
            node.signer = None
        return node

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return the documented error: a node, or a page for those who look at pages."""
        if call.path != GATEWAY or parameters_of(call).get("method") in PRODUCTS:
            code = refusal.code.partition(".")[2]
            return pages.error_page(code, refusal.text)
        return self._refused(refusal, call)

    def too_many(self, call: Call) -> Answer:
        """Return 40005."""
        return self.refuse(refusal("isv.app-call-limited"), call)

    def seal(self, answer: Answer, call: Call, spoiled: bool) -> Answer:
        """Sign a node; pages and files have no signature."""
        return sealed(answer, spoiled) if isinstance(answer, Node) else answer

    def callback(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return one try of a notification."""
        return self._notices.written(delivery, damage)

    def accepted(self, delivery: Delivery, status: int, body: bytes) -> bool:
        """Tell whether the merchant answered the seven letters success, and nothing else."""
        return status == 200 and body == b"success"
