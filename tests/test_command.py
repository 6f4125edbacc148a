"""The command's own parts: ports, stamps, locks, sentences."""

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import (
    addons,
    config,
    database,
    demo,
    front,
    main,
    node_assets,
    odoo_source,
    paths,
    postgres,
    process,
    python_env,
    setup,
    stamps,
    testing,
)
from tools.console import Stop


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Give stamps and locks a folder of their own."""
    for name in ("STAMPS", "CACHE", "RUN"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setattr(paths, name, folder)
    return tmp_path


def test_next_port_is_chosen_when_one_is_taken():
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (chosen,) = config.free_ports(port)
        assert chosen > port
        assert config.free_ports(port, 2)[0] > port


def test_port_variable_is_checked(monkeypatch):
    monkeypatch.setenv("HOSPITAL_PORT", "9000")
    assert config.preferred_port() == 9000
    for wrong in ("80", "web", "70000"):
        monkeypatch.setenv("HOSPITAL_PORT", wrong)
        with pytest.raises(Stop, match="is not a port"):
            config.preferred_port()


def test_address_to_listen_on_is_checked(monkeypatch):
    monkeypatch.setenv("HOSPITAL_LISTEN", "127.0.0.1")
    assert config.listen_address() == "127.0.0.1"
    for wrong in ("198.51.100.77", "nowhere.invalid", "::1"):
        monkeypatch.setenv("HOSPITAL_LISTEN", wrong)
        with pytest.raises(Stop, match="is not an IPv4 address of this machine"):
            config.listen_address()


def test_stamp_is_fresh_only_for_the_same_inputs(state):
    file = state / "input"
    file.write_text("one")
    first = stamps.digest("x", file)
    stamps.mark("part", first)
    assert stamps.is_fresh("part", stamps.digest("x", file))
    file.write_text("two")
    assert not stamps.is_fresh("part", stamps.digest("x", file))
    stamps.forget("part")
    assert not stamps.is_fresh("part", first)


def test_compiled_files_do_not_change_a_digest(state):
    folder = state / "addon"
    folder.mkdir()
    (folder / "a.py").write_text("a = 1")
    before = stamps.digest(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_text("x")
    assert stamps.digest(folder) == before


def test_atomic_write_leaves_no_part_behind(state):
    stamps.write_atomically(state / "file", "text")
    assert (state / "file").read_text() == "text"
    assert [name for name in os.listdir(state) if name.startswith("file")] == ["file"]


def test_second_command_is_refused_while_the_first_runs(state):
    with stamps.lock("job"):
        with pytest.raises(Stop, match="Another ./hospital command"):
            with stamps.lock("job", wait=False):
                pass
    with stamps.lock("job", wait=False):
        pass


@pytest.mark.parametrize("text, cause", [
    ("E: write error: No space left on device", "disk is full"),
    ("Could not resolve host: example", "network cannot be reached"),
    ("npm ERR! code ENOTFOUND", "network cannot be reached"),
    ("SyntaxError", ""),
])
def test_causes_are_named(text, cause):
    assert cause in process.diagnose(text)
    assert bool(process.diagnose(text)) == bool(cause)


def test_a_child_keeps_its_caches_in_the_state_folder(monkeypatch):
    monkeypatch.setenv("PIP_CACHE_DIR", "/var/cache/mine")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    code = "import sys, os; print(sys.pycache_prefix, os.environ['PIP_CACHE_DIR'])"
    said = process.output([sys.executable, "-c", code])
    assert said.split() == [str(paths.CACHE / "python"), "/var/cache/mine"]


def test_wrong_python_is_refused():
    for version in ((3, 9), (3, 14)):
        with pytest.raises(Stop, match="3.10 to 3.13"):
            python_env.check_python(version)
    for version in ((3, 10), (3, 13)):
        python_env.check_python(version)


def test_full_disk_is_refused_before_anything_is_written(state):
    with pytest.raises(Stop, match="are free on this disk"):
        setup.check_disk("demo", free_bytes=2**30)
    setup.check_disk("demo", free_bytes=2**40)


def test_missing_apt_is_one_sentence(monkeypatch):
    from tools import system

    monkeypatch.setattr(system, "missing", lambda *_a, **_k: ["wrk"])
    monkeypatch.setattr(system.shutil, "which", lambda *_a, **_k: None)
    with pytest.raises(Stop, match="has no apt"):
        system.install("demo")


def test_missing_sudo_is_one_sentence(monkeypatch):
    from tools import system

    monkeypatch.setattr(system, "missing", lambda *_a, **_k: ["wrk"])
    monkeypatch.setattr(paths, "is_root", lambda: False)
    monkeypatch.setattr(
        system.shutil, "which", lambda name, **_k: "/usr/bin/apt-get" if "apt" in name else None
    )
    with pytest.raises(Stop, match="run as root 'apt-get install wrk'"):
        system.install("demo")


def test_database_variable_is_read(monkeypatch):
    monkeypatch.setenv("HOSPITAL_DB_URI", "postgresql://me:p%40ss@db:6000/")
    assert postgres.connection() == {"host": "db", "port": 6000, "user": "me", "password": "p@ss"}
    monkeypatch.setenv("HOSPITAL_DB_URI", "db:6000")
    with pytest.raises(Stop, match="postgresql://"):
        postgres.connection()


def test_long_socket_path_falls_back_to_a_short_one(monkeypatch):
    monkeypatch.setattr(paths, "RUN", Path("/" + "x" * 120))
    folder = postgres.socket_folder()
    assert str(folder).startswith("/tmp/hospital-")
    assert len(str(folder)) < 60


def test_wrong_odoo_folder_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("HOSPITAL_ODOO", str(tmp_path))
    with pytest.raises(Stop, match="is not an Odoo 19"):
        odoo_source.library()


def test_debian_source_is_found_in_both_forms(tmp_path):
    old = tmp_path / "sources.list"
    old.write_text("# x\ndeb [arch=amd64] http://mirror/debian trixie main contrib\n")
    assert odoo_source._uri_in(old, "trixie") == "http://mirror/debian"
    new = tmp_path / "debian.sources"
    new.write_text("Types: deb\nURIs: http://m/debian\nSuites: trixie trixie-updates\n"
                   "Components: main\n")
    assert odoo_source._uri_in(new, "trixie") == "http://m/debian"
    assert odoo_source._uri_in(new, "sid") is None


def test_addons_come_in_the_order_of_their_needs():
    order = addons.own()
    for place, name in enumerate(order):
        assert set(addons.below(name)) <= set(order[:place])


def test_groups_are_balanced():
    sizes = {"a": 5, "b": 4, "c": 3, "d": 2}
    assert testing.groups(list(sizes), 2, sizes.get) == [["a", "d"], ["b", "c"]]
    assert testing.groups(["a"], 2, sizes.get) == [["a"]]


def test_front_sends_websockets_to_the_gevent_port():
    assert front.target(b"GET /websocket?v=1 HTTP/1.1\r\n", 1, 2) == 2
    assert front.target(b"GET /web HTTP/1.1\r\n", 1, 2) == 1
    assert front.target(b"\r\n", 1, 2) == 1


def test_unknown_word_shows_the_words(capsys):
    assert main.main(["dance"]) == 2
    assert "is not a word" in capsys.readouterr().err


def test_help_names_every_word(capsys):
    assert main.main(["help"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in main.WORDS if word.isalpha() and word != "help")


def test_stop_leaves_the_database_server_to_running_tests(state, monkeypatch, capsys):
    stopped = []
    monkeypatch.setattr(paths, "PG", state)
    monkeypatch.setattr(demo.server, "stop", lambda _name: None)
    monkeypatch.setattr(demo.postgres, "stop", lambda: stopped.append(1))
    with stamps.lock("test"):
        demo.stop(())
    assert not stopped
    assert "Tests are running" in capsys.readouterr().out
    demo.stop(())
    assert stopped


def test_a_reader_that_had_enough_is_no_fault():
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, str(paths.ROOT / "hospital"), "help"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 128 + signal.SIGPIPE


def test_skipped_test_counts_as_failed(tmp_path):
    report = tmp_path / "r.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="a" name="b"/>'
        '<testcase classname="a" name="c"><skipped message="later"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert testing.read_junit(report) == (1, ["a::c: later"])


def test_lint_runs_beside_another_odoo(monkeypatch):
    asked = []
    monkeypatch.setattr(testing.database, "create", lambda *_args: None)
    monkeypatch.setattr(testing.database, "drop", lambda *_args: None)
    monkeypatch.setattr(testing.config, "free_ports", lambda *_args: [18170])
    monkeypatch.setattr(testing, "_fresh_log", lambda name: name)
    monkeypatch.setattr(testing.odoo, "install", lambda *args, **more: asked.append(more))
    testing.lint(testing.Tally())
    ports = asked[0]["arguments"]
    assert ports[ports.index("--http-port") + 1] == 18170


def test_last_line_tells_the_numbers(capsys):
    tally = testing.Tally()
    tally.add("part", 3, ["bad"])
    tally.show()
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 1 failed"


def test_command_uses_the_standard_library_only():
    code = "import sys; sys.path.insert(0, sys.argv[1]); import tools.main"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, str(paths.ROOT)], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("uri", "host", "port"),
    [
        ("postgresql://odoo@%2Fvar%2Frun%2Fpostgresql/", "/var/run/postgresql", 5432),
        ("postgresql://odoo@/?host=/var/run/postgresql", "/var/run/postgresql", 5432),
        ("postgres://odoo:x%40y@db.example:5433/", "db.example", 5433),
    ],
)
def test_an_existing_postgresql_is_named_by_address_or_socket(monkeypatch, uri, host, port):
    monkeypatch.setenv("HOSPITAL_DB_URI", uri)
    known = postgres.external()
    assert (known["host"], known["port"], known["user"]) == (host, port, "odoo")


@pytest.mark.parametrize(
    "uri",
    ["postgresql://odoo@db:port/", "mysql://odoo@db/", "postgresql://odoo@db/?sslmode=require"],
)
def test_a_wrong_database_address_is_told_in_one_sentence(monkeypatch, uri):
    monkeypatch.setenv("HOSPITAL_DB_URI", uri)
    with pytest.raises(Stop, match="HOSPITAL_DB_URI"):
        postgres.external()


def test_an_existing_server_must_let_us_make_databases(monkeypatch):
    monkeypatch.setattr(database, "sql", lambda *_args: "f")
    database.check_server()  # a server of our own is not asked
    monkeypatch.setenv("HOSPITAL_DB_URI", "postgresql://nurse@/?host=/var/run/postgresql")
    with pytest.raises(Stop, match='ALTER ROLE "nurse" CREATEDB'):
        database.check_server()
    monkeypatch.setenv("HOSPITAL_DB_URI", "postgresql://postgres@/?host=/var/run/postgresql")
    with pytest.raises(Stop, match="refuses the role 'postgres'"):
        database.check_server()


def test_the_style_sheet_lies_in_the_state_folder_and_is_seen_by_the_addon():
    link = paths.ADDONS / "hospital_portal" / "static" / "lib" / "weui"
    assert Path(os.path.normpath(link.parent / os.readlink(link))) == node_assets.TARGET
    assert (link / "weui.min.css").stat().st_size > 10_000
    assert (link / "LICENSE.txt").exists()


def test_npm_of_the_machine_is_taken_before_one_from_pypi(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(paths, "VENV", tmp_path)
    monkeypatch.setattr(python_env, "add", asked.append)
    monkeypatch.setattr(node_assets.shutil, "which", lambda _name: "/usr/bin/npm")
    assert (node_assets._npm(), asked) == ("npm", [])
    monkeypatch.setattr(node_assets.shutil, "which", lambda _name: None)
    assert node_assets._npm() == tmp_path / "bin" / "npm"
    assert [file.name for file in asked] == ["requirements-node.txt"]


def test_a_folder_of_another_user_is_told_in_one_sentence(monkeypatch, capsys):
    def refuse(_arguments):
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/.hospital")

    monkeypatch.setitem(main.WORDS, "status", refuse)
    assert main.main(["status"]) == 1
    assert "/srv/.hospital belongs to another user" in capsys.readouterr().err
