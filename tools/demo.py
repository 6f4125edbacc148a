"""The demo hospital: build it once, serve it, stop it, throw it away."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

from . import addons, config, database, odoo, paths, process, setup, stamps
from .console import Stop, plain, say, step

NAME = "demo"
INSTALLED = "demo_installed"
BUILDING = "demo_building"
STATE_FILE = paths.RUN / "demo.json"
LOG = "demo.log"
MARK = "HOSPITAL-LOGINS:"
WORKERS = 2

BUILD = """
builder = env.get("hospital.demo")
if builder is not None:
    builder._build()
env.cr.commit()
"""
LOGINS = f"""
import json
builder = env.get("hospital.demo")
rows = builder._logins() if builder is not None else [("Administrator", "admin", "admin")]
print("{MARK}" + json.dumps([[str(part) for part in row] for row in rows]))
"""


def state():
    """Return what is written down about the running demo, or an empty dict."""
    try:
        return json.loads(STATE_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _alive(pid, word):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return word in stream.read().decode(errors="replace")
    except OSError:
        return False


def is_running():
    """Tell whether the demo's server and front are running."""
    known = state()
    return bool(
        known
        and _alive(known.get("odoo", 0), "odoo")
        and _alive(known.get("front", 0), "tools.front")
    )


def install_all(target, log="install.log"):
    """Install all our addons into a fresh database called ``target``."""
    names = addons.own()
    if not names:
        raise Stop("There is no addon below addons/: the repository is not complete.")
    building = f"{target}_new"
    with step(f"Installing {len(names)} addons into a fresh database"):
        (paths.LOGS / log).unlink(missing_ok=True)
        database.create(building)
        try:
            odoo.install(
                building,
                names,
                log,
                "Installing the addons",
                arguments=("--load-language", odoo.LANGUAGES),
            )
        except Stop:
            database.drop(building)
            raise
        database.rename(building, target)


def code_hash():
    """Return the hash of everything the databases are built from."""
    return stamps.digest(paths.ROOT / "requirements.txt", *addons.folders(addons.own()))


def ensure_installed():
    """Provide the template with all addons installed, for the code as it is now."""
    wanted = code_hash()
    if stamps.is_fresh(INSTALLED, wanted) and database.exists(INSTALLED):
        return
    stamps.forget(INSTALLED)
    install_all(INSTALLED)
    stamps.mark(INSTALLED, wanted)


def build(target):
    """Build the demo hospital into the database ``target``; a broken build leaves nothing."""
    ensure_installed()
    with step("Building the demo hospital"):
        database.create(BUILDING, INSTALLED)
        odoo.script(BUILDING, BUILD, "build.log", "Building the demo hospital")
        odoo.script(BUILDING, LOGINS, "build.log", "Reading the demo's logins")
        database.rename(BUILDING, target)


def _ensure_built():
    if database.exists(NAME) and stamps.is_fresh("demo-built", "yes"):
        return
    stamps.forget("demo-built")
    build(NAME)
    stamps.mark("demo-code", code_hash())
    stamps.mark("demo-built", "yes")
    _write_logins()


def _logins_file():
    return paths.CACHE / "logins.json"


def _write_logins():
    with step("Reading one login per role"):
        text = odoo.script(NAME, LOGINS, "build.log", "Reading the demo's logins")
    found = [line for line in text.splitlines() if MARK in line]
    rows = found[-1].split(MARK, 1)[1] if found else "[]"
    stamps.write_atomically(_logins_file(), rows)


def _lan_address():
    """Return the address a phone in the same network can reach (no packet is sent)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"


def start_server(name, port, log, listen="127.0.0.1"):
    """Start Odoo and its front for a database and wait for the first page.

    :return: ``{"odoo": pid, "front": pid, "port": port}``
    """
    (outer,) = config.free_ports(port)
    inner = config.free_ports(outer + 100, 2, step=2)
    conf = config.write(
        target=paths.RUN / f"odoo-{name}.conf",
        db_name=name,
        dbfilter=f"^{name}$",
        max_cron_threads=1,
        limit_time_cpu=120,
        limit_time_real=240,
    )
    (paths.LOGS / log).unlink(missing_ok=True)
    server = odoo.serve(name, inner, log, conf, WORKERS)
    with (paths.LOGS / "front.log").open("ab") as stream:
        front = subprocess.Popen(
            [sys.executable, "-m", "tools.front", listen, str(outer), *map(str, inner)],
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=paths.ROOT,
            start_new_session=True,
        )
    started = {"odoo": server.pid, "front": front.pid, "port": outer, "listen": listen}
    try:
        odoo.wait_until_it_answers(inner[0], server, log)
    except BaseException:
        stop_server(started)
        raise
    return started


def stop_server(known):
    """End a server and its front by their process ids."""
    for key, word in (("front", "tools.front"), ("odoo", "odoo")):
        pid = known.get(key, 0)
        if not _alive(pid, word):
            continue
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 15
        while _alive(pid, word) and time.monotonic() < end:
            time.sleep(0.1)
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
        if _alive(pid, word):
            os.killpg(pid, signal.SIGKILL)


def _qr(address):
    code = (
        "import sys, qrcode; code = qrcode.QRCode(border=2); "
        "code.add_data(sys.argv[1]); code.print_ascii(invert=True)"
    )
    command = [paths.PYTHON, "-c", code, address]
    return process.output(command, {"PYTHONIOENCODING": "utf-8"}) or ""


def _show(known):
    host = _lan_address() if known["listen"] != "127.0.0.1" else "127.0.0.1"
    local = f"http://localhost:{known['port']}"
    plain()
    plain(f"The demo hospital is open:  {local}")
    plain()
    rows = json.loads(_logins_file().read_text(encoding="utf-8")) if _logins_file().exists() else []
    width = max((len(row[1]) for row in rows), default=0)
    for role, login, password in rows:
        plain(f"  {login:<{width}}  {password:<14}  {role}")
    phone = f"http://{host}:{known['port']}/h5/"
    plain()
    plain(f"Patient pages:  {local}/h5/   on a phone in this network:  {phone}")
    plain(_qr(phone))
    plain("Stop it with ./hospital stop; begin anew with ./hospital reset and ./hospital demo.")


def demo(_arguments):
    """Set up, build the demo hospital if it is not there, serve it."""
    setup.run("demo")
    with stamps.lock("demo"):
        _ensure_built()
        if not is_running():
            stop_server(state())
            listen = os.environ.get("HOSPITAL_LISTEN", "0.0.0.0")  # noqa: S104
            with step("Starting Odoo"):
                started = start_server(NAME, config.preferred_port(), LOG, listen)
                stamps.write_atomically(STATE_FILE, json.dumps(started))
        if not stamps.is_fresh("demo-code", code_hash()):
            say("The addons changed since this demo was built: run ./hospital update.")
        _show(state())
    return 0


def stop(_arguments):
    """End the demo's server and the database server."""
    from . import postgres

    with stamps.lock("demo"):
        stop_server(state())
        STATE_FILE.unlink(missing_ok=True)
        if paths.PG.exists():
            postgres.stop()
    say("The demo is stopped; its data stay.")
    return 0


def reset(_arguments):
    """Throw the demo database away."""
    setup.run("demo")
    with stamps.lock("demo"):
        stop_server(state())
        STATE_FILE.unlink(missing_ok=True)
        for name in (NAME, BUILDING, INSTALLED):
            database.drop(name)
        for name in ("demo-built", "demo-code", INSTALLED):
            stamps.forget(name)
    say("The demo database is gone: ./hospital demo builds a new one.")
    return 0


def update(_arguments):
    """Bring the demo database to the code as it is now (-u of all addons)."""
    setup.run("demo")
    with stamps.lock("demo"):
        if not database.exists(NAME):
            raise Stop("There is no demo yet: ./hospital demo builds it.")
        stop_server(state())
        STATE_FILE.unlink(missing_ok=True)
        names = addons.own()
        with step(f"Updating {len(names)} addons"):
            odoo.install(NAME, names, "update.log", "Updating the addons", update=names)
        stamps.mark("demo-code", code_hash())
        _write_logins()
    say("Updated: ./hospital demo serves it.")
    return 0
