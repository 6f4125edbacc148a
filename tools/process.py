"""Run other programs with a log file and one clear sentence when they fail."""

import os
import shutil
import subprocess
from functools import cache

from . import paths
from .console import Stop

NETWORK_MARKS = (
    "could not resolve",
    "temporary failure in name resolution",
    "temporary failure resolving",
    "network is unreachable",
    "connection timed out",
    "failed to establish a new connection",
    "unable to connect",
    "could not connect to",
    "enotfound",
    "eai_again",
    "etimedout",
)
DISK_MARKS = ("no space left on device", "not enough free space", "enospc", "disk quota exceeded")


def diagnose(text):
    """Return the likely cause named in a program's output, or an empty string."""
    lower = text.lower()
    if any(mark in lower for mark in DISK_MARKS):
        return "the disk is full: free some gigabytes and run the command again"
    if any(mark in lower for mark in NETWORK_MARKS):
        return "the network cannot be reached: check the connection or proxy and run it again"
    return ""


# programs that keep something for the next time keep it in the state folder
CACHES = {
    "HYPOTHESIS_STORAGE_DIRECTORY": "hypothesis",
    "PIP_CACHE_DIR": "pip",
    "PYLINTHOME": "pylint",
    "PYTHONPYCACHEPREFIX": "python",
    "npm_config_cache": "npm",
}


def environment(extra=None):
    """Return the environment for a child: ours, plus ``extra``."""
    env = {name: str(paths.CACHE / folder) for name, folder in CACHES.items()} | dict(os.environ)
    env.update({key: str(value) for key, value in (extra or {}).items()})
    return env


@cache
def _can_bind():
    """Tell whether this system's setpriv can end a program with its parent (busybox cannot)."""
    return output(["setpriv", "--pdeathsig", "KILL", "true"]) is not None


def bound(command):
    """Return a command that ends with this one, even when this one is killed.

    What an orphan went on to write would meet what the repeated command writes.
    """
    words = [str(part) for part in command]
    if not _can_bind():
        return words
    inner = words[1:] if words[0] == "setpriv" else words  # a change of user would undo it
    return ["setpriv", "--pdeathsig", "KILL", *inner]


def run(command, log, purpose, env=None, cwd=None, orphan=False):
    """Run a program to its end, its output appended to a log file.

    :param list command: program and arguments.
    :param str log: name of the log file below ``.hospital/logs``.
    :param str purpose: what was tried, for the sentence on failure.
    :param bool orphan: let it come to its end when this command is interrupted or killed.
    :raise Stop: when the program is missing or ends with an error.
    """
    if not shutil.which(str(command[0])):
        raise Stop(f"{purpose} failed: the program {command[0]} is missing.")
    target = paths.LOGS / log
    with target.open("ab") as stream:
        begin = stream.tell()
        child = subprocess.Popen(
            [str(part) for part in command] if orphan else bound(command),
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(env),
            cwd=cwd or paths.ROOT,
        )
        try:
            code = child.wait()
        except BaseException:
            if not orphan:
                child.kill()
                child.wait()
            raise
    if code:
        raise Stop(failure(purpose, target, begin, code))


def failure(purpose, log, begin, code):
    """Return the sentence for a program that failed, with the end of its output."""
    with log.open("rb") as stream:
        stream.seek(begin)
        text = stream.read().decode(errors="replace")
    cause = diagnose(text)
    if cause:
        return f"{purpose} failed: {cause} (log: {log})."
    tail = "\n  ".join(text.strip().splitlines()[-6:])
    return f"{purpose} failed with status {code}; the log is {log} and ends with\n  {tail}"


def output(command, env=None, cwd=None):
    """Return the standard output of a program, or ``None`` when it failed or is missing."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            env=environment(env),
            cwd=cwd,
            check=False,
        )
    except (FileNotFoundError, PermissionError):
        return None
    return done.stdout if done.returncode == 0 else None
