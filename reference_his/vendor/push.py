"""Events pushed to partners: signed like calls, in the JSON interface's words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from simulation.outgoing import Delivery
from simulation.world import World

from ..events import FACTS
from ..feed import Event, Feed
from .partners import Accounts
from .words_json import DIALECT

DDL = """
CREATE TABLE IF NOT EXISTS vendor_subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, url TEXT NOT NULL,
    kinds TEXT NOT NULL);
"""
# what an event is about, where its kind does not say it in the tables' words
THINGS = {"inpatient": "daily"}
STALE_SECONDS = 3 * 24 * 3600


def content_of(kind: str, facts: dict[str, Any]) -> Any:
    """Return an event's facts in the partner's words."""
    thing = kind.partition(".")[0]
    return DIALECT.encode(THINGS.get(thing, thing), facts)


class Subscription:
    """One partner's wish to be told kinds of event."""

    def __init__(self, world: World, gateway: str, row: dict[str, Any]):
        self._world, self._gateway = world, gateway
        self._appid, self._url, self._kinds = row["appid"], row["url"], set(row["kinds"])
        self.front = f"{gateway}:{row['appid']}:{row['id']}"

    async def close(self) -> None:
        """Keep nothing open: callbacks have connections of their own."""

    async def tell(self, event: Event) -> None:
        """Push once, then let the next event come; repetitions are the delivery's business."""
        if event.kind not in self._kinds:
            return
        content = {
            "event_id": event.id,
            "event": event.kind,
            "time": event.at,
            "key": event.key,
            "facts": event.facts,
        }
        outgoing = self._world.outgoing
        number = outgoing.post(
            self._gateway, "push", self._url, content, merchant=self._appid, key=event.key
        )
        await outgoing.first_try(number)


class Pushes:
    """All subscriptions."""

    def __init__(self, world: World, feed: Feed, accounts: Accounts, gateway: str):
        self._world, self._feed, self._accounts, self._gateway = world, feed, accounts, gateway
        self._fronts: set[str] = set()

    def prepare(self) -> None:
        """Go on telling those who subscribed, and nobody else."""
        self._world.store.create(DDL)
        for front in self._fronts:
            self._feed.cancel(front)
        self._fronts = set()
        for row in self.listed():
            self._begin(row)

    def _begin(self, row: dict[str, Any]) -> None:
        subscription = Subscription(self._world, self._gateway, row)
        self._fronts.add(subscription.front)
        self._feed.subscribe(subscription, from_now=True)

    def listed(self) -> list[dict[str, Any]]:
        """Return all subscriptions: id, appid, url, kinds."""
        rows = self._world.store.all("SELECT * FROM vendor_subscription ORDER BY id")
        return [{**dict(row), "kinds": json.loads(row["kinds"])} for row in rows]

    def add(self, appid: str, url: str, kinds: Iterable[str]) -> dict[str, Any]:
        """Subscribe a partner from now on.

        :raise ValueError: for an unknown partner, address or kind.
        """
        wanted = list(kinds) or sorted(FACTS)
        if appid not in self._accounts.secrets:
            raise ValueError(f"There is no partner '{appid}'.")
        if not url.startswith(("http://", "https://")):
            raise ValueError("A push goes to an http address.")
        if unknown := set(wanted) - set(FACTS):
            raise ValueError(f"There are no events {sorted(unknown)}.")
        number = self._world.store.insert(
            "vendor_subscription", appid=appid, url=url, kinds=json.dumps(wanted)
        )
        row = {"id": number, "appid": appid, "url": url, "kinds": wanted}
        self._begin(row)
        return row

    def remove(self, number: int) -> bool:
        """End a subscription; tell whether there was one."""
        for row in self.listed():
            if row["id"] == number:
                front = Subscription(self._world, self._gateway, row).front
                self._fronts.discard(front)
                self._feed.cancel(front)
        removed = self._world.store.run("DELETE FROM vendor_subscription WHERE id = ?", (number,))
        return bool(removed)

    def request(self, delivery: Delivery, damage: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of a push."""
        told = dict(delivery.content)
        told["data"] = content_of(told["event"], told.pop("facts"))
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        age = STALE_SECONDS if damage == "stale" else 0.0
        headers = self._accounts.headers(delivery.merchant, text, damage == "bad_signature", age)
        if damage == "tampered":
            text = text.replace('"event_id":', '"event_id":1', 1)
        return {**headers, "Content-Type": "application/json; charset=UTF-8"}, text.encode()
