"""How WeChat signs and encrypts messages between itself and a partner's server."""

import base64
import binascii
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
SALT = 16


class Unreadable(ValueError):
    """A cipher text that was not made with this key for this account."""


def signature(*words: str) -> str:
    """Return the SHA-1 over the sorted words: token, time, nonce and, if any, the cipher text."""
    return hashlib.sha1("".join(sorted(words)).encode()).hexdigest()  # noqa: S324 (WeChat's)


def _cipher(encoding_aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(encoding_aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(encoding_aes_key: str, appid: str, salt: bytes, message: bytes) -> str:
    """Return a message as Base64 cipher text.

    :param str encoding_aes_key: 43 characters.
    :param bytes salt: 16 bytes that make equal messages look different.
    """
    plain = salt + struct.pack(">I", len(message)) + message + appid.encode()
    missing = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(encoding_aes_key).encryptor()
    padded = plain + bytes([missing]) * missing
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(encoding_aes_key: str, appid: str, text: str) -> bytes:
    """Return the message inside a cipher text.

    :raise Unreadable: when key, padding, length or account do not fit.
    """
    try:
        sealed = base64.b64decode(text, validate=True)
        decryptor = _cipher(encoding_aes_key).decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
    except (ValueError, binascii.Error) as error:
        raise Unreadable("no cipher text") from error
    plain = plain[: -plain[-1]] if plain and 1 <= plain[-1] <= BLOCK else b""
    if len(plain) < SALT + 4:
        raise Unreadable("wrong padding")
    size = struct.unpack(">I", plain[SALT : SALT + 4])[0]
    message, owner = plain[SALT + 4 : SALT + 4 + size], plain[SALT + 4 + size :]
    if len(message) != size or owner != appid.encode():
        raise Unreadable("meant for another account")
    return message
