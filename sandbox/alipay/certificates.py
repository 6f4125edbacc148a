"""Certificates of the certificate mode: two roots, Alipay's and the application's.

RSA signatures of PKCS#1 v1.5 are the same every time, so a certificate needs no file of its own:
it follows from the keys.
"""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509.oid import NameOID

SINCE = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
UNTIL = SINCE + datetime.timedelta(days=3650)


def name(common: str, unit: str, organisation: str) -> x509.Name:
    """Return a distinguished name of the four parts that serial numbers are made from."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def issue(
    subject: x509.Name, key: RSAPublicKey, issuer: x509.Name, signer: RSAPrivateKey, serial: int
) -> x509.Certificate:
    """Return a certificate; one that signs itself may sign others."""
    may_sign = x509.BasicConstraints(ca=subject == issuer, path_length=None)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
        .add_extension(may_sign, critical=True)
        .sign(signer, hashes.SHA256())
    )


def serial_of(certificate: x509.Certificate) -> str:
    """Return Alipay's ``cert_sn``: the MD5 of issuer and serial number."""
    parts = {
        oid: str(certificate.issuer.get_attributes_for_oid(oid)[0].value)
        for oid in (
            NameOID.COMMON_NAME,
            NameOID.ORGANIZATIONAL_UNIT_NAME,
            NameOID.ORGANIZATION_NAME,
            NameOID.COUNTRY_NAME,
        )
    }
    common, unit, organisation, country = parts.values()
    text = f"CN={common},OU={unit},O={organisation},C={country}{certificate.serial_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
