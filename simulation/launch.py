"""Start a simulated world as a process of its own, from tests and tools."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 60
PATIENCE_SECONDS = 900
ROOT = Path(__file__).resolve().parent.parent


class Running:
    """A world in another process: its addresses and its control port."""

    def __init__(self, process: "subprocess.Popen[bytes]", addresses: dict[str, str]):
        self.process, self.addresses = process, addresses

    def ask(
        self, method: str, path: str, content: Any = None, seconds: float = TIMEOUT_SECONDS
    ) -> Any:
        """Call the control port and return the JSON answer.

        :param float seconds: real seconds until the answer must be there.
        :raise urllib.error.HTTPError: when it refuses.
        """
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(  # noqa: S310 (our own loopback address)
            self.addresses["control"] + path, data=body, method=method
        )
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
            return json.loads(answer.read())

    def get(self, path: str) -> Any:
        """Read from the control port."""
        return self.ask("GET", path)

    def post(self, path: str, **content: Any) -> Any:
        """Write to the control port."""
        return self.ask("POST", path, content)

    def wait_until(self, moment: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when the virtual time has come.

        :param str moment: an ISO time.
        """
        self.ask("POST", "/clock/wait", {"until": moment}, seconds)

    def fault(self, kind: str, **rule: Any) -> int:
        """Add a fault and return its number; options of the kind go into ``options``."""
        return int(self.post("/faults", kind=kind, **rule)["id"])

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask the process to end, and wait for it."""
        self.process.terminate()
        self.process.wait(timeout=30)
        if self.process.stdout:
            self.process.stdout.close()


def start(
    module: str,
    *arguments: str,
    log: Path | None = None,
    python: str = sys.executable,
    env: Mapping[str, str] | None = None,
    session: bool = False,
) -> Running:
    """Start ``python -m module`` and return when all its ports listen.

    :param Path log: where its standard error goes; else to ours.
    :param bool session: let it go on when the terminal of this process closes.
    :raise RuntimeError: when the process ends before it is ready.
    """
    stream = log.open("ab") if log else None
    try:
        process = subprocess.Popen(
            [python, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stream,
            env={**(env or os.environ), "PYTHONUNBUFFERED": "1"},
            start_new_session=session,
        )
    finally:
        if stream:
            stream.close()
    if process.stdout is None:
        raise RuntimeError("the process has no output")
    for line in process.stdout:
        if line.startswith(b"ready "):
            return Running(process, json.loads(line[6:]))
    raise RuntimeError(f"{module} ended with status {process.wait()} before it was ready")
