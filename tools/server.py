"""A server in the background: Odoo and its front, found by what runs and not by a note.

A note of process ids is wrong after a kill between the start and the writing. What belongs to a
server of this checkout is told by its command line and its working folder, so that the next
command always finds it, whatever happened to the one that started it.
"""

import os
import signal
import subprocess
import sys
import time
from typing import NamedTuple

from . import config, odoo, paths, process

WORKERS = 2
PATIENCE_SECONDS = 15


class Server(NamedTuple):
    """A running server: where people reach it, and where Odoo itself listens."""

    listen: str
    port: int
    inner: int


def _conf(name):
    return paths.RUN / f"odoo-{name}.conf"


def command_line(pid):
    """Return the command line of a process of this checkout, empty for any other."""
    try:
        if not os.path.samefile(f"/proc/{pid}/cwd", paths.ROOT):
            return []
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return stream.read().decode(errors="replace").split("\0")[:-1]
    except OSError:  # it ended meanwhile, or it belongs to somebody else
        return []


def _processes(name):
    """Return ``{pid: command line}`` of a server's Odoo and its front."""
    mine = str(_conf(name))
    found = {int(pid): command_line(pid) for pid in os.listdir("/proc") if pid.isdigit()}
    return {pid: words for pid, words in found.items() if mine in words and pid != os.getpid()}


def find(name):
    """Return the running :class:`Server` of this name, ``None`` when a part of it is missing."""
    commands = list(_processes(name).values())
    fronts = [words for words in commands if "tools.front" in words]
    if not fronts or len(fronts) == len(commands):
        return None
    listen, port, inner = fronts[0][fronts[0].index("tools.front") + 1 :][:3]
    return Server(listen, int(port), int(inner))


def start(name, port, log, listen="127.0.0.1"):
    """Start Odoo and its front for the database ``name`` and wait for the first page.

    :return: the :class:`Server`.
    """
    stop(name)  # a half that an interrupted command left
    (outer,) = config.free_ports(port)
    inner = config.free_ports(outer + 100, 2, step=2)
    conf = config.write(
        target=_conf(name),
        db_name=name,
        dbfilter=f"^{name}$",
        max_cron_threads=1,
        limit_time_cpu=120,
        limit_time_real=240,
    )
    (paths.LOGS / log).unlink(missing_ok=True)
    try:
        server = odoo.serve(name, inner, log, conf, WORKERS)
        _start_front(listen, outer, inner, conf)
        host = "127.0.0.1" if listen == config.EVERYWHERE else listen
        odoo.wait_until_it_answers(outer, server, log, host)
    except BaseException:
        stop(name)
        raise
    return Server(listen, outer, inner[0])


def _start_front(listen, port, inner, conf):
    command = [sys.executable, "-m", "tools.front", listen, port, *inner, conf]
    with (paths.LOGS / "front.log").open("ab") as stream:
        subprocess.Popen(
            [str(part) for part in command],
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=process.environment(),
            cwd=paths.ROOT,
            start_new_session=True,
        )


def stop(name):
    """End a server with all its processes, also those that an interrupted command left."""
    for pid in _processes(name):
        _send(pid, signal.SIGTERM, leaders_only=True)  # Odoo's workers are ended by their master
    end = time.monotonic() + PATIENCE_SECONDS
    while (left := _processes(name)) and time.monotonic() < end:
        time.sleep(0.2)
    for pid in left:
        _send(pid, signal.SIGKILL)


def _send(pid, number, leaders_only=False):
    try:
        if not leaders_only or os.getsid(pid) == pid:
            os.kill(pid, number)
    except ProcessLookupError:
        pass  # it ended by itself
