"""Where everything lies. Only ``.hospital`` (git-ignored) is written to."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".hospital"
ADDONS = ROOT / "addons"
ODOO = STATE / "odoo"
VENV = STATE / "venv"
PG = STATE / "pg"
NODE = STATE / "node"
LOGS = STATE / "logs"
RUN = STATE / "run"
DATA = STATE / "data"
KEYS = STATE / "keys"
APT = STATE / "apt"
CACHE = STATE / "cache"
STAMPS = CACHE / "stamps"
PYTHON = VENV / "bin" / "python"
LAUNCHER = VENV / "bin" / "odoo"
KEY_FILE = KEYS / "ring"
CONFIG = STATE / "odoo.conf"
FOLDERS = (ODOO, LOGS, RUN, DATA, KEYS, APT, CACHE, STAMPS, NODE)


def make_folders():
    """Create the state folder and its parts.

    :raise PermissionError: when the repository folder cannot be written.
    """
    for folder in FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)


def is_root():
    """Tell whether the command runs as root."""
    return os.geteuid() == 0
