"""QR codes that carry a scene: a doctor, a desk, a ward."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import qrcode
from qrcode.image.pil import PilImage

from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.store import Row

from .desk import Ask, Desk, Part, Reply, plain, word
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_qr (
    ticket TEXT PRIMARY KEY, appid TEXT NOT NULL, url TEXT NOT NULL UNIQUE, scene TEXT NOT NULL,
    number INTEGER NOT NULL, permanent INTEGER NOT NULL, expires REAL);
CREATE UNIQUE INDEX IF NOT EXISTS oa_qr_permanent ON oa_qr (appid, scene, number)
    WHERE permanent = 1;
"""
SHORTEST_SECONDS, LONGEST_SECONDS = 60, 30 * 86400
MOST_PERMANENT = 100_000
# action to: permanent, number instead of text
ACTIONS = {
    "QR_SCENE": (False, True),
    "QR_STR_SCENE": (False, False),
    "QR_LIMIT_SCENE": (True, True),
    "QR_LIMIT_STR_SCENE": (True, False),
}


class QrCodes(Part):
    """``/cgi-bin/qrcode/create`` and ``/cgi-bin/showqrcode``."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self.store.create(DDL)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        return (
            self.desk.api("POST", "/cgi-bin/qrcode/create", "qrcode_create", self._create),
            plain("GET", "/cgi-bin/showqrcode", "qrcode_show", self._show),
        )

    def _create(self, ask: Ask) -> Reply:
        action = ACTIONS.get(ask.text("action_name", 40052))
        if action is None:
            raise fail(40052)
        permanent, numbered = action
        info = ask.inner("action_info", 40053)
        scene = _scene(info.get("scene"), permanent, numbered)
        if permanent:
            return self._described(self._permanent(ask, scene, numbered))
        seconds = ask.body.get("expire_seconds", SHORTEST_SECONDS)
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 1:
            raise fail(40035)
        seconds = min(seconds, LONGEST_SECONDS)
        expires = self.desk.clock.now() + seconds
        row = self._insert(ask, scene, numbered, False, expires)
        return {**self._described(row), "expire_seconds": seconds}

    def _permanent(self, ask: Ask, scene: str, numbered: bool) -> Row:
        """Return the code of a scene; the same scene is one code for ever."""
        row = self.store.one(
            "SELECT * FROM oa_qr WHERE appid = ? AND scene = ? AND number = ? AND permanent = 1",
            (ask.account.appid, scene, numbered),
        )
        if row:
            return row
        count = self.store.one(
            "SELECT count(*) AS n FROM oa_qr WHERE appid = ? AND permanent = 1",
            (ask.account.appid,),
        )
        if count and count["n"] >= ask.account.settings["most_permanent_codes"]:
            raise fail(45029)
        return self._insert(ask, scene, numbered, True, None)

    def _insert(
        self, ask: Ask, scene: str, numbered: bool, permanent: bool, expires: float | None
    ) -> Row:
        ticket = "gQ" + word(94)
        self.store.insert(
            "oa_qr",
            ticket=ticket,
            appid=ask.account.appid,
            url=f"http://weixin.qq.com/q/02{word(22)}",
            scene=scene,
            number=int(numbered),
            permanent=int(permanent),
            expires=expires,
        )
        row = self.store.one("SELECT * FROM oa_qr WHERE ticket = ?", (ticket,))
        if row is None:
            raise KeyError(ticket)
        return row

    @staticmethod
    def _described(row: Row) -> dict[str, Any]:
        return {"ticket": row["ticket"], "url": row["url"]}

    def _show(self, call: Call) -> Answer:
        row = self.store.one(
            "SELECT * FROM oa_qr WHERE ticket = ?", (call.query.get("ticket", ""),)
        )
        if row is None:
            return Answer.text("", 404)
        return Answer(200, picture(row["url"]), {"Content-Type": "image/png"})

    def by_url(self, url: str) -> Row | None:
        """Return the code that a scanned text belongs to, while it is valid."""
        return self.store.one(
            "SELECT * FROM oa_qr WHERE url = ? AND (expires IS NULL OR expires > ?)",
            (url, self.desk.clock.now()),
        )


def picture(text: str) -> bytes:
    """Return a text as QR code in a PNG file."""
    code = qrcode.QRCode(border=4, box_size=8)
    code.add_data(text)
    image = code.make_image(image_factory=PilImage)
    stream = io.BytesIO()
    image.save(stream, format="PNG")
    return stream.getvalue()


def _scene(given: object, permanent: bool, numbered: bool) -> str:
    """Return the scene of a body.

    :raise Refusal: 40053 when it is missing or out of its range.
    """
    scene: Mapping[str, Any] = given if isinstance(given, dict) else {}
    if numbered:
        value = scene.get("scene_id")
        most = MOST_PERMANENT if permanent else 2**32 - 1
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise fail(40053)
        return str(value)
    text = scene.get("scene_str")
    if not isinstance(text, str) or not 1 <= len(text) <= 64:
        raise fail(40053)
    return text
