"""How often a day each operation may be called, as WeChat publishes it."""

from simulation.clock import Clock
from simulation.store import Store

from .accounts import Account
from .errors import fail

DDL = """
CREATE TABLE IF NOT EXISTS oa_quota (
    appid TEXT NOT NULL, operation TEXT NOT NULL, day TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (appid, operation, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oa_quota_clear (
    appid TEXT NOT NULL, month TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (appid, month)) WITHOUT ROWID;
"""
DAILY = {
    "token": 2_000,
    "stable_token": 500_000,
    "ticket_get": 1_000_000,
    "menu_create": 1_000,
    "menu_get": 10_000,
    "menu_delete": 1_000,
    "tags_create": 1_000,
    "tags_delete": 1_000,
    "media_upload": 100_000,
    "qrcode_create": 100_000,
    "user_get": 500,
    "user_info": 5_000_000,
    "template_send": 100_000,
    "custom_send": 500_000,
    "mass_sendall": 100,
    "mass_send": 100,
    "mass_preview": 100,
    "mass_delete": 10,
    "draft_add": 1_000,
    "freepublish_submit": 100,
}
OTHERS = 1_000_000
CLEARS_A_MONTH = 10


class Quota:
    """Counters per account, operation and Beijing day."""

    def __init__(self, store: Store, clock: Clock):
        self._store, self._clock = store, clock
        store.create(DDL)

    def limit(self, account: Account, operation: str) -> int:
        """Return how many calls a day are allowed."""
        return int(account.settings["quotas"].get(operation, DAILY.get(operation, OTHERS)))

    def _today(self) -> str:
        return self._clock.moment().strftime("%Y-%m-%d")

    def used(self, account: Account, operation: str) -> int:
        """Return how many calls were taken today."""
        row = self._store.one(
            "SELECT used FROM oa_quota WHERE appid = ? AND operation = ? AND day = ?",
            (account.appid, operation, self._today()),
        )
        return int(row["used"]) if row else 0

    def use(self, account: Account, operation: str) -> None:
        """Count one call.

        :raise Refusal: 45009 when the day's calls are used up.
        """
        touched = self._store.run(
            "INSERT INTO oa_quota SELECT ?1, ?2, ?3, 1 WHERE ?4 > 0 ON CONFLICT"
            " (appid, operation, day) DO UPDATE SET used = used + 1 WHERE used < ?4",
            (account.appid, operation, self._today(), self.limit(account, operation)),
        )
        if not touched:
            raise fail(45009)

    def clear(self, account: Account) -> None:
        """Forget today's calls.

        :raise Refusal: 48006 after ten times a month.
        """
        month = self._today()[:7]
        touched = self._store.run(
            "INSERT INTO oa_quota_clear VALUES (?, ?, 1) ON CONFLICT (appid, month)"
            " DO UPDATE SET used = used + 1 WHERE used < ?",
            (account.appid, month, CLEARS_A_MONTH),
        )
        if not touched:
            raise fail(48006)
        self._store.run("DELETE FROM oa_quota WHERE appid = ?", (account.appid,))
