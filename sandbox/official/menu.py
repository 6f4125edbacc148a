"""The menu below the conversation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from simulation.gateway import Route
from simulation.store import Row

from .accounts import Account
from .desk import OK, Ask, Desk, Part, Reply
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_menu (
    menuid INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, rule TEXT NOT NULL,
    buttons TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS oa_menu_one ON oa_menu (appid) WHERE rule = '';
"""
FIRST_ID = 400_000_000
ESCAPED = re.compile(rb"\\u[0-9a-fA-F]{4}")
KEYED = (
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
)
MEDIA = ("media_id", "article_id", "article_view_limited")
NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
# codes for a button of the first and of the second level
TOP = {"type": 40017, "name": 40018, "key": 40019, "url": 40020, "domain": 40055}
SUB = {"type": 40024, "name": 40025, "key": 40026, "url": 40027, "domain": 40054}


class Menu(Part):
    """``/cgi-bin/menu/…``."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self.store.create(DDL)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, base = self.desk.api, "/cgi-bin/menu"
        return (
            api("POST", f"{base}/create", "menu_create", self._create),
            api("GET", f"{base}/get", "menu_get", self._get),
            api("GET", f"{base}/delete", "menu_delete", self._delete),
            api("POST", f"{base}/addconditional", "menu_addconditional", self._add_conditional),
            api("POST", f"{base}/delconditional", "menu_delconditional", self._del_conditional),
            api("GET", "/cgi-bin/get_current_selfmenu_info", "menu_info", self._info),
        )

    def _create(self, ask: Ask) -> Reply:
        buttons = _checked(ask)
        self.store.run("DELETE FROM oa_menu WHERE appid = ? AND rule = ''", (ask.account.appid,))
        self._insert(ask.account, "", buttons)
        self.desk.journal("menu", ask.account.appid, buttons=len(buttons))
        return OK

    def _insert(self, account: Account, rule: str, buttons: list[Any]) -> int:
        self.store.run(
            "INSERT INTO oa_menu SELECT max(?, ifnull(max(menuid), 0)) + 1, ?, ?, ? FROM oa_menu",
            (FIRST_ID, account.appid, rule, json.dumps(buttons, ensure_ascii=False)),
        )
        row = self.store.one("SELECT max(menuid) AS n FROM oa_menu")
        return int(row["n"]) if row else 0

    def _rows(self, account: Account) -> list[Row]:
        return self.store.all(
            "SELECT * FROM oa_menu WHERE appid = ? ORDER BY rule = '' DESC, menuid DESC",
            (account.appid,),
        )

    def _get(self, ask: Ask) -> Reply:
        rows = self._rows(ask.account)
        if not rows or rows[0]["rule"]:
            raise fail(46003)
        menus = [
            {"button": json.loads(row["buttons"]), "menuid": row["menuid"]}
            | ({"matchrule": json.loads(row["rule"])} if row["rule"] else {})
            for row in rows
        ]
        found: dict[str, Any] = {"menu": menus[0]}
        if menus[1:]:
            found["conditionalmenu"] = menus[1:]
        return found

    def _delete(self, ask: Ask) -> Reply:
        self.store.run("DELETE FROM oa_menu WHERE appid = ?", (ask.account.appid,))
        return OK

    def _add_conditional(self, ask: Ask) -> Reply:
        """Add a menu for the followers with one tag; it needs the common one first."""
        buttons, rule = _checked(ask), dict(ask.inner("matchrule", 40035))
        if not str(rule.get("tag_id", "")).isdigit():
            raise fail(40035)
        if not self._rows(ask.account):
            raise fail(46003)
        rule = {"tag_id": str(rule["tag_id"])}
        return {"menuid": str(self._insert(ask.account, json.dumps(rule), buttons))}

    def _del_conditional(self, ask: Ask) -> Reply:
        touched = self.store.run(
            "DELETE FROM oa_menu WHERE appid = ? AND menuid = ? AND rule != ''",
            (ask.account.appid, str(ask.body.get("menuid", ""))),
        )
        if not touched:
            raise fail(46003)
        return OK

    def _info(self, ask: Ask) -> Reply:
        rows = self._rows(ask.account)
        if not rows:
            return {"is_menu_open": 0}
        buttons = []
        for button in json.loads(rows[0]["buttons"]):
            below = button.get("sub_button")
            buttons.append({**button, "sub_button": {"list": below}} if below else button)
        return {"is_menu_open": 1, "selfmenu_info": {"button": buttons}}

    def shown(self, account: Account, tags: list[int]) -> list[dict[str, Any]]:
        """Return the buttons that a person with these tags sees."""
        rows = self._rows(account)
        for row in rows:
            if row["rule"] and int(json.loads(row["rule"])["tag_id"]) in tags:
                return list(json.loads(row["buttons"]))
        return list(json.loads(rows[0]["buttons"])) if rows else []


def _checked(ask: Ask) -> list[Any]:
    """Return the buttons of a body.

    :raise Refusal: 40033 escaped characters, 40016 number of buttons, 40023 of sub-buttons,
        and for one button 40017–40020, 40055 or 40024–40027, 40054.
    """
    if ESCAPED.search(ask.call.body):
        raise fail(40033)
    buttons = ask.body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise fail(40016)
    for button in buttons:
        if not isinstance(button, dict):
            raise fail(40016)
        _check_top(button, ask.account)
    return buttons


def _check_top(button: Mapping[str, Any], account: Account) -> None:
    below = button.get("sub_button")
    if not below:
        _check_button(button, account, TOP, NAME_BYTES)
        return
    _check_size(button.get("name"), NAME_BYTES, TOP["name"])
    if not isinstance(below, list) or len(below) > 5:
        raise fail(40023)
    for one in below:
        if not isinstance(one, dict) or one.get("sub_button"):
            raise fail(40023)
        _check_button(one, account, SUB, SUB_NAME_BYTES)


def _check_size(value: object, most: int, code: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= most:
        raise fail(code)


def _check_button(
    button: Mapping[str, Any], account: Account, codes: Mapping[str, int], name_bytes: int
) -> None:
    _check_size(button.get("name"), name_bytes, codes["name"])
    kind = button.get("type")
    if kind in KEYED:
        _check_size(button.get("key"), KEY_BYTES, codes["key"])
    elif kind in ("view", "miniprogram"):
        _check_size(button.get("url"), URL_BYTES, codes["url"])
        if not _is_web(str(button["url"])):
            raise fail(codes["domain"])
        if kind == "miniprogram" and button.get("appid") not in account.settings["miniprograms"]:
            raise fail(40013)
    elif kind in MEDIA:
        field = "media_id" if kind == "media_id" else "article_id"
        _check_size(button.get(field), KEY_BYTES, 40007)
    else:
        raise fail(codes["type"])


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
