"""Remember finished steps, so that repeating a command is quick and an interruption is harmless."""

import fcntl
import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

from . import paths
from .console import Stop, say

IGNORED = {"__pycache__", ".pytest_cache", ".ruff_cache"}


def _files(path):
    if path.is_dir():
        for folder, names, files in os.walk(path):
            names[:] = sorted(set(names) - IGNORED)
            yield from (Path(folder) / name for name in sorted(files) if name[-4:] != ".pyc")
    elif path.exists():
        yield path


def digest(*inputs):
    """Return a hash over texts and over the content of files and folders (``Path``)."""
    sha = hashlib.sha256()
    for item in inputs:
        if not isinstance(item, Path):
            sha.update(f"text:{item}\0".encode())
            continue
        for file in _files(item):
            sha.update(f"file:{file.relative_to(item.parent)}\0".encode())
            sha.update(hashlib.sha256(file.read_bytes()).digest())
    return sha.hexdigest()


def write_atomically(path, text, mode=0o644):
    """Write a file so that a reader sees the old or the new content, never a part."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, path)


def is_fresh(name, value):
    """Tell whether the step ``name`` was finished with exactly this hash."""
    file = paths.STAMPS / name
    return file.exists() and file.read_text(encoding="utf-8") == value


def mark(name, value):
    """Write down that the step ``name`` is finished for this hash."""
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    write_atomically(paths.STAMPS / name, value)


def forget(name):
    """Forget a finished step."""
    (paths.STAMPS / name).unlink(missing_ok=True)


@contextmanager
def lock(name, wait=True):
    """Hold a lock that ends with the process, so that no two commands do the same at once.

    :raise Stop: when ``wait`` is false and another command holds it.
    """
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with (paths.CACHE / f"{name}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise Stop(
                    f"Another ./hospital command is busy with '{name}': wait for its end."
                ) from None
            say(f"waiting for another ./hospital command that is busy with '{name}'")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
