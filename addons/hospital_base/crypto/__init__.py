"""Encryption at rest and keyed hashes for exact search.

Source: rules L15 and L16 of the privacy requirements (GB/T 39786 level 3:
identity numbers and phones confidential at rest; keys only behind a provider).
"""

from .keyring import KeyMissing, KeyProvider, FileKeyProvider, provider, use_provider
from .suites import (
    TOKEN_PREFIX,
    decrypt,
    encrypt,
    is_token,
    keyed_hash,
    message_mac,
    normalise,
    token_key_id,
)

__all__ = [
    "TOKEN_PREFIX",
    "FileKeyProvider",
    "KeyMissing",
    "KeyProvider",
    "decrypt",
    "encrypt",
    "is_token",
    "keyed_hash",
    "message_mac",
    "provider",
    "token_key_id",
    "normalise",
    "use_provider",
]
