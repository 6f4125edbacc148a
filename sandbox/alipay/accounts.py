"""Applications of merchants: numbers, keys, certificates and what they have agreed on."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from sandbox.constants import ALIPAY_APP_ID, HOSPITAL_NAME
from sandbox.keys import KeyFolder, private_pem, public_pem
from simulation.store import Row
from simulation.world import World

from . import certificates

SELLER_ID = "2088000000000156"
SELLER_EMAIL = "pay@hospital.example"
SELLER_BALANCE = 10_000_00  # fen
FEE_BP = 60  # 0.60 %
REFUND_DAYS = 365
NOTICES = ("pay", "close", "refund")
APP_ID = re.compile(r"\d{16}", re.ASCII)
MODES = ("any", "key", "cert")


@dataclass(frozen=True)
class Application:
    """What the gateway knows about one application.

    :param RSAPublicKey merchant_key: what the merchant signs with; ``None`` when nothing was
        uploaded.
    :param tuple forbidden: methods that it has no contract for.
    :param tuple notices: which events it is told: pay, close, refund, finish.
    """

    app_id: str
    seller_id: str
    seller_email: str
    seller_name: str
    mode: str
    merchant_key: RSAPublicKey | None
    alipay_key: RSAPrivateKey
    fee_bp: int
    refund_days: int
    forbidden: tuple[str, ...]
    notices: tuple[str, ...]
    app_cert: x509.Certificate | None
    alipay_cert: x509.Certificate
    app_cert_sn: str
    alipay_cert_sn: str


class Accounts:
    """All applications of this world."""

    def __init__(self, world: World):
        self._store = world.store
        self._keys = KeyFolder(world.folder / "keys" / "alipay")
        self._rsa = cache(self._keys.rsa)  # reading a key checks it, which takes its time
        self._known: dict[str, Application] = {}
        self._roots = self._root_certificates()
        self.root_cert_sn = "_".join(map(certificates.serial_of, self._roots))

    def prepare(self) -> None:
        """Make the demo hospital's application where it is missing."""
        self._known.clear()
        if self.get(ALIPAY_APP_ID) is None:
            self.add(ALIPAY_APP_ID, SELLER_ID, seller_name=HOSPITAL_NAME)

    def get(self, app_id: str) -> Application | None:
        """Return an application, or ``None``."""
        if app_id not in self._known:
            row = self._store.one("SELECT * FROM alipay_app WHERE app_id = ?", (app_id,))
            if row is None:
                return None
            self._known[app_id] = self._application(row)
        return self._known[app_id]

    def all(self) -> list[Application]:
        """Return all applications."""
        rows = self._store.all("SELECT app_id FROM alipay_app ORDER BY app_id")
        return [found for row in rows if (found := self.get(row["app_id"]))]

    def add(
        self,
        app_id: str,
        seller_id: str,
        seller_name: str = "",
        seller_email: str = SELLER_EMAIL,
        mode: str = "any",
        public_key: str | None = None,
        fee_bp: int = FEE_BP,
        refund_days: int = REFUND_DAYS,
        forbidden: tuple[str, ...] = (),
        notices: tuple[str, ...] = NOTICES,
    ) -> Application:
        """Add an application or change one.

        :param str public_key: the merchant's key in PEM; ``None`` makes a pair and gives both
            away in the credentials; an empty text means that nothing was uploaded.
        :raise ValueError: when a number has another form, or the key is none.
        """
        if not APP_ID.fullmatch(app_id) or not APP_ID.fullmatch(seller_id):
            raise ValueError("app_id and seller_id are 16 digits")
        if mode not in MODES:
            raise ValueError(f"mode is one of {MODES}")
        if public_key is None:
            public_key = public_pem(self._rsa(f"app-{app_id}").public_key()).decode()
        elif public_key:
            _public_key(public_key)
        self._store.run(
            "INSERT OR REPLACE INTO alipay_app VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(app_id, seller_id, seller_email, seller_name or seller_id, mode, public_key),
                *(fee_bp, refund_days, json.dumps(forbidden), json.dumps(notices)),
            ),
        )
        self._store.run(
            "INSERT INTO alipay_seller VALUES (?, ?, '{}') ON CONFLICT DO NOTHING",
            (seller_id, SELLER_BALANCE),
        )
        self._known.pop(app_id, None)
        found = self.get(app_id)
        if found is None:
            raise KeyError(app_id)
        return found

    def style(self, seller_id: str) -> dict[str, Any]:
        """Return how the seller's bills look: see :mod:`.bill_files`."""
        row = self._store.one("SELECT style FROM alipay_seller WHERE seller_id = ?", (seller_id,))
        return dict(json.loads(row["style"])) if row else {}

    def set_style(self, seller_id: str, style: Mapping[str, Any]) -> None:
        """Choose how the seller's bills look."""
        self._store.run(
            "UPDATE alipay_seller SET style = ? WHERE seller_id = ?",
            (json.dumps(style), seller_id),
        )

    def set_balance(self, seller_id: str, balance: int) -> None:
        """Put so many fen on the seller's account."""
        self._store.run(
            "UPDATE alipay_seller SET balance = ? WHERE seller_id = ?", (balance, seller_id)
        )

    def credentials(self, app: Application) -> dict[str, str]:
        """Return what a merchant is given; the private key only where we made it."""
        own = self._rsa(f"app-{app.app_id}")
        ours = public_pem(own.public_key()) == (
            public_pem(app.merchant_key) if app.merchant_key else b""
        )
        return {
            "app_id": app.app_id,
            "seller_id": app.seller_id,
            "mode": app.mode,
            "app_private_key": private_pem(own).decode() if ours else "",
            "alipay_public_key": public_pem(app.alipay_key.public_key()).decode(),
            "app_cert": certificates.pem(app.app_cert) if app.app_cert else "",
            "alipay_cert": certificates.pem(app.alipay_cert),
            # an empty line parts the certificates, as in the file Alipay hands out
            "alipay_root_cert": "\n".join(map(certificates.pem, self._roots)),
        }

    def _application(self, row: Row) -> Application:
        app_id = row["app_id"]
        merchant_key = _public_key(row["merchant_public"]) if row["merchant_public"] else None
        alipay_key = self._rsa(f"alipay-{app_id}")
        app_cert = self._issue(f"app {app_id}", merchant_key, int(app_id)) if merchant_key else None
        alipay_cert = self._issue(f"alipay {app_id}", alipay_key.public_key(), int(app_id) + 10**16)
        return Application(
            app_id=app_id,
            seller_id=row["seller_id"],
            seller_email=row["seller_email"],
            seller_name=row["seller_name"],
            mode=row["mode"],
            merchant_key=merchant_key,
            alipay_key=alipay_key,
            fee_bp=row["fee_bp"],
            refund_days=row["refund_days"],
            forbidden=tuple(json.loads(row["forbidden"])),
            notices=tuple(json.loads(row["notices"])),
            app_cert=app_cert,
            alipay_cert=alipay_cert,
            app_cert_sn=certificates.serial_of(app_cert) if app_cert else "",
            alipay_cert_sn=certificates.serial_of(alipay_cert),
        )

    def _root_certificates(self) -> list[x509.Certificate]:
        found = []
        for number in (1, 2):
            key = self._rsa(f"root-{number}")
            name = certificates.name(f"Sandbox Root R{number}", "Certification", "Sandbox")
            found.append(certificates.issue(name, key.public_key(), name, key, number))
        return found

    def _issue(self, common: str, key: RSAPublicKey, serial: int) -> x509.Certificate:
        subject = certificates.name(common, "Sandbox", HOSPITAL_NAME)
        root = self._roots[0]
        return certificates.issue(subject, key, root.subject, self._rsa("root-1"), serial)


def _public_key(text: str) -> RSAPublicKey:
    key = serialization.load_pem_public_key(text.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the key is no RSA key")
    return key
