"""Partners of the JSON interface, their secrets, and signatures both ways.

What is signed is the text ``appid|body|nonce|secret|timestamp``: the values in the order of their
names, joined with bars. ``sign_type`` says how: ``HMAC-SHA256`` (keyed with the secret) or ``MD5``;
both are written as capital hexadecimal digits.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from simulation.clock import Clock
from simulation.messages import Refusal
from simulation.store import Store

from .functions import Partner

PARTNERS = (
    Partner("hospital-wechat", "医院微信平台", "platform"),
    Partner("province", "省预约挂号平台", "province"),
    Partner("city", "市健康平台", "city"),
)
SOAP_PARTNER = Partner("soap", "微信服务", "platform")
KIOSK_PARTNER = Partner("kiosk", "自助终端", "kiosk")
SETTING = "vendor_secrets"
METHODS = ("HMAC-SHA256", "MD5")
SPAN_SECONDS = 300
BLOCK_BITS = 128


def sign(secret: str, values: Mapping[str, str], method: str) -> str:
    """Return the signature over appid, body, nonce and timestamp."""
    signed = {**values, "secret": secret}
    text = "|".join(signed[name] for name in sorted(signed)).encode()
    if method == "MD5":
        return hashlib.md5(text, usedforsecurity=False).hexdigest().upper()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest().upper()


class Accounts:
    """Who may call the JSON interface.

    A nonce is remembered while its timestamp is good, in memory: a restart forgets them.
    """

    def __init__(self, store: Store, clock: Clock):
        self._store, self._clock = store, clock
        kept: dict[str, str] = store.setting(SETTING) or {}
        if set(kept) != {partner.appid for partner in PARTNERS}:
            kept = {partner.appid: secrets.token_hex(16) for partner in PARTNERS}
            store.keep(SETTING, kept)
        self.secrets = kept
        self._partners = {partner.appid: partner for partner in PARTNERS}
        self._nonces: dict[tuple[str, str], float] = {}

    def credentials(self) -> dict[str, dict[str, str]]:
        """Return appid to name, channel and secret."""
        return {
            appid: {
                "name": partner.name,
                "channel": partner.channel,
                "secret": self.secrets[appid],
                "sm4_key": self.secrets[appid][:16],
            }
            for appid, partner in self._partners.items()
        }

    def verify(self, headers: Mapping[str, str], body: str) -> Partner:
        """Return who signed a call.

        :param str body: the text that was sent.
        :raise Refusal: APPID_UNKNOWN, TIMESTAMP_INVALID, SIGN_INVALID, NONCE_USED.
        """
        partner = self._partners.get(headers.get("appid", ""))
        if partner is None:
            raise Refusal("APPID_UNKNOWN", "appid不存在")
        names = ("appid", "timestamp", "nonce")
        values = {name: headers.get(name, "") for name in names}
        self._check_time(values["timestamp"])
        method = headers.get("sign_type", METHODS[0])
        expected = sign(self.secrets[partner.appid], {**values, "body": body}, method)
        if method not in METHODS or not hmac.compare_digest(
            expected.encode(), headers.get("sign", "").upper().encode(errors="replace")
        ):
            raise Refusal("SIGN_INVALID", "签名错误")
        self._use_nonce(partner.appid, values["nonce"])
        return partner

    def _check_time(self, text: str) -> None:
        number = text.isascii() and text.isdigit() and len(text) < 12
        if not number or abs(int(text) - self._clock.now()) > SPAN_SECONDS:
            raise Refusal("TIMESTAMP_INVALID", "timestamp无效或已过期")

    def _use_nonce(self, appid: str, nonce: str) -> None:
        now = self._clock.now()
        if len(self._nonces) > 10000:
            limit = now - 2 * SPAN_SECONDS
            self._nonces = {key: at for key, at in self._nonces.items() if at > limit}
        if not nonce or len(nonce) > 64 or (appid, nonce) in self._nonces:
            raise Refusal("NONCE_USED", "nonce为空或重复")
        self._nonces[appid, nonce] = now

    def headers(self, appid: str, body: str, spoiled: bool, age: float = 0.0) -> dict[str, str]:
        """Return the headers that sign an answer or a push to a partner.

        :param bool spoiled: sign wrongly.
        :param float age: seconds that the timestamp lies back.
        """
        values = {
            "appid": appid,
            "timestamp": str(int(self._clock.now() - age)),
            "nonce": secrets.token_hex(8),
        }
        secret = "wrong" if spoiled else self.secrets[appid]
        signed = sign(secret, {**values, "body": body}, METHODS[0])
        return {**values, "sign_type": METHODS[0], "sign": signed}


def encrypt(key: str, plain: bytes) -> bytes:
    """Return SM4-ECB with PKCS#7 padding, in hexadecimal digits."""
    padder = padding.PKCS7(BLOCK_BITS).padder()
    cipher = Cipher(algorithms.SM4(key.encode()), modes.ECB()).encryptor()  # noqa: S305
    padded = padder.update(plain) + padder.finalize()
    return (cipher.update(padded) + cipher.finalize()).hex().encode()


def decrypt(key: str, sealed: bytes) -> bytes:
    """Return what :func:`encrypt` hid.

    :raise ValueError: when it is not that.
    """
    cipher = Cipher(algorithms.SM4(key.encode()), modes.ECB()).decryptor()  # noqa: S305
    padded = cipher.update(bytes.fromhex(sealed.decode("ascii"))) + cipher.finalize()
    unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
    return unpadder.update(padded) + unpadder.finalize()
