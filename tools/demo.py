"""The demo hospital: build it once, serve it, stop it, throw it away."""

import json
import socket

from . import (
    addons,
    config,
    database,
    odoo,
    outside,
    paths,
    postgres,
    process,
    server,
    setup,
    stamps,
)
from .console import Stop, plain, say, step

NAME = "demo"
INSTALLED = "demo_installed"
BUILDING = "demo_building"
LOG = "demo.log"
MARK = "HOSPITAL-LOGINS:"

BUILD = """
builder = env.get("hospital.demo")
if builder is not None:
    builder._build()
# the first person who opens the back office does not wait for its scripts and styles
for kind in ("js", "css"):
    bundle = env["ir.qweb"]._get_asset_bundle("web.assets_web", js=kind == "js", css=kind == "css")
    getattr(bundle, kind)()
env.cr.commit()
"""
LOGINS = f"""
import json
builder = env.get("hospital.demo")
rows = builder._logins() if builder is not None else [("Administrator", "admin", "admin")]
print("{MARK}" + json.dumps([[str(part) for part in row] for row in rows]))
"""


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
    """Build the demo hospital into the database ``target``; a broken build leaves nothing.

    :return: one row per role: its name, login and password.
    """
    ensure_installed()
    with step("Building the demo hospital"):
        database.create(BUILDING, INSTALLED)
        odoo.script(BUILDING, BUILD, "build.log", "Building the demo hospital")
        rows = _read_logins(BUILDING)
        database.rename(BUILDING, target)
    return rows


def _ensure_built():
    if database.exists(NAME) and stamps.is_fresh("demo-built", "yes"):
        return
    stamps.forget("demo-built")
    rows = build(NAME)
    _write_logins(rows)
    stamps.mark("demo-code", code_hash())
    stamps.mark("demo-built", "yes")


def _read_logins(name):
    text = odoo.script(name, LOGINS, "build.log", "Reading the demo's logins")
    found = [line for line in text.splitlines() if MARK in line]
    return json.loads(found[-1].split(MARK, 1)[1]) if found else []


def _logins_file():
    return paths.CACHE / "logins.json"


def _write_logins(rows):
    stamps.write_atomically(_logins_file(), json.dumps(rows, ensure_ascii=False))


def _lan_address():
    """Return the address a phone in the same network can reach (no packet is sent)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"


def _qr(address):
    code = (
        "import sys, qrcode; code = qrcode.QRCode(border=2); "
        "code.add_data(sys.argv[1]); code.print_ascii(invert=True)"
    )
    command = [paths.PYTHON, "-c", code, address]
    return process.output(command, {"PYTHONIOENCODING": "utf-8"}) or ""


def _show(known, world):
    host = _lan_address() if known.listen != "127.0.0.1" else "127.0.0.1"
    local = f"http://localhost:{known.port}"
    plain()
    plain(f"The demo hospital is open:  {local}")
    plain()
    rows = json.loads(_logins_file().read_text(encoding="utf-8")) if _logins_file().exists() else []
    width = max((len(row[1]) for row in rows), default=0)
    for role, login, password in rows:
        plain(f"  {login:<{width}}  {password:<14}  {role}")
    phone = f"http://{host}:{known.port}/h5/"
    plain()
    plain(f"Patient pages:  {local}/h5/   on a phone in this network:  {phone}")
    plain(_qr(phone))
    people = world["sandbox"].get("phone", "").replace("127.0.0.1", "phone.localhost")
    plain(f"Phones with WeChat and Alipay:  {people}")
    plain(f"Gateways, faults, clock:        {world['sandbox'].get('control', '')}")
    plain(f"Reference HIS:                  {world['reference-his'].get('control', '')}")
    plain()
    plain("Stop it with ./hospital stop; begin anew with ./hospital reset and ./hospital demo.")


def demo(_arguments):
    """Set up, build the demo hospital if it is not there, serve it."""
    listen, port = config.listen_address(), config.preferred_port()
    setup.run("demo")
    database.check_server()
    with stamps.lock("demo"):
        _ensure_built()
        running = server.find(NAME)
        if not (running and odoo.answers(running.inner, timeout=30)):
            with step("Starting Odoo"):
                running = server.start(NAME, port, LOG, listen)
        world = outside.start_all()
        if not stamps.is_fresh("demo-code", code_hash()):
            say("The addons changed since this demo was built: run ./hospital update.")
        _show(running, world)
    return 0


def need():
    """Set up, and refuse to go on without a demo database.

    :raise Stop: when there is none.
    """
    known = stamps.is_fresh("demo-built", "yes")
    if known:
        setup.run("demo")
    if not (known and database.exists(NAME)):
        raise Stop("There is no demo yet: ./hospital demo builds it.")


def stop(_arguments):
    """End the demo's server and, unless tests are using it, the database server."""
    with stamps.lock("demo"):
        server.stop(NAME)
        outside.stop_all()
        say("The demo is stopped; its data stay.")
        try:
            with stamps.lock("test", wait=False):
                if paths.PG.exists():
                    postgres.stop()
        except Stop:
            say("Tests are running: they keep the database server.")
    return 0


def reset(_arguments):
    """Throw the demo database away."""
    setup.run("demo")
    with stamps.lock("demo"):
        server.stop(NAME)
        outside.forget()
        for name in (NAME, BUILDING, INSTALLED):
            database.drop(name)
        for name in ("demo-built", "demo-code", INSTALLED):
            stamps.forget(name)
    say("The demo database is gone: ./hospital demo builds a new one.")
    return 0


def update(_arguments):
    """Bring the demo database to the code as it is now (-u of all addons)."""
    need()
    with stamps.lock("demo"):
        server.stop(NAME)
        stamps.forget("demo-code")
        names = addons.own()
        with step(f"Updating {len(names)} addons"):
            odoo.install(NAME, names, "update.log", "Updating the addons", update=names)
        _write_logins(_read_logins(NAME))
        stamps.mark("demo-code", code_hash())
    say("Updated: ./hospital demo serves it.")
    return 0
