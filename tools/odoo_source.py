"""Odoo 19: the one named by HOSPITAL_ODOO, or Debian's package unpacked into the state folder."""

import glob
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import paths, process, stamps
from .console import Stop, step

SID_PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
STABLE_PACKAGES = ("fonts-font-awesome",)
KNOWN_BROKEN_LINKS = {"Inconsolata.otf"}
KEYRINGS = ("debian-archive-keyring.pgp", "debian-archive-keyring.gpg")
LAG_SECONDS = 90 * 24 * 3600
BY_HAND = "set HOSPITAL_ODOO to the folder of an Odoo 19 and repeat this command"


def library():
    """Return the folder to put on Python's path: the one that holds the package ``odoo``.

    :raise Stop: when HOSPITAL_ODOO does not point at an Odoo 19.
    """
    named = os.environ.get("HOSPITAL_ODOO")
    if not named:
        return paths.ODOO / "usr" / "lib" / "python3" / "dist-packages"
    folder = Path(named).resolve()
    release = folder / "odoo" / "release.py"
    if not release.exists() or "(19, 0" not in release.read_text(encoding="utf-8"):
        raise Stop(f"HOSPITAL_ODOO={named} is not an Odoo 19: no odoo/release.py of 19.0 in it.")
    return folder


def addons_folders():
    """Return the folders of Odoo's own addons, in search order."""
    places = (library() / "odoo" / "addons", library() / "addons")
    return [place for place in places if place.is_dir() and any(place.glob("*/__manifest__.py"))]


def _os_release():
    text = Path("/etc/os-release").read_text(encoding="utf-8")
    return dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.M))


def debian_uri():
    """Return the address and suite of this machine's own Debian source.

    :raise Stop: when the machine is not Debian or has no such source.
    """
    release = _os_release() if os.path.exists("/etc/os-release") else {}
    if release.get("ID") != "debian" or not shutil.which("apt-get"):
        raise Stop(f"Odoo 19 is fetched from Debian and this is not Debian: {BY_HAND}.")
    suite = release.get("VERSION_CODENAME", "stable")
    for name in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))]:
        uri = _uri_in(name, suite) if os.path.isfile(name) else None
        if uri:
            return uri, suite
    raise Stop(f"No Debian source for '{suite}' is configured in /etc/apt: {BY_HAND}.")


def _uri_in(name, suite):
    text = Path(name).read_text(encoding="utf-8", errors="replace")
    line = re.search(rf"^deb\s+(?:\[[^]]*]\s+)?(\S+)\s+{suite}\s+.*\bmain\b", text, re.M)
    if line:
        return line[1]
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([\w-]+):\s*(.+)$", block, re.M))
        if suite in fields.get("Suites", "").split() and "main" in fields.get("Components", ""):
            return fields["URIs"].split()[0]
    return None


def _private_apt(uri, suite):
    """Write an apt configuration of our own; the system's sources stay as they are."""
    for part in ("lists/partial", "cache/archives/partial", "debs"):
        (paths.APT / part).mkdir(parents=True, exist_ok=True)
    ring = next(
        (
            f"/usr/share/keyrings/{name}"
            for name in KEYRINGS
            if os.path.exists(f"/usr/share/keyrings/{name}")
        ),
        None,
    )
    signed = f"[signed-by={ring}] " if ring else ""
    stamps.write_atomically(
        paths.APT / "sources.list",
        f"deb {signed}{uri} sid main\ndeb {signed}{uri} {suite} main\n",
    )
    stamps.write_atomically(
        paths.APT / "apt.conf",
        f'Dir::Etc::SourceList "{paths.APT}/sources.list";\n'
        'Dir::Etc::SourceParts "-";\n'
        f'Dir::State::Lists "{paths.APT}/lists";\n'
        f'Dir::Cache "{paths.APT}/cache";\n'
        'APT::Sandbox::User "";\n'
        'Acquire::Languages "none";\n'
        'Acquire::Retries "3";\n'
        # mirrors may lag behind sid, whose lists are signed for a week only
        f'Acquire::Min-ValidTime "{LAG_SECONDS}";\n',
    )
    return {"APT_CONFIG": str(paths.APT / "apt.conf")}


def _download(suite, env):
    debs = paths.APT / "debs"
    for old in debs.glob("*.deb"):
        old.unlink()
    process.run(["apt-get", "update", "-q"], "odoo.log", "Reading Debian's package lists", env)
    names = [f"{name}/sid" for name in SID_PACKAGES]
    names += [f"{name}/{suite}" for name in STABLE_PACKAGES]
    process.run(
        ["apt-get", "download", "-q", *names], "odoo.log", "Downloading Odoo 19", env, cwd=debs
    )


def _unpack():
    fresh = paths.STATE / "odoo.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for deb in sorted((paths.APT / "debs").glob("*.deb")):
        process.run(["dpkg", "-x", deb, fresh], "odoo.log", "Unpacking Odoo 19")
    found = subprocess.run(
        ["find", fresh, "-xtype", "l"], capture_output=True, text=True, check=True
    ).stdout.split()
    broken = [link for link in found if os.path.basename(link) not in KNOWN_BROKEN_LINKS]
    if broken:
        raise Stop(f"Debian's Odoo 19 links to files that are not there: {broken[0]}; {BY_HAND}.")
    shutil.rmtree(paths.ODOO, ignore_errors=True)
    os.replace(fresh, paths.ODOO)


def install():
    """Bring Odoo 19 into the state folder, once."""
    if os.environ.get("HOSPITAL_ODOO"):
        library()
        return
    uri, suite = debian_uri()
    wanted = stamps.digest("odoo-19", uri, suite, *SID_PACKAGES, *STABLE_PACKAGES)
    if stamps.is_fresh("odoo", wanted) and (library() / "odoo" / "release.py").exists():
        return
    with step("Fetching Odoo 19 from Debian (about 130 MB)"):
        env = _private_apt(uri, suite)
        _download(suite, env)
        _unpack()
        stamps.mark("odoo", wanted)
