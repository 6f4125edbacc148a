"""Who is it: the authorisation page and the exchange of its code for a user number."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.keys import KeyFolder
from simulation.messages import Answer, Call
from simulation.store import Row
from simulation.world import World

from . import pages
from .accounts import Accounts, Application
from .errors import refusal
from .notices import clock_text
from .protocol import Request
from .signing import digest
from .trades import Trades

CODE_SECONDS = 24 * 3600
TOKEN_SECONDS = 15 * 86400
REFRESH_SECONDS = 30 * 86400
SCOPES = ("auth_base", "auth_user")


class Authorize:
    """Handlers of publicAppAuthorize.htm and alipay.system.oauth.token."""

    def __init__(self, world: World, accounts: Accounts, trades: Trades):
        self._world, self._store = world, world.store
        self._accounts, self._trades = accounts, trades
        self._secret = KeyFolder(world.folder / "keys" / "alipay").word("grants")

    def show(self, call: Call) -> Answer:
        """Send a known person straight back for auth_base, else ask."""
        app, asked = self._asked(call)
        person = pages.person_of(call)
        if person and asked["scope"] == "auth_base":
            return self._back(app, asked, person)
        chooser = pages.chooser(self._trades.people.all(), person)
        body = (
            f"<h1>{app.seller_name}</h1><p>申请获得你的支付宝用户标识</p>"
            f"{pages.form(chooser, '同意', '拒绝')}"
        )
        return pages.page("支付宝授权", body)

    def submit(self, call: Call) -> Answer:
        """Agree or refuse."""
        app, asked = self._asked(call)
        if call.form.get("do") != "yes":
            return pages.page("支付宝授权", "<h1>授权已取消</h1>")
        return self._back(app, asked, pages.person_of(call))

    def _asked(self, call: Call) -> tuple[Application, dict[str, str]]:
        query = {name: _clean(value) for name, value in call.query.items()}
        app = self._accounts.get(query.get("app_id", ""))
        if app is None:
            raise refusal("isv.invalid-app-id")
        scope, target = query.get("scope", ""), query.get("redirect_uri", "")
        try:
            parts = urlsplit(target)
        except ValueError:
            parts = urlsplit("")
        if scope not in SCOPES or parts.scheme not in ("http", "https") or not parts.netloc:
            raise refusal("isv.invalid-parameter")
        return app, {"scope": scope, "target": target, "state": query.get("state", "")}

    def _back(self, app: Application, asked: dict[str, str], person: str) -> Answer:
        try:
            code = self.grant(app.app_id, person, asked["scope"])
        except KeyError:
            raise refusal("isv.invalid-parameter", "person") from None
        told = {
            "app_id": app.app_id,
            "source": "alipay_wallet",
            "scope": asked["scope"],
            "auth_code": code,
        }
        if asked["state"]:
            told["state"] = asked["state"]
        mark = "&" if "?" in asked["target"] else "?"
        return Answer(302, b"", {"Location": f"{asked['target']}{mark}{urlencode(told)}"})

    def grant(self, app_id: str, person: str, scope: str = "auth_base") -> str:
        """Return an auth_code of a person for an application.

        :raise KeyError: when there is no such person.
        """
        self._trades.people.get(person)
        return self._issue("code", app_id, person, scope, CODE_SECONDS)

    def _issue(self, kind: str, app_id: str, person: str, scope: str, seconds: float) -> str:
        row = self._store.one("SELECT count(*) AS n FROM alipay_grant")
        code = digest(self._secret, kind, str(row["n"] if row else 0))
        self._store.insert(
            "alipay_grant",
            code=code,
            kind=kind,
            app_id=app_id,
            person=person,
            scope=scope,
            expires=self._world.clock.now() + seconds,
        )
        return code

    def token(self, request: Request) -> dict[str, Any]:
        """Exchange an auth_code or a refresh_token; the parameters are no biz_content here."""
        asked = request.parameters
        kinds = {
            "authorization_code": ("code", asked.get("code", ""), "isv.code-invalid"),
            "refresh_token": (
                "refresh",
                asked.get("refresh_token", ""),
                "isv.refresh-token-invalid",
            ),
        }
        if asked.get("grant_type") not in kinds:
            raise refusal("isv.grant-type-invalid")
        kind, word, sub_code = kinds[asked["grant_type"]]
        row = self._use(kind, word, request.app.app_id)
        if row is None:
            raise refusal(sub_code)
        who = (request.app.app_id, row["person"], row["scope"])
        return {
            "user_id": self._trades.people.get(row["person"]).alipay_id,
            "access_token": self._issue("access", *who, TOKEN_SECONDS),
            "expires_in": TOKEN_SECONDS,
            "refresh_token": self._issue("refresh", *who, REFRESH_SECONDS),
            "re_expires_in": REFRESH_SECONDS,
            "auth_start": clock_text(self._world.clock.now()),
        }

    def _use(self, kind: str, word: str, app_id: str) -> Row | None:
        used = self._store.run(
            "UPDATE alipay_grant SET used = 1 WHERE code = ? AND kind = ? AND app_id = ?"
            " AND used = 0 AND expires > ?",
            (word, kind, app_id, self._world.clock.now()),
        )
        found = self._store.one("SELECT * FROM alipay_grant WHERE code = ?", (word,))
        return found if used else None


def _clean(text: str) -> str:
    return text.encode(errors="replace").decode()
