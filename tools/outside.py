"""The simulated outside world: gateways and a hospital's systems, beside the demo or alone.

Like ``tools.server`` it finds what runs by its command line, not by a note that a kill makes wrong.
"""

import json
import os
import shutil
import signal
import time
from typing import NamedTuple

from simulation import launch

from . import config, database, paths, postgres, process, setup, stamps
from .console import Stop, plain, say, step
from .server import command_line

STATE = paths.STATE / "outside"
HOSPITAL = "reference_his"
PATIENTS = 5000
PORTS = 10
PATIENCE_SECONDS = 10


class Part(NamedTuple):
    """One process: its word on the command line, its module and its first port."""

    word: str
    module: str
    port: int
    title: str

    @property
    def folder(self):
        """Return where its state lies."""
        return STATE / self.word

    @property
    def log(self):
        """Return its log."""
        return paths.LOGS / f"{self.word}.log"


SANDBOX = Part("sandbox", "sandbox", 18700, "Payment, WeChat, SMS and insurance gateways")
HIS = Part("reference-his", "reference_his", 18800, "The reference HIS")
PARTS = (SANDBOX, HIS)


def _processes(part):
    """Return the process ids of a part of this checkout."""
    mine = str(part.folder)
    pids = [int(pid) for pid in os.listdir("/proc") if pid.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and mine in command_line(pid)]


def addresses(part):
    """Return where a running part is reached: ``{name: address}``, empty when it does not run."""
    file = part.folder / "addresses.json"
    if not (_processes(part) and file.exists()):
        return {}
    return json.loads(file.read_text(encoding="utf-8"))


def _environment():
    return process.environment({**postgres.environment(), "PYTHONUNBUFFERED": "1"})


def build_hospital(patients=PATIENTS):
    """Generate the reference HIS's database if it is not there; a broken one leaves nothing."""
    if database.exists(HOSPITAL):
        return
    building = f"{HOSPITAL}_new"
    with step(f"Generating a hospital with {patients:,} patients"):
        database.create(building)
        command = [paths.PYTHON, "-m", "reference_his.generate", "--db", f"dbname={building}"]
        words = ["--patients", str(patients)]
        env = postgres.environment()
        process.run([*command, *words], "generate.log", "Generating the hospital", env)
        database.rename(building, HOSPITAL)


def start(part, session=True):
    """Start a part, or find it running; return its process (``None`` if found) and addresses.

    :raise Stop: when it ends before it is ready.
    """
    found = addresses(part)
    if found:
        return None, found
    stop(part)  # a half that an interrupted command left
    if part is HIS:
        build_hospital()
    (port, *_more) = config.free_ports(part.port, PORTS, PORTS)
    words = ["--state", str(part.folder), "--base-port", str(port)]
    if part is HIS:
        words += ["--db", f"dbname={HOSPITAL}", "--images"]
    part.log.unlink(missing_ok=True)
    with step(f"Starting {part.word}"):
        try:
            running = launch.start(
                part.module,
                *words,
                log=part.log,
                python=str(paths.PYTHON),
                env=_environment(),
                session=session,
            )
        except RuntimeError as error:
            tail = "\n  ".join(part.log.read_text(encoding="utf-8").splitlines()[-6:])
            raise Stop(f"{error}; the log is {part.log} and ends with\n  {tail}") from None
    return running.process, running.addresses


def stop(part):
    """End a part with everything it started."""
    for pid in _processes(part):
        _send(pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE_SECONDS
    while (left := _processes(part)) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in left:
        _send(pid, signal.SIGKILL)


def _send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it ended by itself


def start_all():
    """Start every part in the background and return ``{word: addresses}``."""
    return {part.word: start(part)[1] for part in PARTS}


def stop_all():
    """End every part."""
    for part in PARTS:
        stop(part)


def forget():
    """Throw the state of every part away: orders, messages, the generated hospital."""
    stop_all()
    for name in (HOSPITAL, f"{HOSPITAL}_new"):
        database.drop(name)
    database.sql(f'DROP ROLE IF EXISTS "{HOSPITAL}_reader"')  # who read its views
    shutil.rmtree(STATE, ignore_errors=True)


def show(part, found):
    """Print where the ports of a part are."""
    plain()
    plain(f"{part.title}:")
    width = max(len(name) for name in found)
    for name, address in found.items():
        plain(f"  {name:<{width}}  {address}")


def _serve(part):
    """Serve a part until Ctrl+C; if the demo serves it already, tell where."""
    setup.run("demo")
    with stamps.lock("outside"):
        running, found = start(part, session=False)
    show(part, found)
    if running is None:
        say("It was running already: ./hospital stop ends it.")
        return 0
    plain("\nEnd it with Ctrl+C.")
    try:
        return running.wait()
    finally:
        stop(part)


def sandbox(_arguments):
    """Serve the gateways."""
    return _serve(SANDBOX)


def reference_his(_arguments):
    """Serve the reference HIS."""
    return _serve(HIS)
