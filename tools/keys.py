"""The key ring of the encrypted personal data."""

import os
import secrets

from . import paths


def key_file():
    """Return the path of the key ring: HOSPITAL_KEY_FILE, or the one in the state folder."""
    named = os.environ.get("HOSPITAL_KEY_FILE")
    return type(paths.KEY_FILE)(named) if named else paths.KEY_FILE


def create():
    """Create a key ring of random keys (mode 0400) unless there is one.

    A lost ring makes the encrypted data unreadable, so an existing one is never touched.
    """
    target = key_file()
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"ring.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(f"enc:k1:{secrets.token_hex(32)}\nidx:h1:{secrets.token_hex(32)}\n")
    os.replace(fresh, target)
