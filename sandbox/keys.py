"""Keys of partners and gateways: made once, kept in the state folder, never committed."""

import datetime
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

BITS = 2048


class KeyFolder:
    """A folder of secrets.

    :param Path folder: made with rights for its owner only.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _file(self, name: str, make: Callable[[], bytes]) -> bytes:
        path = self._folder / name
        if not path.exists():
            content = make()
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
        return path.read_bytes()

    def rsa(self, name: str) -> rsa.RSAPrivateKey:
        """Return the RSA key of this name, made at the first call."""

        def make() -> bytes:
            return private_pem(rsa.generate_private_key(public_exponent=65537, key_size=BITS))

        key = serialization.load_pem_private_key(self._file(f"{name}.pem", make), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{name} is no RSA key")
        return key

    def word(self, name: str, length: int = 32) -> str:
        """Return the random secret of this name (letters and digits)."""
        return self._file(
            f"{name}.txt", lambda: secrets.token_hex(length)[:length].encode()
        ).decode()

    def certificate(self, name: str, common_name: str, serial: int) -> x509.Certificate:
        """Return a self-signed certificate over the key of this name."""

        def make() -> bytes:
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
            since = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
            key = self.rsa(name)
            built = (
                x509.CertificateBuilder()
                .subject_name(subject)
                .issuer_name(subject)
                .public_key(key.public_key())
                .serial_number(serial)
                .not_valid_before(since)
                .not_valid_after(since + datetime.timedelta(days=3650))
                .sign(key, hashes.SHA256())
            )
            return built.public_bytes(serialization.Encoding.PEM)

        return x509.load_pem_x509_certificate(self._file(f"{name}.crt", make))


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    """Return a private key as PKCS#8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_pem(key: rsa.RSAPublicKey) -> bytes:
    """Return a public key as SubjectPublicKeyInfo PEM."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
