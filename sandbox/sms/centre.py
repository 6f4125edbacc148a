"""The message centre: limits, delivery, reports and replies, whoever sends."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulation.clock import moment
from simulation.schedule import Job
from simulation.store import Row
from simulation.world import World

from .texts import SEGMENT_FEN, VERIFICATION, Template, segments, signed

DDL = """
CREATE TABLE IF NOT EXISTS sms_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, serial TEXT NOT NULL,
    mobile TEXT NOT NULL, sign TEXT NOT NULL, template TEXT NOT NULL, kind INTEGER NOT NULL,
    text TEXT NOT NULL, own TEXT NOT NULL, segments INTEGER NOT NULL, price_fen INTEGER NOT NULL,
    accepted REAL NOT NULL, state TEXT NOT NULL DEFAULT 'accepted'
    CHECK (state IN ('accepted', 'delivered', 'failed')),
    code TEXT NOT NULL DEFAULT '', done REAL, unread INTEGER NOT NULL DEFAULT 1,
    pulled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS sms_message_mobile ON sms_message (mobile, accepted);
CREATE INDEX IF NOT EXISTS sms_message_pull ON sms_message (vendor, id)
    WHERE pulled = 0 AND state != 'accepted';
CREATE TABLE IF NOT EXISTS sms_reply (
    id INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, mobile TEXT NOT NULL,
    sign TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL, pulled INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS sms_line (mobile TEXT PRIMARY KEY, code TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sms_stop (
    mobile TEXT NOT NULL, sign TEXT NOT NULL, PRIMARY KEY (mobile, sign)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sms_nonce (nonce TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sms_nonce_until ON sms_nonce (until);
CREATE TABLE IF NOT EXISTS sms_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
NAME = "sms"
ARRIVE = "sms.arrive"
ALIYUN, TENCENT = "aliyun", "tencent"
VENDORS = (ALIYUN, TENCENT)
DELIVERED = "DELIVERED"
# what a phone's line can be, and the code that the carrier reports then
LINES = {
    "off": "MK:0001",
    "unknown": "MI:0001",
    "stopped": "MK:0013",
    "full": "MK:0024",
    "undeliverable": "UNDELIV",
}
STOPPED = "MOBILE_IN_BLACK"
HOUR, DAY = 3600, 86400
# calls, windows in seconds; None counts the Beijing day
DEFAULTS: Mapping[str, Any] = {
    "limits": {
        ALIYUN: {"verification": [[60, 1], [HOUR, 5], [None, 10]], "notice": [[None, 50]]},
        TENCENT: {"verification": [[30, 1], [HOUR, 5], [None, 10]], "notice": [[None, 50]]},
    },
    "report_urls": {},
    "reply_urls": {},
}


@dataclass(frozen=True)
class Letter:
    """One message to one mobile.

    :param str own: what the sender calls it (``OutId``, ``SessionContext``).
    """

    vendor: str
    mobile: str
    sign: str
    template: Template
    values: Mapping[str, str]
    own: str = ""


class Centre:
    """Takes messages in, lets them arrive, tells their senders."""

    def __init__(self, world: World):
        self.world, self.store, self.clock = world, world.store, world.clock
        self.store.create(DDL)
        world.scheduler.register(ARRIVE, self._arrive)

    # --- settings

    def setting(self, name: str) -> Any:
        """Return one of :data:`DEFAULTS`, as it was changed since the last reset."""
        row = self.store.one("SELECT value FROM sms_setting WHERE name = ?", (name,))
        return json.loads(row["value"]) if row else DEFAULTS[name]

    def change(self, **settings: Any) -> None:
        """Change settings.

        :raise ValueError: when there is no such setting.
        """
        if unknown := set(settings) - set(DEFAULTS):
            raise ValueError(f"The centre has no {sorted(unknown)}: it has {sorted(DEFAULTS)}.")
        for name, value in settings.items():
            self.store.run(
                "INSERT OR REPLACE INTO sms_setting VALUES (?, ?)", (name, json.dumps(value))
            )

    def set_line(self, mobile: str, state: str) -> None:
        """Say how a mobile is reached: ``on`` or one of :data:`LINES`.

        :raise KeyError: for another state.
        """
        self.store.run("DELETE FROM sms_line WHERE mobile = ?", (mobile,))
        if state != "on":
            self.store.insert("sms_line", mobile=mobile, code=LINES[state])

    # --- who calls

    def is_fresh(self, at: float, seconds: float) -> bool:
        """Tell whether a signed time is now, on the virtual clock or on the caller's own."""
        return min(abs(at - self.clock.now()), abs(at - time.time())) <= seconds

    def is_new(self, nonce: str, seconds: float) -> bool:
        """Take a nonce; tell whether it comes for the first time."""
        now = self.clock.now()
        self.store.run("DELETE FROM sms_nonce WHERE until <= ?", (now,))
        return bool(
            self.store.run(
                "INSERT INTO sms_nonce VALUES (?, ?) ON CONFLICT DO NOTHING", (nonce, now + seconds)
            )
        )

    # --- sending

    def limit_hit(self, vendor: str, mobile: str, kind: int) -> list[Any] | None:
        """Return the limit ``[seconds, messages]`` that one more message would break."""
        limits = self.setting("limits")[vendor]
        now = self.clock.now()
        for seconds, most in limits["verification" if kind == VERIFICATION else "notice"]:
            since = now - seconds if seconds else _midnight(now)
            row = self.store.one(
                "SELECT count(*) AS n FROM sms_message WHERE mobile = ? AND accepted > ?"
                " AND vendor = ? AND kind = ?",
                (mobile, since, vendor, kind),
            )
            if row and row["n"] >= most:
                return [seconds, most]
        return None

    def has_stopped(self, mobile: str, sign: str, kind: int) -> bool:
        """Tell whether a person unsubscribed; codes of verification arrive all the same."""
        return kind != VERIFICATION and bool(
            self.store.one("SELECT 1 FROM sms_stop WHERE mobile = ? AND sign = ?", (mobile, sign))
        )

    def new_serial(self, vendor: str) -> str:
        """Return a number for a request, in the form of the vendor."""
        digits = f"{secrets.randbelow(10**12):012d}"
        at = f"{int(self.clock.now() * 1000)}"
        return f"{digits}{at}^0" if vendor == ALIYUN else f"5000:{digits}{at}"

    def accept(self, letter: Letter, serial: str) -> Row:
        """Take a message in; it arrives later."""
        text = signed(letter.sign, letter.template.fill(letter.values))
        parts = segments(text)
        number = self.store.insert(
            "sms_message",
            vendor=letter.vendor,
            serial=serial,
            mobile=letter.mobile,
            sign=letter.sign,
            template=getattr(letter.template, letter.vendor),
            kind=letter.template.kind,
            text=text,
            own=letter.own,
            segments=parts,
            price_fen=parts * SEGMENT_FEN,
            accepted=self.clock.now(),
        )
        self.world.journal.write(
            NAME,
            "accepted",
            serial,
            vendor=letter.vendor,
            mobile=letter.mobile,
            purpose=letter.template.purpose,
            text=text,
            segments=parts,
            price_fen=parts * SEGMENT_FEN,
        )
        facts = {"merchant": letter.vendor, "key": letter.mobile}
        late = self.world.faults.take("sms_late", NAME, "deliver", facts)
        if not self.world.faults.take("sms_lost", NAME, "deliver", facts):
            after = late.number("seconds", 600) if late else 0.0
            self.world.scheduler.add(ARRIVE, str(number), after)
        return self.get(number)

    def get(self, number: int) -> Row:
        """Return a message.

        :raise KeyError: when there is none.
        """
        return self.store.row("sms_message", number)

    # --- arriving

    async def _arrive(self, job: Job) -> None:
        with self.store.transaction():
            self._settle(self.get(int(job.key)))

    def _settle(self, row: Row) -> None:
        """Let a message arrive or fail, once, and report it."""
        code = self._fate(row)
        state = "delivered" if code == DELIVERED else "failed"
        touched = self.store.run(
            "UPDATE sms_message SET state = ?, code = ?, done = ? WHERE id = ?"
            " AND state = 'accepted'",
            (state, code, self.clock.now(), row["id"]),
        )
        if touched:
            self.world.journal.write(
                NAME, state, row["serial"], mobile=row["mobile"], code=code, vendor=row["vendor"]
            )
            self._report(self.get(row["id"]))

    def _fate(self, row: Row) -> str:
        """Return what the carrier says about a message."""
        facts = {"merchant": row["vendor"], "key": row["mobile"]}
        fault = self.world.faults.take("sms_undelivered", NAME, "deliver", facts)
        if fault:
            return str(fault.options.get("code", LINES["off"]))
        if self.has_stopped(row["mobile"], row["sign"], row["kind"]):
            return STOPPED
        line = self.store.one("SELECT code FROM sms_line WHERE mobile = ?", (row["mobile"],))
        return str(line["code"]) if line else DELIVERED

    def _report(self, row: Row) -> None:
        url = self.setting("report_urls").get(row["vendor"])
        if not url:
            return
        facts = {"merchant": row["vendor"], "key": row["mobile"]}
        again = self.world.faults.take("report_duplicate", NAME, "report", facts)
        for _copy in range(2 if again else 1):
            self.world.outgoing.post(
                NAME,
                "report",
                url,
                {"vendor": row["vendor"], "id": row["id"]},
                merchant=row["vendor"],
                key=row["mobile"],
            )


def _midnight(at: float) -> float:
    return moment(at).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
