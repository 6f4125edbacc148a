"""What is signed, and how: RSA2 is SHA256withRSA, RSA is SHA1withRSA."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

SIGN_TYPES: Mapping[str, hashes.HashAlgorithm] = {
    "RSA2": hashes.SHA256(),
    "RSA": hashes.SHA1(),  # noqa: S303 (Alipay's old applications still use it)
}


def request_text(parameters: Mapping[str, str]) -> str:
    """Return what a request's signature covers: everything but the signature and empty values."""
    return _joined(parameters, ("sign",))


def notice_text(parameters: Mapping[str, str]) -> str:
    """Return what the signature of a notification or a return covers: also without sign_type."""
    return _joined(parameters, ("sign", "sign_type"))


def _joined(parameters: Mapping[str, str], without: tuple[str, ...]) -> str:
    kept = ((name, value) for name, value in parameters.items() if value and name not in without)
    return "&".join(f"{name}={value}" for name, value in sorted(kept))


def sign(key: RSAPrivateKey, content: bytes, sign_type: str) -> str:
    """Return a signature in base64."""
    return base64.b64encode(key.sign(content, padding.PKCS1v15(), SIGN_TYPES[sign_type])).decode()


def is_signed(key: RSAPublicKey, content: bytes, signature: str, sign_type: str) -> bool:
    """Tell whether a signature in base64 is right."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, content, padding.PKCS1v15(), SIGN_TYPES[sign_type])
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def digest(*words: str) -> str:
    """Return 32 characters that nobody can guess who does not know all the words."""
    return hashlib.sha256(":".join(words).encode()).hexdigest()[:32]
