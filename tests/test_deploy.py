"""The files of deploy/ are accepted by the programs that read them, and say what they must."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tools import odoo_source, paths

sys.path.insert(0, str(paths.ROOT / "deploy"))
import render

DEPLOY = paths.ROOT / "deploy"
PORTS = {
    "redirect": 18280,
    "patients": 18281,
    "staff": 18282,
    "haproxy": 18283,
    "metrics": 18284,
    "http": 18285,
    "gevent": 18286,
}
SEARCH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/bin"


def _program(name):
    return shutil.which(name, path=SEARCH)


def _nginx(tmp_path, text=None):
    target = render.nginx(tmp_path, PORTS)
    if text:
        target.write_text(text(target.read_text()))
    command = [_program("nginx"), "-t", "-c", str(target), "-p", str(tmp_path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(name="has")
def _has():
    """Programs of the front are set up by ``./hospital setup bench``; elsewhere text is checked."""
    return {name: bool(_program(name)) for name in ("nginx", "haproxy", "systemd-analyze")}


def test_nginx_accepts_its_file(tmp_path, has):
    if has["nginx"]:
        done = _nginx(tmp_path)
        assert done.returncode == 0, done.stderr
        assert not re.findall(r"\[(?:error|emerg|crit)\]", done.stderr), done.stderr
        broken = _nginx(tmp_path, lambda text: text.replace("limit_req zone=poster", "limit_rq x"))
        assert broken.returncode != 0


def test_haproxy_accepts_its_file(tmp_path, has):
    if has["haproxy"]:
        target = render.haproxy(tmp_path, PORTS)
        command = [_program("haproxy"), "-c", "-V", "-f", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "[WARNING]" not in done.stderr, done.stderr


@pytest.mark.parametrize("name", sorted(file.name for file in (DEPLOY / "systemd").iterdir()))
def test_systemd_accepts_the_units(tmp_path, has, name):
    if has["systemd-analyze"]:
        text = (DEPLOY / "systemd" / name).read_text()
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        unit = tmp_path / name
        unit.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE))
        command = [_program("systemd-analyze"), "verify", "--man=no", str(unit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        mine = [line for line in done.stderr.splitlines() if str(unit) in line or name in line]
        assert not mine, mine


def test_a_changed_text_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "haproxy.cfg").write_text("global\n")
    monkeypatch.setattr(render, "HERE", tmp_path)
    with pytest.raises(ValueError, match="no text"):
        render.haproxy(tmp_path, PORTS)


def test_no_sent_request_is_sent_again():
    haproxy = (DEPLOY / "haproxy.cfg").read_text()
    assert re.findall(r"^\s*retry-on (.*)$", haproxy, re.MULTILINE) == ["conn-failure"]
    assert "option abortonclose" in haproxy
    assert "proxy_next_upstream off;" in (DEPLOY / "nginx.conf").read_text()


def test_health_check_speaks_http_1_1_with_a_host():
    haproxy = (DEPLOY / "haproxy.cfg").read_text()
    checks = re.findall(r"^\s*http-check send (.*)$", haproxy, re.MULTILINE)
    assert len(checks) == 2
    assert all("ver HTTP/1.1 hdr Host" in check for check in checks)


def test_patients_reach_listed_paths_only():
    text = (DEPLOY / "nginx.conf").read_text()
    patients, staff = re.split(r"# -+ staff", text.split("# -----", 1)[1])
    assert re.search(r"location / \{\s*return 404;", patients)
    for path in ("/web/login", "/web/database", "/xmlrpc", "/jsonrpc", "/json"):
        assert f"location {path}" not in patients and f"location = {path}" not in patients
    assert re.search(r"location ~ \^/\(web/database\|xmlrpc\|jsonrpc[^{]*\{\s*return 404;", staff)


def test_every_limit_has_a_key_that_is_counted():
    text = (DEPLOY / "nginx.conf").read_text()
    zones = dict(re.findall(r"limit_req_zone (\S+)\s+zone=(\w+):", text))
    assert set(zones) == {"$visitor", "$poster", "$binary_remote_addr"}
    used = set(re.findall(r"limit_req zone=(\w+)", text))
    assert used == set(re.findall(r"limit_req_zone \S+\s+zone=(\w+):", text))
    assert re.search(r'map \$cookie_session_id \$visitor \{\s*""\s+\$binary_remote_addr;', text)


def test_logs_of_the_front_hold_no_query_and_no_cookie():
    nginx = (DEPLOY / "nginx.conf").read_text()
    line = nginx.split("log_format hospital", 1)[1].split(";", 1)[0]
    for name in ("$request ", "$request_uri", "$args", "$http_referer", "$http_cookie"):
        assert name not in line
    haproxy = (DEPLOY / "haproxy.cfg").read_text()
    line = re.search(r"log-format .*", haproxy)[0]
    assert not re.search(r"%(HU|HQ|r|hr|ci|CC)\b", line)


def test_a_node_comes_back_by_itself():
    unit = (DEPLOY / "systemd" / "hospital.service").read_text()
    assert "\nRestart=always\n" in unit
    assert "\nStartLimitIntervalSec=0\n" in unit


def test_the_service_starts_what_the_set_up_made(monkeypatch):
    monkeypatch.delenv("HOSPITAL_ODOO", raising=False)
    unit = (DEPLOY / "systemd" / "hospital.service").read_text()
    launcher = paths.LAUNCHER.relative_to(paths.ROOT)
    assert f"\nExecStart=/opt/hospital/{launcher} --config " in unit
    library = odoo_source.library().relative_to(paths.ROOT)
    settings = (paths.ROOT / "odoo.conf").read_text()
    assert f"\naddons_path = /opt/hospital/{library}/odoo/addons,/opt/hospital/addons\n" in settings


def test_the_docs_name_files_that_are_there():
    text = (paths.ROOT / "docs" / "operation.md").read_text()
    named = set(re.findall(r"deploy/[\w./-]+\w", text))
    assert {"deploy/backup.sh", "deploy/postgresql.conf", "deploy/nginx.conf"} <= named
    missing = {name for name in named if not (paths.ROOT / name).exists()}
    assert missing == {"deploy/systemd/hospital"}  # written with a star


def test_scripts_are_shell():
    for script in DEPLOY.glob("*.sh"):
        assert os.access(script, os.X_OK)
        assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
