"""Drill: backup, destruction and restore, with deploy/backup.sh and the commands of the docs."""

import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from tools import config, keys, odoo, paths, postgres, process

sys.path.insert(0, str(paths.ROOT / "deploy"))
import render

PORT = 5433
NAME = "hospital"
DOCS = (paths.ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
PERSON = """
from datetime import date
from odoo.addons.hospital_patient.tools_id import make_resident_id
person = env["hospital.patient"]._register_person({
    "name": "Drill", "sex": "female", "birth_date": "1990-03-07", "id_type": "resident",
    "id_number": make_resident_id(date(1990, 3, 7), "female", %d), "phone": "1990000%04d",
})
env["ir.attachment"].create({"name": "drill-%d", "raw": b"kept %d"})
env.cr.commit()
env.cr.execute("SELECT clock_timestamp()")
print("NOW", env.cr.fetchone()[0].isoformat())
"""


def block(heading, number):
    """Return a block of commands of docs/operation.md."""
    section = DOCS.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[number]


def wait_for(condition, seconds=60):
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


class Drill:
    """A small hospital server below one folder: database, attachments, key ring, backups."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "pg" / "main"
        self.ring = folder / "keys" / "ring"
        self.socket = postgres.socket_folder()
        self.programs = postgres.server_programs()
        self.env = {
            **odoo.environment(),
            "PGHOST": str(self.socket),
            "PGPORT": str(PORT),
            "PGUSER": "odoo",
            "HOSPITAL_KEY_FILE": str(self.ring),
            "BACKUP_DIR": str(folder / "backups"),
            "WAL_DIR": str(folder / "wal"),
            "FILESTORE": str(folder / "data" / "filestore"),
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
        }
        self.env.pop("PGPASSWORD", None)

    def run(self, command, text=None, server=False, check=True):
        """Run a command, as the database server's user if asked, and return what ended."""
        prefix = postgres.as_server() if server else []
        done = subprocess.run(
            [str(part) for part in (*prefix, *command)],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=process.environment(self.env),
            cwd=self.folder if not server else "/",
        )
        assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def shell(self, text, check=True):
        """Run Python in an Odoo shell on the drill's database."""
        command = [paths.PYTHON, paths.LAUNCHER, "shell", "-c", self.folder / "odoo.conf"]
        return self.run([*command, "-d", NAME, "--no-http"], text, check=check)

    def sql(self, statement):
        """Run a statement."""
        return self.run(["psql", "-XAtq", "-d", NAME, "-c", statement]).stdout.strip()

    def server(self, word, *options):
        """Start or stop the database server."""
        log = self.folder / "wal" / "server.log"
        command = [self.programs / "pg_ctl", "-D", self.data, "-w", "-t", 120, "-l", log]
        self.run([*command, *options, word], server=True)

    def create(self, source):
        """Make the server from a copy of the database ``source`` with its attachments."""
        for name in ("pg", "wal", "backups"):
            (self.folder / name).mkdir()
            if paths.is_root():
                shutil.chown(self.folder / name, "postgres")
        (self.folder / "keys").mkdir()
        shutil.copyfile(keys.key_file(), self.ring)
        init = [self.programs / "initdb", "-D", self.data, "-U", "odoo", "--auth=trust", "-N"]
        self.run([*init, "-E", "UTF8", "--locale=C.UTF-8"], server=True)
        settings = render.postgresql(self.folder, self.socket, PORT)
        with (self.data / "postgresql.conf").open("a") as stream:
            stream.write(f"include '{settings}'\n")
        self.server("start")
        self.run(["createdb", "-T", "template0", NAME])
        dump = self.folder / "dump"
        subprocess.run(
            [self.programs / "pg_dump", "-Fd", "-j2", "-Z1", "-f", dump, source],
            check=True,
            env=process.environment(odoo.environment()),
        )
        self.run(["pg_restore", "-j2", "--no-owner", "-d", NAME, dump])
        shutil.rmtree(dump)
        shutil.copytree(paths.DATA / "filestore" / source, self.folder / "data/filestore" / NAME)
        config.write(
            target=self.folder / "odoo.conf",
            db_host=self.socket,
            db_port=PORT,
            db_user="odoo",
            db_password=None,
            data_dir=self.folder / "data",
            db_name=NAME,
            dbfilter=f"^{NAME}$",
        )

    def person(self, number):
        """Register a patient with an attachment and return the moment after."""
        printed = self.shell(PERSON % (number, number, number, number)).stdout
        return re.search(r"^NOW (\S+)", printed, re.MULTILINE)[1]

    def script(self, name):
        """Run a script of deploy/ with the search path that systemd gives it."""
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.run(["env", path, "sh", paths.ROOT / "deploy" / name], server=True)

    def archive(self):
        """Bring what was written so far into the archive."""
        last = self.sql("SELECT pg_walfile_name(pg_switch_wal())")
        wait_for((self.folder / "wal" / last).exists)

    def destroy(self):
        """Lose the machine: database, attachments and key ring."""
        self.server("stop", "-m", "immediate")
        shutil.rmtree(self.data)
        shutil.rmtree(self.folder / "data")
        shutil.rmtree(self.folder / "keys")

    def restore(self, ring, moment):
        """Run the commands of the docs, with this machine's folders in place of the server's."""
        (newest,) = (self.folder / "backups").glob("20*Z")
        self.data.mkdir()  # the docs put a broken one aside
        changes = {
            "systemctl stop hospital postgresql": ":",
            "systemctl start postgresql": ":",
            "/var/lib/postgresql/*/": f"{self.folder}/pg",
            "/var/backups/hospital/NEWEST": str(newest),
            "/var/backups/hospital/recent": f"{self.folder}/backups/recent",
            "/var/backups/hospital-wal": f"{self.folder}/wal",
            "/var/lib/hospital": f"{self.folder}/data",
            "/etc/hospital/keys": f"{self.folder}/keys",
            "2026-03-02 06:59:00+08": moment,
            "chown -R hospital:": ":",
            "-o hospital ": "",
            " RING ": f" {ring} ",
        }
        if not paths.is_root():
            changes |= {"chown -R postgres: main": ":", "-d -m 0500": "-d -m 0700"}
        self.run(["sh", "-eu"], render.replace(block("Restore", 0), changes))
        self.server("start")
        # it answers while it still reads the archive
        wait_for(lambda: self.sql("SELECT pg_is_in_recovery()") == "f")


@pytest.fixture(scope="module", name="drill")
def _drill(database):
    folder = paths.STATE / "drill"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    drill = Drill(folder)
    try:
        drill.create(database)
        drill.person(101)
        drill.script("backup.sh")
        moment = drill.person(102)  # after the backup: its rows are in the archive only
        drill.person(103)  # after the moment that is asked for
        drill.script("backup_files.sh")
        drill.archive()
        sealed = folder / "sealed"
        shutil.copyfile(drill.ring, sealed)
        drill.destroy()
        drill.restore(sealed, moment)
        yield drill
    finally:
        drill.run(
            [drill.programs / "pg_ctl", "-D", drill.data, "-m", "immediate", "stop"],
            server=True,
            check=False,
        )
        shutil.rmtree(folder)


def test_a_restored_hospital_reads_its_data(drill):
    command = block("Restore", 2)
    script = re.search(r"<<'PYTHON'\n(.*)^PYTHON$", command, re.DOTALL | re.MULTILINE)[1]
    said = drill.shell(script).stdout
    assert "canary True" in said
    assert re.search(r"files missing 0 of [1-9]", said), said
    assert "found again True" in said


def test_a_restore_ends_at_the_moment_that_was_asked_for(drill):
    kept = drill.sql("SELECT name FROM ir_attachment WHERE name LIKE 'drill-%' ORDER BY name")
    assert kept.split() == ["drill-101", "drill-102"]


def test_another_key_ring_is_refused(drill):
    right = drill.ring.read_text()
    drill.ring.chmod(0o600)
    drill.ring.write_text(f"enc:k1:{'0' * 64}\nidx:h1:{'1' * 64}\n")
    try:
        done = drill.shell("print('served')", check=False)
    finally:
        drill.ring.write_text(right)
    assert "served" not in done.stdout
    assert "The key ring has other keys than this database was written with" in done.stderr


def test_a_missing_key_ring_is_refused(drill):
    aside = drill.ring.rename(drill.folder / "aside")
    try:
        done = drill.shell("print('served')", check=False)
    finally:
        aside.rename(drill.ring)
    assert "served" not in done.stdout
    assert re.search(r"CRITICAL .* the key ring .* cannot be read", done.stderr), done.stderr
