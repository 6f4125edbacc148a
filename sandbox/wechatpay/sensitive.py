"""Fields that merchants encrypt for WeChat Pay: names, card numbers."""

from cryptography.hazmat.primitives.asymmetric import rsa

from . import signing
from .errors import wrong_field


def opened(key: rsa.RSAPrivateKey, sealed: str, field: str) -> str:
    """Return a decrypted field.

    :raise Refusal: PARAM_ERROR when it was not encrypted with the key that the request names.
    """
    try:
        return signing.open_field(key, sealed)
    except ValueError:
        raise wrong_field(field, "", "敏感信息解密失败") from None
