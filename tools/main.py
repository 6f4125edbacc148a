"""The words of the command and what each one calls."""

import errno
import os
import signal
import subprocess
import sys
from collections import deque
from contextlib import redirect_stdout

from . import (
    addons,
    console,
    database,
    demo,
    odoo,
    outside,
    paths,
    postgres,
    process,
    server,
    setup,
    testing,
)
from .console import Stop, plain

HELP = """\
usage: ./hospital WORD

  demo             set up, build the demo hospital once and serve it
  stop             stop the demo and its database server
  reset            throw the demo database away
  update           bring the demo database to the code as it is now
  test [ADDON]     run all tests, or those of one addon
                   (--only gate|odoo|e2e|world runs a part)
  bench NAME       run bench/NAME.py (--json: one JSON object)
  sandbox          serve the payment, WeChat, SMS and insurance gateways (demo does it too)
  reference-his    serve the reference HIS (demo does it too)
  shell            Python shell in the demo database
  psql             SQL shell in the demo database
  logs [NAME]      list the logs, or show the end of one
  status           what is set up and running
  setup [FOR]      only set up (for: demo, test, bench)

environment
  HOSPITAL_ODOO     folder of an Odoo 19 to use instead of Debian's package
  HOSPITAL_DB_URI   postgresql://user:password@host:port/ of an existing server
  HOSPITAL_PORT     preferred port of the demo (8069)
  HOSPITAL_LISTEN   address the demo listens on (0.0.0.0)
  HOSPITAL_KEY_FILE key ring of the encrypted personal data
"""

FULL = "The disk is full: free some gigabytes and run the command again."
FOREIGN = "{file} belongs to another user: run the command as that one, or change its owner."
SYSTEM_FAULTS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EACCES: FOREIGN,
    errno.EPERM: FOREIGN,
    errno.EROFS: "{file} cannot be written: the disk is mounted read-only.",
}


def _setup(arguments):
    """Only set up."""
    purpose = arguments[0] if arguments else "demo"
    if purpose not in setup.NEEDED_GIB:
        raise Stop(f"'{purpose}' is nothing to set up for: choose demo, test or bench.")
    setup.run(purpose)
    console.say("Everything is set up.")
    return 0


def _shell(_arguments):
    """Open a Python shell in the demo database."""
    demo.need()
    options = ["-c", str(paths.CONFIG), "-d", demo.NAME, "--no-http"]
    return subprocess.call(
        [str(paths.PYTHON), str(paths.LAUNCHER), "shell", *options],
        env=process.environment(odoo.environment()),
    )


def _psql(arguments):
    """Open psql in the demo database."""
    demo.need()
    return subprocess.call(
        ["psql", "-d", demo.NAME, *arguments], env=process.environment(odoo.environment())
    )


def _logs(arguments):
    """List the logs, or show the end of one."""
    found = sorted(paths.LOGS.glob("*.log")) if paths.LOGS.is_dir() else []
    if not arguments:
        for file in found:
            plain(f"{file.stat().st_size:>10}  {file.relative_to(paths.ROOT)}")
        return 0
    for file in found:
        if file.stem == arguments[0].removesuffix(".log"):
            with file.open(encoding="utf-8", errors="replace") as stream:
                plain("".join(deque(stream, 60)).rstrip())
            return 0
    raise Stop(f"There is no log '{arguments[0]}': ./hospital logs lists them.")


def _status(_arguments):
    """Tell what is set up and what runs."""
    plain(f"set up:          {'yes' if paths.CONFIG.exists() else 'no (./hospital setup)'}")
    if not paths.CONFIG.exists():
        return 1
    runs = postgres.is_running()
    plain(f"database server: {'running' if runs else 'stopped'} ({postgres.connection()['host']})")
    plain(f"demo database:   {'there' if runs and database.exists(demo.NAME) else 'not seen'}")
    known = server.find(demo.NAME)
    serving = f"http://localhost:{known.port}" if known else "stopped"
    plain(f"demo server:     {serving}")
    for part in outside.PARTS:
        control = outside.addresses(part).get("control", "stopped")
        plain(f"{part.word + ':':<17}{control}")
    plain(f"addons:          {', '.join(addons.own())}")
    return 0


def _bench(arguments):
    """Run one benchmark with the environment of the set-up."""
    known = sorted(file.stem for file in (paths.ROOT / "bench").glob("*.py"))
    known = [name for name in known if name not in ("common", "__init__", "conftest")]
    name = arguments[0] if arguments else ""
    if name not in known:
        raise Stop(f"Name a benchmark: {', '.join(known) or 'none is there'}.")
    with redirect_stdout(sys.stderr):  # standard output belongs to the benchmark
        setup.run("bench")
    env = {**odoo.environment(), "HOSPITAL_ROOT": str(paths.ROOT)}
    sbin = f"{env['PATH']}{os.pathsep}/usr/sbin{os.pathsep}{postgres.binaries()}"
    return subprocess.call(
        [str(paths.PYTHON), str(paths.ROOT / "bench" / f"{name}.py"), *arguments[1:]],
        env=process.environment({**env, "PATH": sbin}),
        cwd=paths.ROOT,
    )


def _help(_arguments):
    """Show the words."""
    plain(HELP)
    return 0


WORDS = {
    "demo": demo.demo,
    "stop": demo.stop,
    "reset": demo.reset,
    "update": demo.update,
    "test": testing.test,
    "bench": _bench,
    "sandbox": outside.sandbox,
    "reference-his": outside.reference_his,
    "shell": _shell,
    "psql": _psql,
    "logs": _logs,
    "status": _status,
    "setup": _setup,
    "help": _help,
    "-h": _help,
    "--help": _help,
}


def _end(number, _frame):
    raise SystemExit(128 + number)


def main(arguments):
    """Run one word and return the exit status."""
    word = WORDS.get(arguments[0] if arguments else "help")
    if word is None:
        print(f"'{arguments[0]}' is not a word of this command.\n\n{HELP}", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)  # what is begun is put away, as after Ctrl+C
    try:
        return word(arguments[1:])
    except Stop as end:
        print(f"\n{end}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # as in "./hospital logs | head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        sentence = SYSTEM_FAULTS.get(error.errno)
        if not sentence:
            raise
        print(f"\n{sentence.format(file=error.filename or paths.STATE)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: run the same command again to go on.", file=sys.stderr)
        return 130
