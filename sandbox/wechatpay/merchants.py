"""Merchants: numbers, keys, fee rate, how they are settled and what their bills look like."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulation.store import Row
from simulation.world import World

from .. import constants
from ..keys import KeyFolder, private_pem, public_pem
from .errors import refusal

DEMO_MCHID = "1900000109"
FEE_RATE = 600  # per 100,000: 0.60 %
RESERVE = 1_000_000  # fen that stay in the account when the rest is paid out
CHOICES = {
    "settle": ("daily", "manual"),
    "callback_serial": ("public_key", "certificate"),
    "signing_time": ("real", "virtual"),
    "bill_header": ("modern", "legacy"),
    "bill_newline": ("\r\n", "\n"),
}


def serial_of(name: str) -> int:
    """Return the certificate serial number of a name: 19 bytes, the same on every machine."""
    return int("5A" + hashlib.sha256(name.encode()).hexdigest()[:36], 16)


def serial_text(serial: int) -> str:
    """Return a serial number as the headers carry it."""
    return f"{serial:X}"


@dataclass(frozen=True)
class Merchant:
    """One merchant with its secrets. ``fee_rate`` is per 100,000; ``reserve`` in fen."""

    mchid: str
    name: str
    appids: frozenset[str]
    fee_rate: int
    settle: str
    reserve: int
    refund_seconds: float
    callback_serial: str
    signing_time: str
    bill_header: str
    bill_newline: str
    refund_notify_url: str
    public: rsa.RSAPublicKey
    serial: str
    apiv3_key: str
    api_key: str

    @property
    def public_key_id(self) -> str:
        """Return the name of WeChat Pay's public key for this merchant."""
        return f"PUB_KEY_ID_0{self.mchid}2024120100321100000001"

    def fee(self, amount: int) -> int:
        """Return the fee in fen, rounded half up."""
        return (amount * self.fee_rate + 50_000) // 100_000


class Platform:
    """The keys of WeChat Pay itself: one pair with a certificate, one for public-key mode."""

    def __init__(self, keys: KeyFolder):
        self._keys = keys

    @cached_property
    def certificate_key(self) -> rsa.RSAPrivateKey:
        """Return the key behind the platform certificate."""
        return self._keys.rsa("wechatpay-platform")

    @cached_property
    def public_mode_key(self) -> rsa.RSAPrivateKey:
        """Return the key of public-key mode."""
        return self._keys.rsa("wechatpay-public")

    @cached_property
    def certificate_pem(self) -> str:
        """Return the platform certificate."""
        found = self._keys.certificate(
            "wechatpay-platform", "Tenpay.com Root CA (sandbox)", serial_of("platform")
        )
        return found.public_bytes(serialization.Encoding.PEM).decode()

    @cached_property
    def serial(self) -> str:
        """Return the platform certificate's serial number."""
        return serial_text(serial_of("platform"))


class Merchants:
    """All merchants; read once each, kept until one is changed."""

    def __init__(self, world: World):
        self._store = world.store
        self._keys = KeyFolder(world.folder / "keys")
        self._known: dict[str, Merchant] = {}
        self.platform = Platform(self._keys)

    def prepare(self) -> None:
        """Make the demo's merchant."""
        self._known.clear()
        if not self._store.one("SELECT 1 FROM wxpay_merchant"):
            self.add(DEMO_MCHID, constants.HOSPITAL_NAME, [constants.APPID])

    def add(self, mchid: str, name: str, appids: Iterable[str], **options: Any) -> Merchant:
        """Add a merchant, or change one.

        :param options: fee_rate (per 100,000), settle (daily, manual), reserve (fen),
            refund_seconds, callback_serial (public_key, certificate), signing_time
            (real, virtual: the time in signature headers), bill_header (modern, legacy),
            bill_newline, refund_notify_url.
        :raise ValueError: when an option is unknown or out of range.
        """
        values: dict[str, Any] = {
            "fee_rate": FEE_RATE,
            "settle": "daily",
            "reserve": RESERVE,
            "refund_seconds": 2.0,
            "callback_serial": "public_key",
            "signing_time": "real",
            "bill_header": "modern",
            "bill_newline": "\r\n",
            "refund_notify_url": "",
        }
        if unknown := set(options) - set(values):
            raise ValueError(f"A merchant has no {sorted(unknown)}: it has {sorted(values)}.")
        values.update(options)
        for field, allowed in CHOICES.items():
            if values[field] not in allowed:
                raise ValueError(f"{field} is one of {allowed}.")
        if not mchid.isdecimal() or not 8 <= len(mchid) <= 10:
            raise ValueError("A merchant number has 8 to 10 digits.")
        self._write(mchid, {"name": name, **values}, appids)
        self._known.pop(mchid, None)
        return self.get(mchid)

    def _write(self, mchid: str, values: dict[str, Any], appids: Iterable[str]) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        changes = ", ".join(f"{name} = excluded.{name}" for name in values)
        sql = (
            f"INSERT INTO wxpay_merchant (mchid, {names}) VALUES (?, {marks})"  # noqa: S608
            f" ON CONFLICT (mchid) DO UPDATE SET {changes}"
        )
        self._store.run(sql, (mchid, *values.values()))
        for appid in appids:
            self._store.run(
                "INSERT OR IGNORE INTO wxpay_merchant_app VALUES (?, ?)", (mchid, appid)
            )

    def get(self, mchid: str) -> Merchant:
        """Return a merchant.

        :raise Refusal: MCH_NOT_EXISTS.
        """
        found = self._known.get(mchid)
        if found is None:
            row = self._store.one("SELECT * FROM wxpay_merchant WHERE mchid = ?", (mchid,))
            if row is None:
                raise refusal("MCH_NOT_EXISTS")
            found = self._known[mchid] = self._merchant(row)
        return found

    def _merchant(self, row: Row) -> Merchant:
        mchid = row["mchid"]
        apps = self._store.all("SELECT appid FROM wxpay_merchant_app WHERE mchid = ?", (mchid,))
        return Merchant(
            **dict(row),
            appids=frozenset(app["appid"] for app in apps),
            public=self._keys.rsa(f"wechatpay-{mchid}").public_key(),
            serial=serial_text(serial_of(mchid)),
            apiv3_key=self._keys.word(f"wechatpay-{mchid}-v3"),
            api_key=self._keys.word(f"wechatpay-{mchid}-v2"),
        )

    def all(self) -> list[Merchant]:
        """Return all merchants."""
        rows = self._store.all("SELECT mchid FROM wxpay_merchant ORDER BY mchid")
        return [self.get(row["mchid"]) for row in rows]

    def secrets(self, mchid: str) -> dict[str, str]:
        """Return what a merchant is given: all that a client needs."""
        merchant = self.get(mchid)
        return {
            "mchid": mchid,
            "name": merchant.name,
            "appid": min(merchant.appids),
            "merchant_serial": merchant.serial,
            "merchant_private_key": private_pem(self._keys.rsa(f"wechatpay-{mchid}")).decode(),
            "apiv3_key": merchant.apiv3_key,
            "api_key": merchant.api_key,
            "public_key_id": merchant.public_key_id,
            "public_key": public_pem(self.platform.public_mode_key.public_key()).decode(),
            "platform_serial": self.platform.serial,
            "platform_certificate": self.platform.certificate_pem,
        }
