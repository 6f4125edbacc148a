"""Official accounts: who they are, and what their owner set in the console."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.constants import APPID, HOSPITAL_NAME
from sandbox.keys import KeyFolder
from simulation.store import Row, Store

from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_account (
    appid TEXT PRIMARY KEY, original_id TEXT NOT NULL UNIQUE, secret TEXT NOT NULL,
    name TEXT NOT NULL, settings TEXT NOT NULL);
"""
ORIGINAL_ID = "gh_5a1b0c0ffee1"
# what the owner can set, and how it stands for a new account
DEFAULTS: Mapping[str, Any] = {
    "oauth_domains": ["127.0.0.1", "localhost"],
    "safe_domains": ["127.0.0.1", "localhost"],
    "business_domains": [],
    "miniprograms": [],
    "unauthorized": [],  # operations that answer 48001
    "quotas": {},  # operation to calls a day, over the documented ones
    "server": None,  # url, token, key, mode, once the handshake succeeded
    "previous_key": "",
    "switch_at": 0.0,  # until then messages are still encrypted with the previous key
    "most_permanent_codes": 100_000,
    "most_fans_to_delete_a_tag": 100_000,
}


@dataclass(frozen=True)
class Account:
    """One account; ``settings`` as in :data:`DEFAULTS`."""

    appid: str
    original_id: str
    secret: str
    name: str
    settings: Mapping[str, Any]


class Accounts:
    """All accounts of a world."""

    def __init__(self, store: Store, keys: KeyFolder):
        self._store, self._keys = store, keys
        self._known: dict[str, tuple[str, Account]] = {}
        store.create(DDL)

    def prepare(self) -> None:
        """Make the demo hospital's account if it is missing."""
        if not self._store.one("SELECT 1 FROM oa_account"):
            self.add(APPID, HOSPITAL_NAME, ORIGINAL_ID)

    def add(self, appid: str, name: str, original_id: str) -> Account:
        """Add an account with a secret of its own.

        :raise sqlite3.IntegrityError: when one of the numbers is taken.
        """
        secret = self._keys.word(f"official-{appid}")
        self._store.insert(
            "oa_account",
            appid=appid,
            original_id=original_id,
            secret=secret,
            name=name,
            settings=json.dumps(dict(DEFAULTS)),
        )
        return self.get(appid)

    def get(self, appid: str) -> Account:
        """Return an account.

        :raise Refusal: 40013 when there is none.
        """
        account = self.find(appid)
        if account is None:
            raise fail(40013)
        return account

    def find(self, appid: str) -> Account | None:
        """Return an account, or ``None``."""
        row = self._store.one("SELECT * FROM oa_account WHERE appid = ?", (appid,))
        return self._account(row) if row else None

    def all(self) -> list[Account]:
        """Return all accounts, the demo hospital's first."""
        rows = self._store.all("SELECT * FROM oa_account ORDER BY rowid")
        return [self._account(row) for row in rows]

    def _account(self, row: Row) -> Account:
        """Return a row as account; the settings are read once per change."""
        text, account = self._known.get(row["appid"], ("", None))
        if account is None or text != row["settings"]:
            settings = {**DEFAULTS, **json.loads(row["settings"])}
            account = Account(
                row["appid"], row["original_id"], row["secret"], row["name"], settings
            )
            self._known[row["appid"]] = (row["settings"], account)
        return account

    def change(self, appid: str, **settings: Any) -> Account:
        """Set some of the owner's settings.

        :raise ValueError: when there is no such setting.
        """
        if unknown := set(settings) - set(DEFAULTS):
            raise ValueError(f"An account has no {sorted(unknown)}: it has {sorted(DEFAULTS)}.")
        merged = {**self.get(appid).settings, **settings}
        self._store.run(
            "UPDATE oa_account SET settings = ? WHERE appid = ?", (json.dumps(merged), appid)
        )
        return self.get(appid)
