"""Where keys come from.

The ring is a file outside the repository, the data folder and the database::

    suite:sm4                      (or aes; optional, sm4 when absent)
    enc:k1:<64 hex digits>         (the last ``enc`` line is the active key)
    idx:h1:<64 hex digits>[:sha256]

A hardware module or key service replaces :class:`FileKeyProvider`; nothing else
in the suite touches a key.
"""

import configparser
import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

from odoo.tools import config

KEY_FILE_VARIABLE = "HOSPITAL_KEY_FILE"


class KeyMissing(Exception):
    """A key that the data needs is not in the ring."""


class KeyProvider(Protocol):
    """What the suites need from a key store."""

    suite: str  #: ``sm4`` or ``aes``, used for new values
    active_key_id: str
    index_digest: str  #: ``sm3`` or ``sha256``

    def encryption_key(self, key_id: str) -> bytes:
        """Return 32 bytes, or raise :class:`KeyMissing`."""

    def key_ids(self) -> set[str]:
        """Return the ids of every key that can still decrypt."""

    def index_key(self) -> bytes:
        """Return the 32 bytes from which keyed hashes are derived."""


class FileKeyProvider:
    """Read the ring from one file that only the server's user can read."""

    def __init__(self, path):
        self.suite = "sm4"
        self.index_digest = "sm3"
        self.active_key_id = ""
        self._keys = {}
        self._index_key = b""
        try:
            lines = Path(path).read_text(encoding="ascii").splitlines()
        except OSError as error:
            raise KeyMissing(f"the key ring {path} cannot be read: {error.strerror}") from error
        for line in lines:
            self._read_line(line.strip())
        if not self._keys or not self._index_key:
            raise KeyMissing(f"the key ring {path} holds no enc: or no idx: line")

    def _read_line(self, line):
        kind, _sep, rest = line.partition(":")
        if kind == "suite":
            self.suite = rest
        elif kind == "enc":
            key_id, _sep, digits = rest.partition(":")
            self._keys[key_id] = bytes.fromhex(digits)
            self.active_key_id = key_id
        elif kind == "idx":
            _key_id, digits, *digest = rest.split(":")
            self._index_key = bytes.fromhex(digits)
            self.index_digest = digest[0] if digest else "sm3"

    def encryption_key(self, key_id):
        try:
            return self._keys[key_id]
        except KeyError:
            raise KeyMissing(f"key {key_id} is not in the ring") from None

    def key_ids(self):
        return set(self._keys)

    def index_key(self):
        return self._index_key


def _configured_path():
    """Return the ring's path from the environment or ``[hospital]`` in odoo.conf."""
    if path := os.environ.get(KEY_FILE_VARIABLE):
        return path
    parser = configparser.RawConfigParser()
    if config["config"]:
        parser.read(config["config"])
    path = parser.get("hospital", "key_file", fallback="")
    if not path:
        raise KeyMissing(
            f"no key ring is configured: set {KEY_FILE_VARIABLE} or key_file in the "
            "[hospital] section of odoo.conf"
        )
    return path


_override = []


@cache
def _default_provider():
    return FileKeyProvider(_configured_path())


def provider() -> KeyProvider:
    """Return the key provider of this process."""
    return _override[-1] if _override else _default_provider()


@contextmanager
def use_provider(replacement):
    """Use another provider inside the block (tests, rotation drills)."""
    _override.append(replacement)
    try:
        yield replacement
    finally:
        _override.pop()
