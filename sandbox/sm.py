"""The national algorithms of China: SM2 signatures, SM3 digests, SM4 encryption.

SM3 and SM4 come from ``cryptography``. It has no SM2, and pure Python makes some sixty signatures
a second, so SM2 goes straight to the OpenSSL of the machine.
"""

from __future__ import annotations

import base64
import ctypes
import functools
import secrets
import weakref
from typing import Any

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

USER_ID = b"1234567812345678"
BLOCK = 16
HALF = 32
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
# fixed beginnings of PKCS#8 and SubjectPublicKeyInfo for a key on the SM2 curve
PKCS8 = bytes.fromhex("3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420")
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
POINTER = ctypes.c_void_p
SIZE = ctypes.c_size_t
# name: result, arguments
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "d2i_AutoPrivateKey": (POINTER, [POINTER, POINTER, ctypes.c_long]),
    "d2i_PUBKEY": (POINTER, [POINTER, POINTER, ctypes.c_long]),
    "i2d_PUBKEY": (ctypes.c_int, [POINTER, POINTER]),
    "EVP_PKEY_free": (None, [POINTER]),
    "EVP_PKEY_CTX_new": (POINTER, [POINTER, POINTER]),
    "EVP_PKEY_CTX_free": (None, [POINTER]),
    "EVP_PKEY_CTX_set1_id": (ctypes.c_int, [POINTER, ctypes.c_char_p, ctypes.c_int]),
    "EVP_MD_CTX_new": (POINTER, []),
    "EVP_MD_CTX_free": (None, [POINTER]),
    "EVP_MD_CTX_set_pkey_ctx": (None, [POINTER, POINTER]),
    "EVP_sm3": (POINTER, []),
    "EVP_DigestSignInit": (ctypes.c_int, [POINTER] * 5),
    "EVP_DigestSign": (ctypes.c_int, [POINTER, POINTER, POINTER, ctypes.c_char_p, SIZE]),
    "EVP_DigestVerifyInit": (ctypes.c_int, [POINTER] * 5),
    "EVP_DigestVerify": (ctypes.c_int, [POINTER, ctypes.c_char_p, SIZE, ctypes.c_char_p, SIZE]),
    "ERR_clear_error": (None, []),
}


@functools.cache
def _crypto() -> ctypes.CDLL:
    """Return OpenSSL 3 with the types of what is used here.

    :raise OSError: when the machine has none.
    """
    library = ctypes.CDLL("libcrypto.so.3")
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _load(reader: str, content: bytes) -> int:
    """Return the handle of a DER key.

    :raise ValueError: when OpenSSL cannot read it.
    """
    library = _crypto()
    buffer = ctypes.create_string_buffer(content, len(content))
    position = ctypes.c_void_p(ctypes.addressof(buffer))
    handle = getattr(library, reader)(None, ctypes.byref(position), len(content))
    if not handle:
        library.ERR_clear_error()
        raise ValueError("This is no SM2 key.")
    return int(handle)


class _Operation:
    """An OpenSSL digest context bound to one key and the usual signer's name."""

    def __init__(self, key: int):
        self._library = _crypto()
        self._named = self._library.EVP_PKEY_CTX_new(key, None)
        self.context = self._library.EVP_MD_CTX_new()
        self._library.EVP_PKEY_CTX_set1_id(self._named, USER_ID, len(USER_ID))
        self._library.EVP_MD_CTX_set_pkey_ctx(self.context, self._named)

    def __enter__(self) -> int:
        return int(self.context)

    def __exit__(self, *_failure: object) -> None:
        self._library.EVP_MD_CTX_free(self.context)
        self._library.EVP_PKEY_CTX_free(self._named)


class PublicKey:
    """An SM2 public key.

    :param bytes point: 65 bytes, 04 and both coordinates.
    :raise ValueError: when it is no point of the curve.
    """

    def __init__(self, point: bytes):
        if len(point) != 65 or point[0] != 4:
            raise ValueError("An SM2 public key has 65 bytes and begins with 04.")
        self.point = point
        self._handle = _load("d2i_PUBKEY", SPKI + point)
        weakref.finalize(self, _crypto().EVP_PKEY_free, self._handle)

    @classmethod
    def from_hex(cls, text: str) -> PublicKey:
        """Return a key from 128 hex digits, or 130 with the leading 04."""
        return cls(bytes.fromhex(text if len(text) == 130 else "04" + text))

    @classmethod
    def from_pem(cls, text: str) -> PublicKey:
        """Return a key from a SubjectPublicKeyInfo PEM."""
        content = _from_pem(text)
        if not content.startswith(SPKI):
            raise ValueError("This PEM holds no SM2 public key.")
        return cls(content[len(SPKI) :])

    @property
    def hex(self) -> str:
        """Return 130 hex digits."""
        return self.point.hex()

    @property
    def pem(self) -> str:
        """Return the key as SubjectPublicKeyInfo."""
        return _to_pem("PUBLIC KEY", SPKI + self.point)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Tell whether a signature, raw r‖s (64 bytes) or DER, is over this message."""
        try:
            content = der(signature) if len(signature) == 2 * HALF else signature
        except ValueError:
            return False
        library = _crypto()
        with _Operation(self._handle) as context:
            library.EVP_DigestVerifyInit(context, None, library.EVP_sm3(), None, self._handle)
            right: int = library.EVP_DigestVerify(
                context, content, len(content), message, len(message)
            )
        if right != 1:
            library.ERR_clear_error()
        return right == 1


class PrivateKey:
    """An SM2 private key and its public one.

    :param bytes number: the secret number, 32 bytes.
    :raise ValueError: when it is out of range.
    """

    def __init__(self, number: bytes):
        if len(number) != HALF or not 0 < int.from_bytes(number, "big") < ORDER - 1:
            raise ValueError("An SM2 private key has 32 bytes and is below the order.")
        self.number = number
        self._handle = _load("d2i_AutoPrivateKey", PKCS8 + number)
        weakref.finalize(self, _crypto().EVP_PKEY_free, self._handle)
        self.public = PublicKey(self._point())

    def _point(self) -> bytes:
        buffer = ctypes.create_string_buffer(len(SPKI) + 65)
        position = ctypes.c_void_p(ctypes.addressof(buffer))
        _crypto().i2d_PUBKEY(self._handle, ctypes.byref(position))
        return buffer.raw[len(SPKI) :]

    @classmethod
    def generate(cls) -> PrivateKey:
        """Return a new key."""
        return cls((secrets.randbelow(ORDER - 2) + 1).to_bytes(HALF, "big"))

    @classmethod
    def from_hex(cls, text: str) -> PrivateKey:
        """Return a key from 64 hex digits."""
        return cls(bytes.fromhex(text))

    @property
    def hex(self) -> str:
        """Return 64 hex digits."""
        return self.number.hex()

    @property
    def pem(self) -> str:
        """Return the key as PKCS#8."""
        return _to_pem("PRIVATE KEY", PKCS8 + self.number)

    def sign(self, message: bytes) -> bytes:
        """Return the signature as raw r‖s, 64 bytes; :func:`der` gives the other form."""
        library = _crypto()
        length = ctypes.c_size_t(80)
        buffer = ctypes.create_string_buffer(length.value)
        with _Operation(self._handle) as context:
            library.EVP_DigestSignInit(context, None, library.EVP_sm3(), None, self._handle)
            if (
                library.EVP_DigestSign(context, buffer, ctypes.byref(length), message, len(message))
                != 1
            ):
                library.ERR_clear_error()
                raise RuntimeError("OpenSSL could not sign.")
        return raw(buffer.raw[: length.value])


def _to_pem(name: str, content: bytes) -> str:
    text = base64.b64encode(content).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])


def _from_pem(text: str) -> bytes:
    lines = [line for line in text.strip().splitlines() if not line.startswith("-----")]
    return base64.b64decode("".join(lines), validate=True)


def der(signature: bytes) -> bytes:
    """Return raw r‖s as a DER sequence of two numbers.

    :raise ValueError: when it does not have 64 bytes.
    """
    if len(signature) != 2 * HALF:
        raise ValueError("A raw SM2 signature has 64 bytes.")
    content = b"".join(
        _integer(int.from_bytes(signature[start : start + HALF], "big")) for start in (0, HALF)
    )
    return bytes([0x30, len(content)]) + content


def _integer(number: int) -> bytes:
    body = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes([2, len(body)]) + body


def raw(signature: bytes) -> bytes:
    """Return a DER signature as raw r‖s.

    :raise ValueError: when it is no sequence of two numbers of at most 32 bytes.
    """
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        raise ValueError("This is no DER signature.")
    first, left = _read(signature[2:])
    second, left = _read(left)
    if left:
        raise ValueError("There is something behind the signature.")
    return first + second


def _read(content: bytes) -> tuple[bytes, bytes]:
    if len(content) < 3 or content[0] != 2 or not 0 < content[1] <= len(content) - 2:
        raise ValueError("A number of the signature is broken.")
    end = 2 + content[1]
    number = int.from_bytes(content[2:end], "big")
    if content[2] & 0x80 or number.bit_length() > 8 * HALF:
        raise ValueError("A number of the signature is negative or too large.")
    return number.to_bytes(HALF, "big"), content[end:]


def sm3(content: bytes) -> bytes:
    """Return the SM3 digest, 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()


def sm4_encrypt(key: bytes, content: bytes, start: bytes | None = None) -> bytes:
    """Return content encrypted with PKCS#7 padding.

    :param bytes start: CBC with this initial block; without it ECB.
    """
    padder = padding.PKCS7(8 * BLOCK).padder()
    worker = _cipher(key, start).encryptor()
    return worker.update(padder.update(content) + padder.finalize()) + worker.finalize()


def sm4_decrypt(key: bytes, content: bytes, start: bytes | None = None) -> bytes:
    """Return what was encrypted.

    :raise ValueError: when key or content are wrong.
    """
    worker = _cipher(key, start).decryptor()
    unpadder = padding.PKCS7(8 * BLOCK).unpadder()
    padded = worker.update(content) + worker.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def _cipher(key: bytes, start: bytes | None) -> Cipher[Any]:
    # ECB is what the insurance platform asks for
    mode = modes.CBC(start) if start else modes.ECB()  # noqa: S305
    return Cipher(algorithms.SM4(key), mode)
