"""Start Odoo for an installation, an upgrade, a script or as a server."""

import os
import subprocess
import time
import urllib.error
import urllib.request

from . import config, keys, paths, postgres, process
from .console import Stop

LANGUAGES = "zh_CN,en_US"


def environment():
    """Return the variables every Odoo of ours needs."""
    venv_path = f"{paths.VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {
        **postgres.environment(),
        "HOSPITAL_KEY_FILE": str(keys.key_file()),
        "ODOO_RC": str(paths.CONFIG),
        "PATH": venv_path,
        "PYTHONUNBUFFERED": "1",
        "LANG": "C.UTF-8",
    }


def command(*arguments, conf=None):
    """Return the command line of the Odoo server."""
    return [paths.PYTHON, paths.LAUNCHER, "-c", conf or paths.CONFIG, *arguments]


def install(database, names, log, purpose, update=(), arguments=()):
    """Install or update addons in a database and end.

    :raise Stop: when Odoo ends with an error.
    """
    options = ["-d", database, "--stop-after-init", "--no-http"]
    if names:
        options += ["-i", ",".join(names)]
    if update:
        options += ["-u", ",".join(update)]
    process.run(command(*options, *arguments), log, purpose, environment())


def script(database, text, log, purpose):
    """Run Python in an Odoo shell and return what it printed.

    :raise Stop: when the script fails.
    """
    done = subprocess.run(
        process.bound(
            [paths.PYTHON, "-m", "odoo", "shell", "-c", paths.CONFIG, "-d", database]
            + ["--no-http", "--shell-interface", "python"]
        ),
        input=text,
        capture_output=True,
        text=True,
        env=process.environment(environment()),
        cwd=paths.ROOT,
        check=False,
    )
    with (paths.LOGS / log).open("a", encoding="utf-8") as stream:
        begin = stream.tell()
        stream.write(done.stderr)
    if done.returncode or "Traceback (most recent call last)" in done.stderr:
        raise Stop(process.failure(purpose, paths.LOGS / log, begin, done.returncode))
    return done.stdout


def serve(database, ports, log, conf, workers=2):
    """Start a server in the background.

    :param ports: HTTP port and gevent port.
    :return: the process.
    :rtype: subprocess.Popen
    """
    options = ["-d", database, "--http-port", str(ports[0]), "--gevent-port", str(ports[1])]
    with (paths.LOGS / log).open("ab") as stream:
        return subprocess.Popen(
            [str(part) for part in command(*options, "--workers", str(workers), conf=conf)],
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=process.environment(environment()),
            cwd=paths.ROOT,
            start_new_session=True,
        )


def answers(port, host="127.0.0.1", timeout=5):
    """Tell whether a server on this machine answers a page without an error."""
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/web/login", timeout=timeout) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError, ValueError):
        return False


def wait_until_it_answers(port, server, log, host="127.0.0.1", seconds=90):
    """Wait for a server's first page.

    :raise Stop: when it ends or stays silent.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answers(port, host, timeout=30):
            return
        if server is not None and server.poll() is not None:
            raise Stop(process.failure("Starting Odoo", paths.LOGS / log, 0, server.returncode))
        time.sleep(0.3)
    raise Stop(f"Odoo did not answer within {seconds} s: see {paths.LOGS / log}.")


def write_config():
    """Write ``.hospital/odoo.conf``."""
    return config.write()
