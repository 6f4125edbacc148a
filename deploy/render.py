"""Write the files of this folder for other ports and folders: benchmarks and tests use them.

The files themselves are the production ones. A text that is no longer in a file is an error,
so that what is measured cannot drift away from what is deployed.
"""

import os
import re
import resource
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


def replace(text, changes):
    """Return a text with other ports and folders; what is not in it any more is an error."""
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"the configuration has no text {old!r} any more")
        text = text.replace(old, new)
    return text


def haproxy(folder, ports, node_maxconn=4):
    """Write haproxy.cfg for this user.

    :param Path folder: where files and the admin socket go.
    :param dict ports: ``haproxy``, ``metrics``, ``http`` and ``gevent``.
    :param int node_maxconn: requests at once per node (workers to 2 x workers).
    :return: path of the written file.
    """
    limit = min(20000, resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2 - 100)
    changes = {
        "    log /dev/log local0\n": "    log stdout format raw local0 notice\n",
        "    user haproxy\n    group haproxy\n": "",
        "    maxconn 20000\n": f"    maxconn {limit}\n",
        "/run/haproxy/admin.sock": f"{folder}/haproxy.sock",
        "bind 127.0.0.1:8080 ": f"bind 127.0.0.1:{ports['haproxy']} ",
        "bind 127.0.0.1:8405": f"bind 127.0.0.1:{ports['metrics']}",
        "127.0.0.1:8069": f"127.0.0.1:{ports['http']}",
        "127.0.0.1:8072": f"127.0.0.1:{ports['gevent']}",
        "default-server maxconn 4 ": f"default-server maxconn {node_maxconn} ",
    }
    target = Path(folder) / "haproxy.cfg"
    target.write_text(replace((HERE / "haproxy.cfg").read_text(), changes))
    return target


def postgresql(folder, socket, port):
    """Write postgresql.conf for a small server of this user.

    :param Path folder: where the archive of the WAL goes, as ``wal``.
    :param str socket: folder of the unix socket.
    :return: path of the written file.
    """
    changes = {
        "shared_buffers = 8GB": "shared_buffers = 128MB",
        "effective_cache_size = 24GB": "effective_cache_size = 512MB",
        "maintenance_work_mem = 1GB": "maintenance_work_mem = 64MB",
        "/var/backups/hospital-wal": f"{folder}/wal",
    }
    target = Path(folder) / "postgresql.conf"
    text = replace((HERE / "postgresql.conf").read_text(), changes)
    target.write_text(f"{text}port = {port}\nunix_socket_directories = '{socket}'\n")
    return target


def nginx(folder, ports, tls=True):
    """Write nginx.conf for this user; without ``tls`` it speaks plain HTTP.

    :param Path folder: where files, logs, cache and certificates go.
    :param dict ports: ``redirect``, ``patients``, ``staff`` and ``haproxy``.
    :return: path of the written file.
    """
    ssl = " ssl http2" if tls else ""
    changes = {
        "user www-data;\n": "user root;\n" if os.geteuid() == 0 else "",
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid;",
        "/var/log/nginx/": f"{folder}/nginx-",
        "/var/cache/nginx/hospital": f"{folder}/nginx-cache",
        "/etc/nginx/hospital/": f"{HERE}/",
        "/etc/hospital/tls/": f"{folder}/",
        "listen 80 default_server;": f"listen 127.0.0.1:{ports['redirect']} default_server;",
        "listen 443 ssl http2 backlog=": f"listen 127.0.0.1:{ports['patients']}{ssl} backlog=",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{ports['staff']}{ssl};",
        "server 127.0.0.1:8080;": f"server 127.0.0.1:{ports['haproxy']};",
    }
    text = replace((HERE / "nginx.conf").read_text(), changes)
    if tls:
        for name in ("patients", "staff"):
            _certificate(Path(folder), name)
    else:
        text = re.sub(r"^ *ssl_\w+ .*\n", "", text, flags=re.MULTILINE)
    paths = "client_body proxy fastcgi uwsgi scgi".split()
    lines = "".join(f"    {name}_temp_path {folder}/nginx-{name};\n" for name in paths)
    text = text.replace("http {\n", f"http {{\n{lines}", 1)
    target = Path(folder) / "nginx.conf"
    target.write_text(text)
    return target


def _certificate(folder, name):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")]
    subprocess.run(
        [*command, *files, "-subj", f"/CN={name}.hospital.example"], check=True, capture_output=True
    )
