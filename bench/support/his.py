"""The reference HIS in the benchmark: what its fronts are asked, and what it tells a partner."""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from simulation import launch
from tests_world.his_fhir.conftest import Client as FhirClient
from tests_world.his_hip.conftest import Platform, message, patient_query
from tests_world.his_hl7.mllp import framed
from tests_world.his_hl7.mllp import message as hl7
from tests_world.his_vendor.conftest import Client as VendorClient
from tools import database

from .ear import mllp_ear
from .record import record
from .replay import holding, mllp_end

DATABASE = "bench_his"
PATIENTS = 5000
PATIENCE_SECONDS = 120
# the vendor's client keeps the time of its own tests
NOW = "2026-03-02T07:30:00+08:00"


class _Served:
    """What the FHIR client wants to know of a running hospital."""

    def __init__(self, running):
        self.running = running

    def url(self, front):
        return self.running.addresses[front]


def generate(patients, now=NOW):
    """Generate a hospital into a fresh database; return seconds and peak memory."""
    database.create(DATABASE)
    command = [sys.executable, "-m", "reference_his.generate", "--db", f"dbname={DATABASE}"]
    words = ["--patients", str(patients), "--now", now]
    if patients > PATIENTS:
        words += ["--history", "1"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def forget():
    """Drop the hospital, and the role that might read its views."""
    database.drop(DATABASE)
    database.sql(f'DROP ROLE IF EXISTS "{DATABASE}_reader"')


@contextmanager
def hospital():
    """Serve a generated hospital on free ports, its clock standing still."""
    generate(PATIENTS)
    with tempfile.TemporaryDirectory() as folder:
        running = launch.start(
            "reference_his",
            *("--state", str(Path(folder) / "state"), "--db", f"dbname={DATABASE}"),
            *("--base-port", "0", "--now", NOW, "--only", "vendor", "hip", "fhir", "mllp"),
        )
        try:
            yield running
        finally:
            running.stop()
            forget()


def patients(count):
    """Return the numbers of generated patients, over and over."""
    return [f"P{1 + number % (PATIENTS // 2):08d}" for number in range(count)]


def calls(running, count):
    """Yield front, name, what a good answer holds, requests, and the form of its answers."""
    vendor, fhir = VendorClient(running), FhirClient(_Served(running))
    platform = Platform(running.addresses["hip"])
    numbers, form = patients(count), {}
    yield (
        "vendor",
        "unpaid bills",
        b'"code":"1"',
        [record(vendor.post, "outpatient/unpaidfees", {"patient_id": one}) for one in numbers],
        form,
    )
    yield (
        "vendor",
        "find patient",
        b'"code":"1"',
        [record(vendor.post, "patient/find", {"patient_id": one}) for one in numbers],
        form,
    )
    yield (
        "fhir",
        "search patient",
        b'"resourceType":"Patient"',
        [record(fhir.call, "GET", f"Patient?identifier={one}") for one in numbers],
        form,
    )
    bodies = [message("PRPA_IN201305UV02", patient_query(patient_no=one), one) for one in numbers]
    yield (
        "hip",
        "PatientInfoQuery",
        b'typeCode="AA"',
        [record(platform.raw, "PatientInfoQuery", body) for body in bodies],
        form,
    )
    yield (
        "mllp",
        "patient query",
        b"|AA|",
        [_query(number, one) for number, one in enumerate(numbers)],
        {"end": mllp_end},
    )


def _query(number, patient_no):
    query = f"QPD|Q22^Find^HL70471|T|@PID.3.1^{patient_no}"
    return framed(hl7("QBP^Q22^QBP_Q21", query, "RCP|I", number=f"B{number:08d}").encode())


def tell(running, count):
    """Let the hospital file patients, and time how fast a partner is told of them again.

    :return: messages per second.
    """
    with mllp_ear() as ear:
        partner = {"name": "ear", "application": "EAR", "host": "127.0.0.1", "port": ear.port}
        running.post("/mllp/partners", **partner, kinds=["patient.*"], from_now=True)
        vendor = VendorClient(running)
        for number in range(count):
            vendor.data(
                "patient/create",
                patient_name=f"测试{number}",
                sex="1",
                birthday="1990-01-01",
                mobile=f"168{number:08d}",
            )
        if not ear.wait(count, PATIENCE_SECONDS):
            raise RuntimeError(f"{ear.heard} of {count} messages came")
        ear.heard, since = 0, time.perf_counter()
        running.post("/mllp/partners/ear/replay", after=0)
        if not ear.wait(count, PATIENCE_SECONDS):
            raise RuntimeError(f"{ear.heard} of {count} messages came again")
        return round(count / (ear.last - since))


def measure(bench, count, gauge):
    """Measure all fronts of one hospital."""
    with hospital() as running:
        for front, name, good, requests, form in calls(running, count):
            port = urlsplit(running.addresses[front]).port
            rate, kinds = gauge(bench, front, name, port, requests, holding(good), **form)
            bench.bar(f"{front}: {name}, per second", rate, ">=", 500)
            wrong = {kind: times for kind, times in kinds.items() if kind != "good"}
            bench.bar(f"{front}: {name}, other answers", sum(wrong.values()), "==", 0)
            if wrong:
                bench.say(f"{front}: {list(wrong)[:2]}")
        bench.bar("mllp: messages told, per second", tell(running, count // 2), ">=", 500)
