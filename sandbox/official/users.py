"""What the account may know about its followers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulation.gateway import Route
from simulation.store import Row

from .contacts import Contacts
from .desk import OK, Ask, Desk, Part, Reply
from .errors import fail
from .tags import Tags

PAGE = 10_000
BATCH = 100
REMARK_CHARACTERS = 30


class Users(Part):
    """``/cgi-bin/user/…``."""

    def __init__(self, desk: Desk, contacts: Contacts, tags: Tags):
        super().__init__(desk)
        self._contacts, self._tags = contacts, tags

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api = self.desk.api
        return (
            api("GET", "/cgi-bin/user/info", "user_info", self._info),
            api("POST", "/cgi-bin/user/info/batchget", "user_info_batch", self._batch),
            api("GET", "/cgi-bin/user/get", "user_get", self._list),
            api("POST", "/cgi-bin/user/info/updateremark", "user_remark", self._remark),
        )

    def _info(self, ask: Ask) -> Reply:
        openid = ask.call.query.get("openid", "")
        if not openid:
            raise fail(41009)
        return self._described(self._contacts.known(ask.account, openid))

    def _batch(self, ask: Ask) -> Reply:
        wanted = ask.body.get("user_list")
        if not isinstance(wanted, list) or not wanted:
            raise fail(40031)
        if len(wanted) > BATCH:
            raise fail(40032)
        found = []
        for one in wanted:
            openid = one.get("openid") if isinstance(one, dict) else None
            found.append(self._described(self._contacts.known(ask.account, openid)))
        return {"user_info_list": found}

    def _described(self, row: Row) -> dict[str, Any]:
        """Return a follower; name and picture are empty since 27 December 2021."""
        if not row["following"]:
            return {"subscribe": 0, "openid": row["openid"]}
        person = self._contacts.person(row)
        return {
            "subscribe": 1,
            "openid": row["openid"],
            "nickname": "",
            "sex": 0,
            "language": "zh_CN",
            "city": "",
            "province": "",
            "country": "",
            "headimgurl": "",
            "subscribe_time": int(row["since"]),
            "unionid": person.unionid,
            "remark": row["remark"],
            "groupid": 0,
            "tagid_list": self._tags.of(row),
            "subscribe_scene": row["way"],
            "qr_scene": row["qr_scene"],
            "qr_scene_str": row["qr_scene_str"],
        }

    def _list(self, ask: Ask) -> Reply:
        after = 0
        if start := ask.call.query.get("next_openid"):
            after = self._contacts.known(ask.account, start)["id"]
        rows = self._contacts.page(ask.account, after, PAGE)
        found: dict[str, Any] = {
            "total": self._contacts.count(ask.account),
            "count": len(rows),
            "next_openid": rows[-1]["openid"] if rows else "",
        }
        if rows:
            found["data"] = {"openid": [row["openid"] for row in rows]}
        return found

    def _remark(self, ask: Ask) -> Reply:
        row = self._contacts.follower(ask.account, ask.body.get("openid"))
        remark = ask.body.get("remark")
        if not isinstance(remark, str) or len(remark) >= REMARK_CHARACTERS:
            raise fail(40035)
        self._contacts.set(row, remark=remark)
        return OK
