"""Articles: drafts, and their publication."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from simulation.gateway import Route
from simulation.messages import Answer, Call
from simulation.store import Row

from .accounts import Account
from .callbacks import Callbacks
from .desk import OK, Ask, Desk, Part, Reply, word
from .errors import fail
from .media import Media

DDL = """
CREATE TABLE IF NOT EXISTS oa_draft (
    media_id TEXT PRIMARY KEY, appid TEXT NOT NULL, articles TEXT NOT NULL, changed REAL NOT NULL);
CREATE INDEX IF NOT EXISTS oa_draft_changed ON oa_draft (appid, changed);
CREATE TABLE IF NOT EXISTS oa_publication (
    publish_id INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, media_id TEXT NOT NULL,
    article_id TEXT NOT NULL UNIQUE, articles TEXT NOT NULL, at REAL NOT NULL);
"""
FIRST_PUBLISH_ID = 100_000_000
TITLE, AUTHOR, DIGEST, CONTENT = 64, 16, 120, 20_000
MOST = 8


class Drafts(Part):
    """``/cgi-bin/draft/…`` and ``/cgi-bin/freepublish/…``."""

    def __init__(self, desk: Desk, media: Media, callbacks: Callbacks):
        super().__init__(desk)
        self._media, self._callbacks = media, callbacks
        self.store.create(DDL)

    def routes(self) -> Iterable[Route]:
        """Return the addresses of this part."""
        api, draft, publish = self.desk.api, "/cgi-bin/draft", "/cgi-bin/freepublish"
        return (
            api("POST", f"{draft}/add", "draft_add", self._add),
            api("POST", f"{draft}/get", "draft_get", self._get),
            api("POST", f"{draft}/update", "draft_update", self._update),
            api("POST", f"{draft}/delete", "draft_delete", self._delete),
            api("GET", f"{draft}/count", "draft_count", self._count),
            api("POST", f"{draft}/batchget", "draft_list", self._list),
            api("POST", f"{publish}/submit", "freepublish_submit", self._submit),
            api("POST", f"{publish}/get", "freepublish_get", self._published),
            Route("GET", "/s/{article}", "article", self._page),
        )

    def _add(self, ask: Ask) -> Reply:
        articles = ask.body.get("articles")
        if not isinstance(articles, list) or not articles:
            raise fail(44003)
        if len(articles) > MOST:
            raise fail(45008)
        kept = [self._article(ask.account, article) for article in articles]
        number = word(64)
        self.store.insert(
            "oa_draft",
            media_id=number,
            appid=ask.account.appid,
            articles=json.dumps(kept, ensure_ascii=False),
            changed=self.desk.clock.now(),
        )
        return {"media_id": number}

    def _article(self, account: Account, given: object) -> dict[str, Any]:
        """Return an article that can be kept.

        :raise Refusal: 45003 title, 44004 and 45002 content, 40007 cover.
        """
        article: Mapping[str, Any] = given if isinstance(given, dict) else {}
        title, content = article.get("title"), article.get("content")
        if not isinstance(title, str) or not 1 <= len(title) <= TITLE:
            raise fail(45003)
        if not isinstance(content, str) or not content:
            raise fail(44004)
        if len(content) >= CONTENT:
            raise fail(45002)
        cover = self._media.permanent(account, article.get("thumb_media_id"))
        texts = {
            name: str(article.get(name, ""))[:most]
            for name, most in (("author", AUTHOR), ("digest", DIGEST), ("content_source_url", 1024))
        }
        return {"title": title, "content": content, **texts, "thumb_media_id": cover["media_id"]}

    def draft(self, account: Account, media_id: object) -> Row:
        """Return a draft.

        :raise Refusal: 40007 when there is none.
        """
        row = isinstance(media_id, str) and self.store.one(
            "SELECT * FROM oa_draft WHERE media_id = ? AND appid = ?", (media_id, account.appid)
        )
        if not row:
            raise fail(40007)
        return row

    def _get(self, ask: Ask) -> Reply:
        return _content(self.draft(ask.account, ask.body.get("media_id")))

    def _update(self, ask: Ask) -> Reply:
        row, place = self.draft(ask.account, ask.body.get("media_id")), ask.body.get("index")
        articles = json.loads(row["articles"])
        if not isinstance(place, int) or not 0 <= place < len(articles):
            raise fail(40035)
        articles[place] = self._article(ask.account, ask.body.get("articles"))
        self.store.run(
            "UPDATE oa_draft SET articles = ?, changed = ? WHERE media_id = ?",
            (json.dumps(articles, ensure_ascii=False), self.desk.clock.now(), row["media_id"]),
        )
        return OK

    def _delete(self, ask: Ask) -> Reply:
        row = self.draft(ask.account, ask.body.get("media_id"))
        self.store.run("DELETE FROM oa_draft WHERE media_id = ?", (row["media_id"],))
        return OK

    def _total(self, account: Account) -> int:
        row = self.store.one("SELECT count(*) AS n FROM oa_draft WHERE appid = ?", (account.appid,))
        return int(row["n"]) if row else 0

    def _count(self, ask: Ask) -> Reply:
        return {"total_count": self._total(ask.account)}

    def _list(self, ask: Ask) -> Reply:
        offset, count = ask.body.get("offset"), ask.body.get("count")
        if not isinstance(offset, int) or not isinstance(count, int) or not 1 <= count <= 20:
            raise fail(40035)
        rows = self.store.all(
            "SELECT * FROM oa_draft WHERE appid = ? ORDER BY changed DESC LIMIT ? OFFSET ?",
            (ask.account.appid, count, max(offset, 0)),
        )
        items = [
            {
                "media_id": row["media_id"],
                "content": _content(row),
                "update_time": int(row["changed"]),
            }
            for row in rows
        ]
        return {"total_count": self._total(ask.account), "item_count": len(items), "item": items}

    # --- publication

    def publish(self, account: Account, row: Row) -> Row:
        """Make articles public and return the publication."""
        self.store.run(
            "INSERT INTO oa_publication SELECT max(?, ifnull(max(publish_id), 0)) + 1, ?, ?, ?, ?,"
            " ? FROM oa_publication",
            (
                FIRST_PUBLISH_ID,
                account.appid,
                row["media_id"],
                word(22),
                row["articles"],
                self.desk.clock.now(),
            ),
        )
        made = self.store.one("SELECT * FROM oa_publication ORDER BY publish_id DESC LIMIT 1")
        if made is None:
            raise KeyError(row["media_id"])
        return made

    def links(self, publication: Row) -> list[dict[str, Any]]:
        """Return title, digest, picture and address of the articles."""
        home = self.desk.world.addresses().get("official", "")
        return [
            {
                "title": article["title"],
                "digest": article["digest"],
                "picture": f"{home}/mmbiz/{article['thumb_media_id']}",
                "url": f"{home}/s/{publication['article_id']}?idx={place}",
            }
            for place, article in enumerate(json.loads(publication["articles"]), 1)
        ]

    def _submit(self, ask: Ask) -> Reply:
        row = self.draft(ask.account, ask.body.get("media_id"))
        made = self.publish(ask.account, row)
        self.store.run("DELETE FROM oa_draft WHERE media_id = ?", (row["media_id"],))
        self.desk.journal("published", str(made["publish_id"]), article_id=made["article_id"])
        items = [
            {"idx": place, "article_url": link["url"]}
            for place, link in enumerate(self.links(made), 1)
        ]
        info = {
            "publish_id": made["publish_id"],
            "publish_status": 0,
            "article_id": made["article_id"],
            "article_detail": {"count": len(items), "item": items},
        }
        event = {"MsgType": "event", "Event": "PUBLISHJOBFINISH", "PublishEventInfo": info}
        self._callbacks.push(ask.account, ask.account.original_id, event, str(made["publish_id"]))
        return {**OK, "publish_id": str(made["publish_id"]), "msg_data_id": made["publish_id"]}

    def _published(self, ask: Ask) -> Reply:
        row = self.store.one(
            "SELECT * FROM oa_publication WHERE publish_id = ? AND appid = ?",
            (str(ask.body.get("publish_id", "")), ask.account.appid),
        )
        if row is None:
            raise fail(53600)
        items = [
            {"idx": place, "article_url": link["url"]}
            for place, link in enumerate(self.links(row), 1)
        ]
        return {
            "publish_id": str(row["publish_id"]),
            "publish_status": 0,
            "article_id": row["article_id"],
            "article_detail": {"count": len(items), "item": items},
            "fail_idx": [],
        }

    def _page(self, call: Call) -> Answer:
        """Show one article, as its author wrote it; scripts are not run."""
        row = self.store.one(
            "SELECT * FROM oa_publication WHERE article_id = ?", (call.parts["article"],)
        )
        place = call.query.get("idx", "1")
        articles = json.loads(row["articles"]) if row else []
        if not place.isdigit() or not 1 <= int(place) <= len(articles):
            return Answer.text("", 404)
        article = articles[int(place) - 1]
        page = (
            "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport"
            ' content="width=device-width,initial-scale=1">'
            f"<title>{_plain(article['title'])}</title><h1>{_plain(article['title'])}</h1>"
            f"<p>{_plain(article['author'])}</p>{article['content']}</html>"
        )
        answer = Answer.text(page, kind="text/html")
        answer.headers["Content-Security-Policy"] = "script-src 'none'; object-src 'none'"
        return answer


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _content(row: Row) -> dict[str, Any]:
    return {"news_item": json.loads(row["articles"]), "update_time": int(row["changed"])}
