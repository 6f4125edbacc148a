"""A server in the background is found and ended, whatever befell the command that started it."""

import os
import select
import signal
import subprocess
import sys

import pytest

from tools import config, odoo, paths, process, server

NAME = "stand-in"
#: answers like Odoo, without Odoo
STAND_IN = """
import http.server, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
#: a command that starts a server and is killed while it waits for the first page
COMMAND = """
import sys, threading
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import test_server
from pathlib import Path
from tools import odoo, paths, server

paths.RUN = paths.LOGS = Path(sys.argv[3])
odoo.serve = test_server.serve

def never(*_args):
    print("waiting", flush=True)
    threading.Event().wait()

odoo.wait_until_it_answers = never
server.start(test_server.NAME, 18400, "stand-in.log")
"""


def serve(_database, ports, _log, conf, _workers):
    """Start the stand-in the way Odoo is started."""
    return subprocess.Popen(
        [sys.executable, "-c", STAND_IN, str(ports[0]), str(conf)],
        cwd=paths.ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def ends(pid, seconds=20):
    """Wait for the end of a process that is not a child of this one."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle):
        return bool(select.select([handle], [], [], seconds)[0])


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    for name in ("RUN", "LOGS"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setattr(paths, name, folder)
    monkeypatch.setattr(odoo, "serve", serve)
    yield
    server.stop(NAME)


def test_a_started_server_is_found_and_stopped():
    started = server.start(NAME, 18400, "stand-in.log")
    assert server.find(NAME) == started
    assert odoo.answers(started.port), "the front does not pass a page on"
    assert server.find("another") is None
    server.stop(NAME)
    assert server.find(NAME) is None
    assert not server._processes(NAME)
    assert config.is_free(started.port)


def test_a_server_without_its_front_does_not_run():
    server.start(NAME, 18400, "stand-in.log")
    (front,) = [pid for pid, words in server._processes(NAME).items() if "tools.front" in words]
    os.kill(front, signal.SIGKILL)
    assert ends(front)
    assert server.find(NAME) is None
    server.stop(NAME)
    assert not server._processes(NAME)


def test_what_a_killed_command_started_is_found_and_ended():
    folders = [str(paths.ROOT), str(paths.ROOT / "tests"), str(paths.RUN)]
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *folders], stdout=subprocess.PIPE, text=True
    )
    assert command.stdout.readline() == "waiting\n"
    command.kill()
    command.wait()
    command.stdout.close()
    assert len(server._processes(NAME)) == 2, "the kill also ended the server: nothing to test"
    server.stop(NAME)
    assert not server._processes(NAME)


def test_a_program_ends_with_the_command_that_was_killed():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; "
        "from tools import paths, process; paths.LOGS = Path(sys.argv[2]); "
        "process.run(['sh', '-c', 'echo $$ >&2; exec sleep 300'], 'x.log', 'Sleeping')"
    )
    log = paths.LOGS / "x.log"
    command = subprocess.Popen([sys.executable, "-c", code, str(paths.ROOT), str(paths.LOGS)])
    while not (log.exists() and log.read_text().endswith("\n")):
        assert command.poll() is None
    pid = int(log.read_text())
    command.kill()
    command.wait()
    assert ends(pid)


def test_a_change_of_user_does_not_undo_the_bond():
    words = process.bound(["setpriv", "--reuid=postgres", "initdb"])
    assert words == ["setpriv", "--pdeathsig", "KILL", "--reuid=postgres", "initdb"]
