"""``/v3/certificates``: the platform certificate, sealed with the merchant's key."""

from collections.abc import Iterable

from cryptography import x509

from simulation.gateway import Route
from simulation.messages import Answer, Call

from . import signing
from .merchants import Merchant, Merchants
from .numbers import rfc3339
from .v3 import Door


class CertificateApi:
    """Handler of ``/v3/certificates``."""

    def __init__(self, door: Door, merchants: Merchants):
        self._door, self._merchants = door, merchants

    def routes(self) -> Iterable[Route]:
        """Return the address."""
        handler = self._door.guarded("certificates", self._certificates)
        yield Route("GET", "/v3/certificates", "certificates", handler)

    def _certificates(self, _call: Call, merchant: Merchant) -> Answer:
        platform = self._merchants.platform
        pem = platform.certificate_pem.encode()
        found = x509.load_pem_x509_certificate(pem)
        entry = {
            "serial_no": platform.serial,
            "effective_time": rfc3339(found.not_valid_before_utc.timestamp()),
            "expire_time": rfc3339(found.not_valid_after_utc.timestamp()),
            "encrypt_certificate": signing.seal(merchant.apiv3_key, pem, "certificate"),
        }
        return Answer.json({"data": [entry]})
