"""WeChat on the phone: the account's chat, its pages, and paying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from simulation.world import World

from ..constants import APPID
from ..people import Person
from .apps import Outcome, Sheet
from .hosts import out_of_view
from .shown import message

if TYPE_CHECKING:
    from ..official.follower import Follower
    from ..official.gateway import OfficialAccount
    from ..official.phonebook import Phonebook
    from ..wechatpay.gateway import WeChatPay
    from ..wechatpay.payer import Offer, Payer

PAID = "get_brand_wcpay_request"
# what a page is told after WeixinJSBridge.invoke("getBrandWCPayRequest")
ANSWERS = {
    "paid": {"err_msg": f"{PAID}:ok"},
    "cancelled": {"err_msg": f"{PAID}:cancel"},
    "failed": {"err_msg": f"{PAID}:fail"},
}
REASONS = {"cancel": "CANCELLED", "wrong_password": "WRONG_PASSWORD", "short": "NOT_ENOUGH"}
SENTENCES = {"wrong_password": "支付密码错误，请重试", "short": "零钱余额不足，请更换支付方式"}
PAY_LINKS = ("weixin://wxpay/", "https://wx.tenpay.com/")
ACCOUNT_LINKS = ("http://weixin.qq.com/q/",)
# the hospital's own place: what a page gets that asks where the phone is
HERE = {"latitude": "28.4676", "longitude": "119.9229", "accuracy": "30", "speed": "0"}


class WeChatApp:
    """What a person does in WeChat; ``Refusal`` and ``ValueError`` carry the sentence to show."""

    def __init__(self, world: World):
        self._world = world

    @property
    def _payer(self) -> Payer:
        """Return the payer's side of WeChat Pay.

        :raise ValueError: when this process does not serve it.
        """
        if "wechatpay" not in self._world.gateways:
            raise ValueError("WeChat Pay is not served here.")
        return cast("WeChatPay", self._world.gateways["wechatpay"]).payer

    @property
    def _phonebook(self) -> Phonebook | None:
        if "official" not in self._world.gateways:
            return None
        return cast("OfficialAccount", self._world.gateways["official"]).phonebook

    def _follower(self, person: Person) -> Follower:
        """Return what the person can do with the hospital's account.

        :raise ValueError: when this process does not serve it.
        """
        if self._phonebook is None:
            raise ValueError("The official account is not served here.")
        return self._phonebook.follower(person.id, APPID)

    # the account's conversation

    def news(self, person: Person) -> dict[str, Any]:
        """Return account, menu, unread count and messages."""
        if self._phonebook is None:
            return {"account": None, "unread": 0, "menu": [], "messages": []}
        follower = self._follower(person)
        summary = follower.summary()
        return {
            "account": {"name": summary["name"], "followed": summary["following"]},
            "unread": summary["unread"],
            "menu": _menu(follower.menu()) if summary["following"] else [],
            "messages": [message(one) for one in follower.history()],
        }

    def follow(self, person: Person) -> None:
        """Follow the account."""
        self._follower(person).follow()

    def unfollow(self, person: Person) -> None:
        """Stop following it."""
        self._follower(person).unfollow()

    def send(self, person: Person, text: str) -> None:
        """Write to the account."""
        self._follower(person).send_text(text)

    def read(self, person: Person, last: int) -> None:
        """Mark the conversation as seen up to a message's number."""
        self._follower(person).read(last)

    def choose(self, person: Person, position: list[int]) -> dict[str, Any]:
        """Click a button of the menu; ``open`` when it leads to a page."""
        done = self._follower(person).click(position)
        return {"open": done["url"]} if done["action"] == "open" else {}

    def subscribe(self, person: Person, asked: list[str], accepted: list[str]) -> dict[str, Any]:
        """Answer a page's question about notices; return what the page is told."""
        answers = {name: "accept" if name in accepted else "reject" for name in asked}
        said = self._follower(person).answer_notices(answers)
        return {"errMsg": "requestSubscribeMessage:ok", **said}

    # paying

    def code(self, person: Person) -> str:
        """Return a new payment code."""
        return self._payer.new_auth_code(person.id)

    def confirmations(self, person: Person) -> list[Sheet]:
        """Return payments by code that wait for the person's password."""
        if "wechatpay" not in self._world.gateways:
            return []
        return [_sheet(offer) for offer in self._payer.pending(person.id)]

    def confirm(self, person: Person, token: str, yes: bool) -> None:
        """Enter the password, or refuse."""
        if yes:
            self._payer.confirm(int(token), person.id)
        else:
            self._payer.refuse(int(token), person.id)

    def act(self, person: Person, token: str, outcome: str) -> Outcome:
        """Pay, cancel or fail."""
        if outcome == "pay":
            self._payer.pay(int(token), person.id)
            return Outcome(True)
        self._payer.fail(int(token), person.id, REASONS[outcome])
        return Outcome(False, SENTENCES.get(outcome, ""))

    def around(self) -> list[dict[str, Any]]:
        """Return payment codes made lately."""
        return [
            {"text": code["text"], "title": code["title"], "amount_fen": code["amount"]}
            for code in self._payer.codes()
        ]

    def scan(self, person: Person, text: str) -> dict[str, Any] | None:
        """Return what scanning does: pay, or meet the account."""
        if text.startswith(PAY_LINKS):
            return {"sheet": _sheet(self._payer.offer(text)).told()}
        if text.startswith(ACCOUNT_LINKS) and self._phonebook is not None:
            return self._meet(person, text)
        return None

    def _meet(self, person: Person, text: str) -> dict[str, Any]:
        """Scan a code of the account: follow it by the code, or show its chat."""
        phonebook = self._phonebook
        done = phonebook.scan(person.id, text) if phonebook else {"action": "expired", "text": text}
        if done["action"] == "follow":
            self._follower(person).follow(done["qr"])
        return {"text": done["text"]} if done["action"] == "expired" else {"chat": True}

    # what pages ask the app for

    def bridge(
        self, person: Person, kind: str, content: dict[str, Any], url: str
    ) -> dict[str, Any]:
        """Answer a page's call to WeixinJSBridge."""
        if kind == "preVerifyJSAPI":
            return {"answer": self._verify(person, content, url)}
        if kind == "getBrandWCPayRequest":
            return {"sheet": _sheet(self._payer.offer_jsapi(content, person.id)).told()}
        if kind == "requestSubscribeMessage":
            return {"subscribe": self._asked_notices(person, content)}
        if kind == "openLocation":
            place = " ".join(str(content.get(name, "")) for name in ("name", "address"))
            return {"tell": place.strip(), "answer": {"err_msg": "open_location:ok"}}
        if kind in ("geoLocation", "getLocation"):
            return {"answer": {"err_msg": f"{kind}:ok", **HERE}}
        return {"answer": {"err_msg": f"{kind}:ok"}}

    def _verify(self, person: Person, content: dict[str, Any], url: str) -> dict[str, Any]:
        """Check what wx.config hands in, against the page's real address."""
        told = {
            "url": out_of_view(url),
            "nonceStr": content.get("verifyNonceStr", ""),
            "timestamp": content.get("verifyTimestamp", ""),
            "signature": content.get("verifySignature", ""),
        }
        result = self._follower(person).check_page(told)["errMsg"].partition(":")[2]
        allowed = content.get("verifyJsApiList", [])
        return {
            "err_msg": f"preVerifyJSAPI:{result}",
            "verifyJsApiList": {name: "ok" for name in allowed},
        }

    def _asked_notices(self, person: Person, content: dict[str, Any]) -> list[dict[str, str]]:
        wanted = content.get("tmplIds", [])
        return [
            {"id": notice["template_id"], "title": notice["title"]}
            for notice in self._follower(person).notices()
            if notice["template_id"] in wanted
        ]


def _menu(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the menu's names with the places by which they are clicked."""
    return [
        {
            "name": button["name"],
            "position": [place],
            "entries": [
                {"name": kid["name"], "position": [place, under]}
                for under, kid in enumerate(button.get("sub_button") or [])
            ],
        }
        for place, button in enumerate(buttons)
    ]


def _sheet(offer: Offer) -> Sheet:
    return Sheet("wx", str(offer.order), offer.amount, offer.merchant, offer.description, ANSWERS)
