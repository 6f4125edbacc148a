"""Derive ``.hospital/odoo.conf`` from the production configuration, and choose ports."""

import configparser
import os
import socket

from . import odoo_source, paths, postgres, stamps
from .console import Stop

HTTP_PORT = 8069
EVERYWHERE = "0.0.0.0"  # noqa: S104
TRIES = 100


def is_free(port, host=EVERYWHERE):
    """Tell whether a TCP port can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(preferred, count=1, step=1):
    """Return ``count`` neighbouring free ports, the preferred one when it is free.

    :raise Stop: when none of the next ports is free.
    """
    for first in range(preferred, preferred + TRIES * step, step):
        ports = list(range(first, first + count))
        if all(is_free(port) for port in ports):
            return ports
    last = preferred + TRIES * step
    raise Stop(f"No free port between {preferred} and {last}: set HOSPITAL_PORT.")


def listen_address():
    """Return HOSPITAL_LISTEN, or the address that means every network of this machine.

    :raise Stop: when it is not an IPv4 address of this machine.
    """
    text = os.environ.get("HOSPITAL_LISTEN", EVERYWHERE)
    if not is_free(0, text):
        raise Stop(f"HOSPITAL_LISTEN={text} is not an IPv4 address of this machine.")
    return text


def preferred_port():
    """Return HOSPITAL_PORT, or Odoo's usual one.

    :raise Stop: when HOSPITAL_PORT is not a port number.
    """
    text = os.environ.get("HOSPITAL_PORT", str(HTTP_PORT))
    if not text.isdigit() or not 1024 <= int(text) <= 65000:
        raise Stop(f"HOSPITAL_PORT={text} is not a port between 1024 and 65000.")
    return int(text)


def write(addons=None, target=None, **options):
    """Write a configuration for this machine and return its path.

    :param addons: further addon folders, searched last.
    :param target: the file to write, ``.hospital/odoo.conf`` unless told.
    :param options: values that replace those of ``odoo.conf``.
    """
    parser = configparser.RawConfigParser()
    parser.read(paths.ROOT / "odoo.conf", encoding="utf-8")
    known = postgres.connection()
    folders = [*odoo_source.addons_folders(), paths.ADDONS, *(addons or ())]
    values = {
        "addons_path": ",".join(str(folder) for folder in folders),
        "data_dir": paths.DATA,
        "db_host": known["host"],
        "db_port": known["port"],
        "db_user": known["user"],
        "db_password": known["password"] or None,
        "db_name": None,
        "dbfilter": "",
        "proxy_mode": False,
        "x_sendfile": False,
        "workers": 0,
        "max_cron_threads": 0,
        "limit_memory_soft": 0,
        "limit_memory_hard": 0,
        "limit_time_cpu": 3600,
        "limit_time_real": 3600,
        **options,
    }
    for name, value in values.items():
        if value is None:
            parser.remove_option("options", name)
        else:
            parser.set("options", name, str(value))
    target = target or paths.CONFIG
    lines = [f"{name} = {value}" for name, value in parser.items("options")]
    stamps.write_atomically(target, "[options]\n" + "\n".join(lines) + "\n", mode=0o600)
    return target
