"""System packages: find out which are missing and install only those."""

import glob
import os
import shutil
import subprocess
import sys

from . import paths, process
from .console import Stop, step


def _has_program(*names):
    return all(shutil.which(name) for name in names)


def _has_postgres():
    return bool(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or _has_program("initdb", "pg_ctl")


def _has_venv():
    code = "import ensurepip, venv"
    return subprocess.call([sys.executable, "-c", code], stderr=subprocess.DEVNULL) == 0


def _has_cjk_font():
    return bool(
        glob.glob("/usr/share/fonts/**/NotoSansCJK*", recursive=True)
        or glob.glob("/usr/local/share/fonts/**/*CJK*", recursive=True)
    )


def _has_server(name):
    return bool(shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin"))


def _has_orthanc_plugin():
    return bool(glob.glob("/usr/share/orthanc/plugins/libOrthancDicomWeb.so*"))


# package: how to see that what it brings is there already
DEMO = {
    "postgresql": _has_postgres,
    "python3-venv": _has_venv,
    "libmagic1": lambda: bool(glob.glob("/usr/lib/*/libmagic.so.1*")),
    "orthanc": lambda: _has_server("Orthanc"),
    "orthanc-dicomweb": _has_orthanc_plugin,
}


FRONT = {
    "haproxy": lambda: _has_server("haproxy"),
    "nginx": lambda: _has_server("nginx"),
}
TEST = {
    **DEMO,
    **FRONT,
    "chromium": lambda: _has_program("chromium"),
    "fonts-noto-cjk": _has_cjk_font,
}
BENCH = {
    **DEMO,
    **FRONT,
    "wrk": lambda: _has_program("wrk"),
}
LOCK_WAIT = ("-o", "DPkg::Lock::Timeout=300")
NEEDS = {"demo": DEMO, "test": TEST, "bench": BENCH}


def missing(purpose, external_database=False):
    """Return the names of the packages that ``purpose`` (demo, test, bench) lacks here."""
    needs = dict(NEEDS[purpose])
    if external_database:
        if purpose != "test":  # its restore drill runs a server of its own
            del needs["postgresql"]
        needs["postgresql-client"] = lambda: _has_program("psql")
    return [name for name, is_there in needs.items() if not is_there()]


def _root_prefix(packages):
    if paths.is_root():
        return []
    if shutil.which("sudo"):
        return ["sudo"]
    raise Stop(
        "Packages are missing and this user cannot install them: run as root "
        f"'apt-get install {' '.join(packages)}', then repeat this command."
    )


def _apt(purpose, command, env):
    # never killed half-way: the next command waits for its end
    process.run(command, "apt.log", purpose, env, orphan=True)


def _finish_interrupted(prefix, env):
    """Wait for an apt that still works, then finish what an interrupted one left."""
    process.output([*prefix, "apt-get", "check", "-q", *LOCK_WAIT], env)
    if process.output(["dpkg", "--audit"]):
        purpose = "Finishing an interrupted installation"
        _apt(purpose, [*prefix, "dpkg", "--configure", "-a"], env)


def _keep_stopped(prefix, packages):
    """Keep Debian from starting an image archive open to the network: we start our own."""
    if "orthanc" in packages and os.path.isdir("/run/systemd/system"):
        process.output([*prefix, "systemctl", "mask", "orthanc.service"])


def install(purpose, external_database=False):
    """Install the missing packages with apt.

    :raise Stop: when there is no apt or no right to use it, no network or no disk.
    """
    packages = missing(purpose, external_database)
    if not packages:
        return
    if not shutil.which("apt-get"):
        raise Stop(
            "This system has no apt: install what brings " + ", ".join(packages) + " by hand, "
            "set HOSPITAL_ODOO to an Odoo 19, then repeat this command."
        )
    prefix = _root_prefix(packages)
    if prefix:
        if subprocess.call(["sudo", "-v"]):
            raise Stop(
                "sudo refused: run as root "
                f"'apt-get install {' '.join(packages)}', then repeat this command."
            )
        prefix = ["sudo", "DEBIAN_FRONTEND=noninteractive"]
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    options = ["-y", "-q", "--no-install-recommends", *LOCK_WAIT]
    with step(f"Installing system packages: {' '.join(packages)}"):
        _finish_interrupted(prefix, env)
        _keep_stopped(prefix, packages)
        _apt("apt-get update", [*prefix, "apt-get", "update", "-q"], env)
        command = [*prefix, "apt-get", "install", *options, *packages]
        _apt("Installing system packages", command, env)
    still = missing(purpose, external_database)
    if still:
        raise Stop(f"apt installed {', '.join(still)}, but they cannot be found: see logs/apt.log.")
