"""Control addresses: act as the payer, add merchants, end refunds, probe the partner."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.world import World

from .callbacks import Callbacks
from .funds import ACCOUNTS, BASIC, Funds
from .medical import Medical
from .merchants import DEMO_MCHID, Merchants
from .numbers import flow_no
from .orders import Orders
from .payer import Payer
from .refunds import Refunds

Action = Callable[[dict[str, Any]], Any]
ENDS = ("SUCCESS", "ABNORMAL", "CLOSED")


class Controls:
    """Handlers below ``/wechatpay`` of the control port; all take and give JSON."""

    def __init__(
        self,
        world: World,
        merchants: Merchants,
        funds: Funds,
        callbacks: Callbacks,
        orders: Orders,
        refunds: Refunds,
        payer: Payer,
        medical: Medical,
    ):
        self._world, self._merchants, self._funds = world, merchants, funds
        self._callbacks, self._orders, self._refunds = callbacks, orders, refunds
        self._payer, self._medical = payer, medical

    def routes(self) -> Iterable[Route]:
        """Return the addresses."""
        found: dict[str, Action] = {
            "offer": self._offer,
            "pay": self._pay,
            "fail": self._fail,
            "auth-code": self._auth_code,
            "wallet": self._wallet,
            "pending": self._pending,
            "confirm": self._confirm,
            "refuse": self._refuse,
            "medical/pay": self._pay_medical,
            "merchants": self._merchant,
            "recharge": self._recharge,
            "settle": self._settle,
            "refunds/finish": self._finish,
            "signtest": self._signtest,
        }
        for path, action in found.items():
            yield Route("POST", f"/{path}", path, _json(action))
        yield Route("GET", "/codes", "codes", self._codes)
        yield Route("GET", "/accounts", "accounts", self._accounts)

    def _offered(self, asked: dict[str, Any]) -> Any:
        if "jsapi" in asked:
            return self._payer.offer_jsapi(asked["jsapi"], asked["person"])
        return self._payer.offer(asked["code"])

    def _offer(self, asked: dict[str, Any]) -> Any:
        return asdict(self._offered(asked))

    def _pay(self, asked: dict[str, Any]) -> Any:
        bank = asked.get("bank_type", "OTHERS")
        return asdict(self._payer.pay(self._offered(asked).order, asked["person"], bank))

    def _fail(self, asked: dict[str, Any]) -> Any:
        reason = asked.get("reason", "CANCELLED")
        return asdict(self._payer.fail(self._offered(asked).order, asked["person"], reason))

    def _auth_code(self, asked: dict[str, Any]) -> Any:
        return {"auth_code": self._payer.new_auth_code(asked["person"])}

    def _wallet(self, asked: dict[str, Any]) -> Any:
        self._payer.set_wallet(asked["person"], asked["mode"])
        return {}

    def _pending(self, asked: dict[str, Any]) -> Any:
        return {"pending": [asdict(offer) for offer in self._payer.pending(asked["person"])]}

    def _confirm(self, asked: dict[str, Any]) -> Any:
        return asdict(self._payer.confirm(int(asked["order"]), asked["person"]))

    def _refuse(self, asked: dict[str, Any]) -> Any:
        reason = asked.get("reason", "CANCELLED")
        return asdict(self._payer.refuse(int(asked["order"]), asked["person"], reason))

    def _pay_medical(self, asked: dict[str, Any]) -> Any:
        outcome = asked.get("outcome", "success")
        paid = self._medical.pay(asked["mix_trade_no"], asked["person"], outcome)
        return self._medical.shown(paid)

    def _merchant(self, asked: dict[str, Any]) -> Any:
        wanted = dict(asked)
        mchid, name = str(wanted.pop("mchid")), str(wanted.pop("name", "商户"))
        self._merchants.add(mchid, name, wanted.pop("appids", []), **wanted)
        return self._merchants.secrets(mchid)

    def _recharge(self, asked: dict[str, Any]) -> Any:
        merchant = self._merchants.get(asked.get("mchid", DEMO_MCHID))
        account, amount = asked.get("account", BASIC), int(asked["amount"])
        if account not in ACCOUNTS or amount <= 0:
            raise ValueError(f"Recharge one of {ACCOUNTS} by a positive number of fen.")
        number = "R" + flow_no(self._world.clock.now())
        kinds = ("充值", "充值")
        balance = self._funds.move(merchant, amount, kinds, number, number, account=account)
        return {"balance": balance}

    def _settle(self, asked: dict[str, Any]) -> Any:
        merchant = self._merchants.get(asked.get("mchid", DEMO_MCHID))
        return {"paid": self._funds.settle(merchant)}

    def _finish(self, asked: dict[str, Any]) -> Any:
        state = asked.get("state", "SUCCESS")
        if state not in ENDS:
            raise ValueError(f"A refund ends as one of {ENDS}.")
        mchid = asked.get("mchid", DEMO_MCHID)
        refund = self._refunds.find(mchid, asked["out_refund_no"])
        return {"changed": self._refunds.finish(refund, state)}

    def _signtest(self, asked: dict[str, Any]) -> Any:
        merchant = self._merchants.get(asked.get("mchid", DEMO_MCHID))
        content = self._callbacks.probe_event()
        number = self._callbacks.probe(merchant, asked.get("key", ""), asked["url"], content)
        return {"delivery": number}

    def _codes(self, _call: Call) -> Answer:
        return Answer.json({"codes": self._payer.codes()})

    def _accounts(self, _call: Call) -> Answer:
        rows = self._world.store.all("SELECT * FROM wxpay_account ORDER BY mchid, name")
        return Answer.json({"accounts": [dict(row) for row in rows]})


def _json(action: Action) -> Callable[[Call], Answer]:
    def handle(call: Call) -> Answer:
        return Answer.json(action(call.json()))

    return handle
