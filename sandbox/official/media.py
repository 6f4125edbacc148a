"""Uploaded files: temporary for three days, permanent, or pictures inside articles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from email import policy
from email.parser import BytesParser
from typing import Any

from simulation.gateway import Route
from simulation.messages import Answer, Call, Refusal
from simulation.store import Row

from .accounts import Account
from .desk import OK, Ask, Desk, Part, Reply, word
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_media (
    media_id TEXT PRIMARY KEY, appid TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    type TEXT NOT NULL, content BLOB NOT NULL, expires REAL, made REAL NOT NULL);
CREATE INDEX IF NOT EXISTS oa_media_kept ON oa_media (appid, kind, made);
"""
KINDS = ("image", "voice", "video", "thumb")
PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
TEMPORARY_SECONDS = 3 * 86400
ARTICLE_PICTURE_BYTES = 1024 * 1024
THUMB_BYTES = 64 * 1024


class Media(Part):
    """``/cgi-bin/media/…`` and ``/cgi-bin/material/…``."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self.store.create(DDL)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, material = self.desk.api, "/cgi-bin/material"
        return (
            api("POST", "/cgi-bin/media/upload", "media_upload", self._upload),
            api("GET", "/cgi-bin/media/get", "media_get", self._download),
            api("POST", "/cgi-bin/media/uploadimg", "media_uploadimg", self._article_picture),
            api("POST", f"{material}/add_material", "material_add", self._add),
            api("POST", f"{material}/get_material", "material_get", self._material),
            api("POST", f"{material}/del_material", "material_delete", self._delete),
            api("GET", f"{material}/get_materialcount", "material_count", self._count),
            api("POST", f"{material}/batchget_material", "material_list", self._list),
            Route("GET", "/mmbiz/{media}", "picture", self._picture),
        )

    def _upload(self, ask: Ask) -> Reply:
        kind, name, content = self._given(ask.call)
        number = self._keep(ask.account, kind, name, content, TEMPORARY_SECONDS)
        field = "thumb_media_id" if kind == "thumb" else "media_id"
        return {"type": kind, field: number, "created_at": self.desk.now()}

    def _add(self, ask: Ask) -> Reply:
        kind, name, content = self._given(ask.call)
        number = self._keep(ask.account, kind, name, content, None)
        return {"media_id": number, "url": self._url(number)}

    def _article_picture(self, ask: Ask) -> Reply:
        name, content = upload_of(ask.call)
        if _type_of(content) not in ("image/png", "image/jpeg"):
            raise fail(40005)
        if len(content) > ARTICLE_PICTURE_BYTES:
            raise fail(40009)
        return {**OK, "url": self._url(self._keep(ask.account, "article", name, content, None))}

    def _given(self, call: Call) -> tuple[str, str, bytes]:
        kind = call.query.get("type", "")
        if kind not in KINDS:
            raise fail(40004)
        name, content = upload_of(call)
        if kind in ("image", "thumb") and not _type_of(content).startswith("image/"):
            raise fail(40005)
        if kind == "thumb" and len(content) > THUMB_BYTES:
            raise fail(40009)
        return kind, name, content

    def _keep(
        self, account: Account, kind: str, name: str, content: bytes, seconds: int | None
    ) -> str:
        number, now = word(64), self.desk.clock.now()
        self.store.insert(
            "oa_media",
            media_id=number,
            appid=account.appid,
            kind=kind,
            name=name,
            type=_type_of(content),
            content=content,
            expires=now + seconds if seconds else None,
            made=now,
        )
        return number

    def _url(self, number: str) -> str:
        return f"{self.desk.world.addresses().get('official', '')}/mmbiz/{number}"

    def get(self, account: Account, media_id: object) -> Row:
        """Return a file.

        :raise Refusal: 41006 without a number, 40007 when it is unknown or too old.
        """
        if not isinstance(media_id, str) or not media_id:
            raise fail(41006 if not media_id else 40007)
        row = self.store.one(
            "SELECT * FROM oa_media WHERE media_id = ? AND appid = ?"
            " AND (expires IS NULL OR expires > ?)",
            (media_id, account.appid, self.desk.clock.now()),
        )
        if row is None:
            raise fail(40007)
        return row

    def permanent(self, account: Account, media_id: object) -> Row:
        """Return a file that stays.

        :raise Refusal: as :meth:`get`; 40007 for a temporary one too.
        """
        row = self.get(account, media_id)
        if row["expires"] is not None:
            raise fail(40007)
        return row

    def _download(self, ask: Ask) -> Reply:
        return _file(self.get(ask.account, ask.call.query.get("media_id", "")))

    def _material(self, ask: Ask) -> Reply:
        return _file(self.permanent(ask.account, ask.body.get("media_id")))

    def _delete(self, ask: Ask) -> Reply:
        row = self.permanent(ask.account, ask.body.get("media_id"))
        self.store.run("DELETE FROM oa_media WHERE media_id = ?", (row["media_id"],))
        return OK

    def _count(self, ask: Ask) -> Reply:
        rows = self.store.all(
            "SELECT kind, count(*) AS n FROM oa_media WHERE appid = ? AND expires IS NULL"
            " GROUP BY kind",
            (ask.account.appid,),
        )
        found = {row["kind"]: row["n"] for row in rows}
        kinds = ("voice", "video", "image")
        return {**{f"{kind}_count": found.get(kind, 0) for kind in kinds}, "news_count": 0}

    def _list(self, ask: Ask) -> Reply:
        kind, offset, count = ask.text("type", 40004), ask.body.get("offset"), ask.body.get("count")
        if kind not in KINDS:
            raise fail(40004)
        if not isinstance(offset, int) or not isinstance(count, int) or not 1 <= count <= 20:
            raise fail(40035)
        rows = self.store.all(
            "SELECT media_id, name, made, count(*) OVER () AS total FROM oa_media"
            " WHERE appid = ? AND kind = ? AND expires IS NULL ORDER BY made DESC LIMIT ? OFFSET ?",
            (ask.account.appid, kind, count, max(offset, 0)),
        )
        items: list[dict[str, Any]] = [
            {
                "media_id": row["media_id"],
                "name": row["name"],
                "update_time": int(row["made"]),
                "url": self._url(row["media_id"]),
            }
            for row in rows
        ]
        total = rows[0]["total"] if rows else 0
        return {"total_count": total, "item_count": len(items), "item": items}

    def _picture(self, call: Call) -> Answer:
        row = self.store.one("SELECT * FROM oa_media WHERE media_id = ?", (call.parts["media"],))
        return _file(row) if row else Answer.text("", 404)


def _file(row: Row) -> Answer:
    name = json.dumps(row["name"], ensure_ascii=True)
    head = {"Content-Type": row["type"], "Content-disposition": f"attachment; filename={name}"}
    return Answer(200, row["content"], head)


def _type_of(content: bytes) -> str:
    found = (kind for start, kind in PICTURES.items() if content.startswith(start))
    return next(found, "application/octet-stream")


def upload_of(call: Call) -> tuple[str, bytes]:
    """Return name and content of the file in a multipart body.

    :raise Refusal: 41005 when there is none, 44001 when it is empty.
    """
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise fail(41005)
    for name, content in _files(kind, call.body):
        if not content:
            raise fail(44001)
        return name, content
    raise fail(41005)


def _files(kind: str, body: bytes) -> Iterable[tuple[str, bytes]]:
    head = b"Content-Type: " + kind.encode("ascii", "ignore") + b"\r\n\r\n"
    try:
        message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
        parts = list(message.iter_parts()) if message.is_multipart() else []
        for part in parts:
            if part.get_param("name", header="content-disposition") == "media":
                content = part.get_payload(decode=True)
                yield part.get_filename() or "media", bytes(content or b"")
    except Refusal:
        raise
    except Exception as error:  # the standard parser stumbles in many ways over broken headers
        raise fail(41005) from error
