"""The virtual environment with the pinned Python packages, and Odoo linked into it."""

import os
import shutil
import sys

from . import odoo_source, paths, process, stamps
from .console import Stop, step

LOG = "pip.log"
LAUNCHER = "#!{python}\nimport odoo.cli\n\nodoo.cli.main()\n"
LINK = "hospital_odoo.pth"
OLDEST, NEWEST = (3, 10), (3, 13)


def check_python(version=sys.version_info):
    """Refuse a Python the pinned packages have no wheels for.

    :raise Stop: when the version is not between 3.10 and 3.13.
    """
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        raise Stop(
            f"Python {version[0]}.{version[1]} does not fit: run this command with "
            "Python 3.10 to 3.13, for example 'python3.13 hospital demo'."
        )


def _base_python():
    return getattr(sys, "_base_executable", None) or sys.executable


def _pip(*arguments):
    env = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    command = [paths.PYTHON, "-m", "pip", "install", "-q", *arguments]
    process.run(command, LOG, "Installing Python packages", env)


def add(requirements):
    """Add the packages of one more file to the environment."""
    _pip("-r", requirements)


def _make(version):
    wanted = stamps.digest("venv", version, str(paths.VENV))
    works = process.output([paths.PYTHON, "-m", "pip", "--version"]) is not None
    if works and (stamps.is_fresh("venv", wanted) or _adoptable(version)):
        stamps.mark("venv", wanted)
        return
    with step("Creating the Python environment"):
        stamps.forget("pip-run")
        stamps.forget("pip-dev")
        shutil.rmtree(paths.VENV, ignore_errors=True)
        process.run(
            [_base_python(), "-m", "venv", paths.VENV], LOG, "Creating the Python environment"
        )
        stamps.mark("venv", wanted)


def _adoptable(version):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return (process.output([paths.PYTHON, "-c", code]) or "").strip() == version


def _link_odoo():
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = (process.output([paths.PYTHON, "-c", code]) or "").strip()
    if not site:
        raise Stop(f"The Python environment does not start: delete {paths.VENV} and repeat.")
    link = os.path.join(site, LINK)
    text = f"{odoo_source.library()}\n"
    if not os.path.exists(link) or open(link, encoding="utf-8").read() != text:
        with open(link, "w", encoding="utf-8") as stream:
            stream.write(text)
    # not "python -m odoo": Odoo starts its gevent process by the path of the script
    stamps.write_atomically(paths.LAUNCHER, LAUNCHER.format(python=paths.PYTHON), mode=0o755)
    if process.output([paths.PYTHON, "-c", "import odoo.release, psycopg2, lxml.etree"]) is None:
        raise Stop(f"Odoo does not load in {paths.VENV}: delete that folder and repeat.")


def install(with_dev):
    """Create or complete the environment.

    :param bool with_dev: also the packages of tests and benchmarks.
    """
    version = "{}.{}".format(*sys.version_info[:2])
    _make(version)
    run_file = paths.ROOT / "requirements.txt"
    wanted = stamps.digest("run", version, run_file)
    if not stamps.is_fresh("pip-run", wanted):
        with step("Installing Python packages"):
            _pip("-r", run_file)
            stamps.mark("pip-run", wanted)
    if with_dev:
        _install_dev(version)
    _link_odoo()


def _install_dev(version):
    files = [paths.ROOT / name for name in ("requirements-dev.txt", "requirements-oca.txt")]
    wanted = stamps.digest("dev", version, *files)
    if stamps.is_fresh("pip-dev", wanted):
        return
    with step("Installing Python packages for tests and benchmarks"):
        _pip("-r", files[0])
        _pip("--no-deps", "-r", files[1])  # they ask for psycopg2, which has no wheel
        stamps.mark("pip-dev", wanted)
