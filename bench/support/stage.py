"""The bench's database, its Odoo and the front: made below ``.hospital/bench``."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

from deploy import render
from tools import config, database, odoo, paths, postgres, process
from tools.console import Stop

FOLDER = paths.STATE / "bench"
ADDONS = paths.ROOT / "bench" / "addons"
CONF = FOLDER / "odoo.conf"
WANTED = ["hospital_portal", "hospital_bench"]
RUN = "bench_run"
FIRST_PORT = 8281
PEOPLE = 2000
START_SECONDS = 90
WORKERS = 2


def prepare():
    """Make the folder and the configuration."""
    postgres.start()
    FOLDER.mkdir(parents=True, exist_ok=True)
    config.write(addons=[ADDONS], target=CONF, data_dir=FOLDER / "data")
    os.environ.update(postgres.environment())


def _source_key():
    digest = hashlib.sha256(str(PEOPLE).encode())
    for folder in (paths.ADDONS, ADDONS, paths.ROOT / "bench" / "support"):
        for file in sorted(folder.rglob("*")):
            parts = file.relative_to(folder).parts
            if file.suffix in (".py", ".xml", ".csv", ".sql") and "tests" not in parts:
                digest.update(f"{file.relative_to(folder)}".encode() + file.read_bytes())
    return digest.hexdigest()[:10]


def template(say, rebuild=False):
    """Return the database with addons and people, built when the sources have changed."""
    prepare()
    name = f"bench_{_source_key()}"
    if database.exists(name) and not rebuild:
        return name
    old = database.sql("SELECT datname FROM pg_database WHERE datname ~ '^bench_[0-9a-f]{10}$'")
    for other in old.split():
        database.drop(other)
    shutil.rmtree(FOLDER / "data" / "sessions", ignore_errors=True)
    building = "bench_building"
    database.create(building)
    say(f"installing {', '.join(WANTED)} (once for each state of the sources)")
    odoo.install(
        building, WANTED, "bench-install.log", "Installing the bench", arguments=["-c", str(CONF)]
    )
    say(f"registering {PEOPLE} people with accounts and sessions")
    shell(building, "people", {"count": PEOPLE, "database": RUN})
    database.rename(building, name)
    return name


def fresh(say, rebuild=False):
    """Make the database of this run from the template; return its name."""
    source = template(say, rebuild)
    database.create(RUN, source)
    return RUN


def shell(name, script, values=None):
    """Run ``support/<script>.py`` in an Odoo shell with ``values`` as its ``given``.

    :return: what the script printed.
    :raise Stop: when it fails.
    """
    text = (paths.ROOT / "bench" / "support" / f"{script}.py").read_text(encoding="utf-8")
    command = [paths.PYTHON, "-m", "odoo", "shell", "-c", CONF, "-d", name, "--no-http"]
    source = f"given = {values or {}!r}\nexec({text!r}, globals())\n"
    done = subprocess.run(
        [str(part) for part in (*command, "--shell-interface", "python")],
        input=source,
        capture_output=True,
        text=True,
        env=process.environment(odoo.environment()),
        cwd=paths.ROOT,
        check=False,
    )
    log = paths.LOGS / "bench-shell.log"
    log.write_text(done.stderr, encoding="utf-8")
    if done.returncode or "Traceback (most recent call last)" in done.stderr:
        raise Stop(f"The script {script} of the bench failed; see {log}.")
    return done.stdout


def answers(port, path="/web/health"):
    """Tell whether something on this machine answers a page with 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Site:
    """Odoo prefork with two workers, haproxy and nginx; used in a ``with`` statement."""

    def __init__(self, name=RUN, workers=WORKERS):
        names = ["http", "gevent", "haproxy", "metrics", "redirect", "patients", "staff"]
        self.ports = dict(zip(names, config.free_ports(FIRST_PORT, len(names)), strict=True))
        self.name = name
        self.workers = workers
        self.log = paths.LOGS / "bench-server.log"
        self._processes = []

    def __enter__(self):
        shutil.rmtree(FOLDER / "nginx-cache", ignore_errors=True)
        self.log.unlink(missing_ok=True)
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        ports = (self.ports["http"], self.ports["gevent"])
        server = odoo.serve(self.name, ports, self.log.name, CONF, self.workers)
        self._processes.append(server)
        haproxy = render.haproxy(FOLDER, self.ports, node_maxconn=2 * self.workers)
        self._spawn("haproxy", "-db", "-f", str(haproxy))
        nginx = render.nginx(FOLDER, self.ports, tls=False)
        self._spawn("nginx", "-c", str(nginx), "-p", str(FOLDER), "-g", "daemon off;")
        end = time.monotonic() + START_SECONDS
        while not (answers(self.ports["http"]) and answers(self.ports["haproxy"])):
            if time.monotonic() > end or any(one.poll() is not None for one in self._processes):
                raise Stop(f"The bench's servers do not start; see {self.log} and {FOLDER}.")
            time.sleep(0.3)

    def _spawn(self, program, *arguments):
        path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if not path:
            raise Stop(f"{program} is missing: run './hospital setup bench'.")
        with (FOLDER / f"{program}.log").open("wb") as stream:
            started = subprocess.Popen(
                [path, *arguments], stdout=stream, stderr=stream, start_new_session=True
            )
        self._processes.append(started)

    def __exit__(self, *_error):
        for one in reversed(self._processes):
            if one.poll() is None:
                one.terminate()
        for one in self._processes:
            try:
                one.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(one.pid, signal.SIGKILL)
        self._processes.clear()
