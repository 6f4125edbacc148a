"""The same seed gives the same bytes, whatever the process; another seed gives another hospital."""

import hashlib
import json
import os
import subprocess
import sys

import psycopg2

from reference_his.db import Database
from reference_his.generate.loading import COLUMNS
from tests_world.his_fixture import database

NOW = "2026-03-02T10:15:00"


def _generate(dsn: str, seed: int, hash_seed: str, patients: int = 60) -> dict[str, int]:
    words = ["--db", dsn, "--patients", str(patients), "--seed", str(seed), "--now", NOW]
    done = subprocess.run(
        [sys.executable, "-m", "reference_his.generate", *words],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "America/New_York"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _fingerprint(dsn: str) -> dict[str, str]:
    connection = psycopg2.connect(dsn)
    found = {}
    with connection.cursor() as cursor:
        for table in COLUMNS:
            digest = hashlib.sha256()
            cursor.execute(f"SELECT t::text FROM {table} t")
            for (row,) in cursor:
                digest.update(row.encode())
            found[table] = digest.hexdigest()
    connection.close()
    return found


def test_same_seed_gives_the_same_bytes_in_any_process() -> None:
    with database() as first, database() as second, database() as third:
        _generate(first, 5, "1")
        _generate(second, 5, "2")
        _generate(third, 6, "1")
        one, same, other = _fingerprint(first), _fingerprint(second), _fingerprint(third)
    assert one == same
    assert one["patient"] != other["patient"] and one["visit"] != other["visit"]


def test_memory_does_not_grow_with_the_patients() -> None:
    with database() as dsn, database() as more:
        few = _generate(dsn, 1, "1", patients=300)["peak_mb"]
        many = _generate(more, 1, "1", patients=1500)["peak_mb"]
    assert many < 130
    assert many - few < 40


def test_half_made_hospital_is_rolled_back() -> None:
    with database() as dsn:
        words = ["--db", dsn, "--patients", "50", "--history=-1"]
        done = subprocess.run(
            [sys.executable, "-m", "reference_his.generate", *words],
            stderr=subprocess.PIPE,
        )
        db = Database(dsn)
        empty = db.is_empty()
        db.close()
    assert done.returncode != 0 and b"negative" in done.stderr
    assert empty
