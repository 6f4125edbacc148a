"""API v3 cryptography as pure functions: Authorization header, signatures, sealed resources."""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
PAIR = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*')
NEEDED = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}


@dataclass(frozen=True)
class Authorization:
    """What a merchant puts into the Authorization header."""

    mchid: str
    nonce: str
    signature: str
    timestamp: int
    serial: str


def parse_authorization(header: str) -> Authorization:
    """Read the header.

    :raise ValueError: when it has not the documented form.
    """
    scheme, _, rest = header.partition(" ")
    if scheme != SCHEME or not header.isascii():
        raise ValueError("unknown scheme")
    found: dict[str, str] = {}
    for part in rest.split(","):
        match = PAIR.fullmatch(part)
        if match is None or match[1] in found:
            raise ValueError('not a list of name="value"')
        found[match[1]] = match[2]
    if set(found) != NEEDED:
        raise ValueError("a part is missing or unknown")
    if not re.fullmatch(r"[0-9]{1,12}", found["timestamp"]):
        raise ValueError("timestamp is no number")
    return Authorization(
        found["mchid"],
        found["nonce_str"],
        found["signature"],
        int(found["timestamp"]),
        found["serial_no"],
    )


def lines(*parts: str | bytes) -> bytes:
    """Return what is signed: each part followed by a newline."""
    return b"".join(
        (part.encode(errors="surrogateescape") if isinstance(part, str) else part) + b"\n"
        for part in parts
    )


def sign(key: rsa.RSAPrivateKey, message: bytes) -> str:
    """Return the base64 of an RSA signature over SHA-256."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), SHA256())).decode()


def is_signed(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    """Tell whether the signature is one of this key over this message."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, message, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def spoil(signature: str) -> str:
    """Return a signature of the same length that fits nothing."""
    raw = bytearray(base64.b64decode(signature))
    raw[len(raw) // 2] ^= 0xFF
    return base64.b64encode(bytes(raw)).decode()


def probe_signature() -> str:
    """Return a signature as WeChat Pay sends it to find partners that do not verify."""
    return PROBE + base64.b64encode(secrets.token_bytes(256)).decode()


def seal(key: str, plain: bytes, associated: str) -> dict[str, str]:
    """Encrypt a resource with the merchant's APIv3 key (AES-256-GCM)."""
    nonce = secrets.token_hex(6)
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), plain, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "nonce": nonce,
        "associated_data": associated,
    }


def open_field(key: rsa.RSAPrivateKey, text: str) -> str:
    """Decrypt a sensitive field (RSA-OAEP with SHA-1).

    :raise ValueError: when it was not encrypted for this key.
    """
    oaep = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)  # noqa: S303 (the documented scheme)
    return key.decrypt(base64.b64decode(text, validate=True), oaep).decode()
