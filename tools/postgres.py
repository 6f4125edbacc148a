"""A PostgreSQL of our own (unix socket only), or the one named by HOSPITAL_DB_URI."""

import glob
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from . import paths, process, stamps
from .console import Stop, step

SOCKET_LIMIT = 100  # bytes; the system allows 107 with the file name's own ending
PORT = 5432
START_SECONDS = 120
SETTINGS = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
max_connections = 200
shared_buffers = {buffers}MB
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
logging_collector = off
log_min_messages = fatal
log_min_error_statement = panic
"""


def external():
    """Return the connection named by HOSPITAL_DB_URI as a dict, or ``None``.

    A unix socket is named as libpq does: ``postgresql://user@%2Fvar%2Frun%2Fpostgresql/`` or
    ``postgresql://user@/?host=/var/run/postgresql``.

    :raise Stop: when the variable is set but is not a postgresql:// address.
    """
    uri = os.environ.get("HOSPITAL_DB_URI")
    if not uri:
        return None
    wrong = Stop("HOSPITAL_DB_URI must look like postgresql://user:password@host:5432/.")
    try:
        parts = urlsplit(uri)
        port = parts.port or PORT
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("postgresql", "postgres") or not parts.username:
        raise wrong
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "localhost")
    if options:
        raise Stop(
            f"HOSPITAL_DB_URI cannot say {', '.join(sorted(options))}: set it as PGSSLMODE and "
            "the like in the environment, which libpq reads."
        )
    return {
        "host": host,
        "port": port,
        "user": unquote(parts.username),
        "password": unquote(parts.password or ""),
    }


def socket_folder():
    """Return the folder of the socket; a short one below /tmp when the path is too long."""
    folder = str(paths.RUN)
    if len(f"{folder}/.s.PGSQL.{PORT}".encode()) <= SOCKET_LIMIT:
        return Path(folder)
    key = hashlib.sha256(folder.encode()).hexdigest()[:10]
    return Path("/tmp") / f"hospital-{os.getuid()}-{key}"  # noqa: S108


def connection():
    """Return host, port, user and password of the PostgreSQL in use."""
    ours = {"host": str(socket_folder()), "port": PORT, "user": "odoo", "password": ""}
    return external() or ours


def environment():
    """Return the variables that make psql, createdb and dropdb use our PostgreSQL."""
    known = connection()
    env = {"PGHOST": known["host"], "PGPORT": str(known["port"]), "PGUSER": known["user"]}
    if known["password"]:
        env["PGPASSWORD"] = known["password"]
    return env


def server_programs(version=None):
    """Return the folder of the server's programs: of this version when given, else the newest.

    :raise Stop: when they are not installed.
    """
    found = {
        int(re.search(r"(\d+)/bin", name)[1]): Path(name)
        for name in glob.glob("/usr/lib/postgresql/[0-9]*/bin")
        if os.path.exists(f"{name}/initdb")
    }
    if version in found:
        return found[version]
    if version and found:
        raise Stop(
            f"The database folder needs PostgreSQL {version}: install postgresql-{version}, "
            "or delete .hospital/pg to start again."
        )
    if found:
        return found[max(found)]
    program = shutil.which("pg_ctl")
    if program:
        return Path(os.path.realpath(program)).parent
    raise Stop("PostgreSQL is not installed: run 'apt-get install postgresql' and repeat.")


def binaries():
    """Return the folder of PostgreSQL's programs that fits the cluster, the newest otherwise."""
    if external() and shutil.which("psql"):
        return Path(shutil.which("psql")).parent
    return server_programs(_cluster_version())


def _cluster_version():
    text = process.output([*as_server(), "cat", paths.PG / "PG_VERSION"])
    return int(text) if text and text.strip().isdigit() else None


def as_server():
    """Return the prefix that runs a program as the server's user (never root)."""
    if not paths.is_root():
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return []
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    reached = subprocess.call([*prefix, "test", "-x", paths.STATE], stderr=subprocess.DEVNULL) == 0
    if reached:
        return prefix
    # the repository lies below a folder such as /root that postgres may not enter
    return [*prefix, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def _server(*arguments, purpose):
    command = [*as_server(), binaries() / "pg_ctl", "-D", paths.PG, *arguments]
    process.run(command, "postgres-ctl.log", purpose, cwd="/")


def is_running():
    """Tell whether our PostgreSQL answers."""
    return (
        subprocess.call(
            [binaries() / "pg_isready", "-q", "-t", "3"], env=process.environment(environment())
        )
        == 0
    )


def _comes_up():
    """Wait for a server that is there but does not answer yet: it repairs itself after a crash."""
    status = [*as_server(), binaries() / "pg_ctl", "-D", paths.PG, "status"]
    end = time.monotonic() + START_SECONDS
    while process.output(status, cwd="/") is not None and time.monotonic() < end:
        if is_running():
            return True
        time.sleep(0.5)
    return False


def _buffers_mb():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return max(128, min(1024, pages // 16))


def _create():
    owner = "postgres" if paths.is_root() else None
    with step("Creating the database server"):
        subprocess.call(["rm", "-rf", paths.PG])
        paths.PG.mkdir(mode=0o700)
        if owner:
            shutil.chown(paths.PG, owner)
        command = [*as_server(), binaries() / "initdb", "-D", paths.PG, "-U", "odoo"]
        options = ["--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"]
        purpose = "Creating the database server"
        process.run([*command, *options], "postgres-ctl.log", purpose, cwd="/")
        config = paths.PG / "postgresql.conf"
        config.write_text(f"{config.read_text()}\ninclude 'hospital.conf'\n")
        stamps.mark("pg", "created")


def start():
    """Create (once) and start our PostgreSQL; check the other one when it is named.

    :raise Stop: when it does not answer.
    """
    if external():
        if not is_running():
            raise Stop("The PostgreSQL of HOSPITAL_DB_URI does not answer: start it and repeat.")
        return
    if not stamps.is_fresh("pg", "created"):
        _create()
    if is_running() or _comes_up():
        return
    folder = socket_folder()
    folder.mkdir(mode=0o755, exist_ok=True)
    settings = SETTINGS.format(port=PORT, socket=folder, buffers=_buffers_mb())
    (paths.PG / "hospital.conf").write_text(settings)
    log = paths.LOGS / "postgres.log"
    log.touch()
    if paths.is_root():
        for item in (folder, log, paths.PG / "hospital.conf"):
            shutil.chown(item, "postgres")
    with step("Starting the database server"):
        options = ["-l", log, "-w", "-t", START_SECONDS]
        _server(*options, "start", purpose="Starting the database server")


def stop():
    """Stop our PostgreSQL if it runs."""
    if not external() and stamps.is_fresh("pg", "created") and is_running():
        _server("-m", "fast", "-w", "stop", purpose="Stopping the database server")
