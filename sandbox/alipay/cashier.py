"""The cashier's page of wap.pay and page.pay, and the way back to the merchant."""

from __future__ import annotations

from urllib.parse import urlencode

from simulation.messages import Answer, Call, Refusal
from simulation.world import World

from . import pages, signing
from .errors import refusal
from .money import yuan
from .notices import clock_text
from .orders import Orders
from .payer import Payer
from .protocol import Request
from .schema import Trade
from .trades import WAITING, Trades

PRODUCTS = {
    "alipay.trade.wap.pay": "QUICK_WAP_WAY",
    "alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY",
}
METHODS = {product: method for method, product in PRODUCTS.items()}


class Cashier:
    """Opens, shows and ends the page."""

    def __init__(self, world: World, trades: Trades, orders: Orders, payer: Payer):
        self._world, self._store = world, world.store
        self._trades, self._orders, self._payer = trades, orders, payer

    def open(self, request: Request) -> Answer:
        """Take an order in and send the browser to its page."""
        trade = self._orders.take(request, PRODUCTS[request.method])
        return Answer(302, b"", {"Location": f"/cashier/{trade.code}"})

    def show(self, call: Call) -> Answer:
        """Show what is to be paid."""
        return self._page(self._trade(call), pages.person_of(call))

    def submit(self, call: Call) -> Answer:
        """Pay or go back."""
        trade, person = self._trade(call), pages.person_of(call)
        if call.form.get("do") != "yes":
            return pages.page("支付宝", "<h1>支付已取消</h1>")
        try:
            entered = self._payer.enter(trade, person)
            if entered.status == WAITING:
                self._payer.pay(person, str(entered.trade_no))
        except KeyError:
            return self._page(trade, "", "请选择付款人")
        except Refusal as refused:
            return self._page(trade, person, refused.text)
        return self._back(self._trades.get(trade.id))

    def _trade(self, call: Call) -> Trade:
        trade = self._trades.coded(call.parts["code"])
        if trade is None or trade.product not in METHODS:
            raise refusal("ACQ.TRADE_NOT_EXIST")
        return trade

    def _page(self, trade: Trade, person: str, problem: str = "") -> Answer:
        facts = self._payer.described(trade)
        rows = [
            ("收款方", facts["merchant"]),
            ("商品", trade.subject),
            ("订单号", trade.out_trade_no),
        ]
        chooser = pages.chooser(self._trades.people.all(), person)
        body = (
            f'<h1>支付宝收银台</h1><p class="amount">¥{yuan(trade.amount)}</p>'
            f"{pages.details(rows)}{pages.wrong(problem)}"
            f"{pages.form(chooser, '确认付款', '取消')}"
        )
        return pages.page("支付宝收银台", body)

    def _back(self, trade: Trade) -> Answer:
        """Send the browser to the merchant with signed parameters, if the merchant wants it."""
        if not trade.return_url:
            return pages.page("支付宝", "<h1>支付成功</h1>")
        app = self._trades.app_of(trade)
        told = {
            "charset": trade.charset,
            "out_trade_no": trade.out_trade_no,
            "method": f"{METHODS[trade.product]}.return",
            "total_amount": yuan(trade.amount),
            "trade_no": str(trade.trade_no),
            "auth_app_id": app.app_id,
            "version": "1.0",
            "app_id": app.app_id,
            "sign_type": trade.sign_type,
            "seller_id": app.seller_id,
            "timestamp": clock_text(self._world.clock.now()),
        }
        text = signing.notice_text(told)
        told["sign"] = signing.sign(app.alipay_key, text.encode(), trade.sign_type)
        mark = "&" if "?" in trade.return_url else "?"
        return Answer(303, b"", {"Location": f"{trade.return_url}{mark}{urlencode(told)}"})
