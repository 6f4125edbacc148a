"""A tiny hospital served by a process of its own, and a day on which everything happens once."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from reference_his.hospital import Hospital
from reference_his.services import (
    billing,
    checkups,
    directory,
    inpatients,
    orders,
    patients,
    pharmacy,
    queues,
    registrations,
    results,
    schedules,
    visits,
)
from simulation import launch
from tests_world import his_fixture


@dataclass
class Served:
    """The process, its database and what may be read there by others."""

    running: launch.Running
    dsn: str
    reader: dict[str, str]

    def url(self, front: str) -> str:
        """Return the address of a front."""
        return self.running.addresses[front]

    def events(self) -> list[dict[str, Any]]:
        """Return all events, oldest first, read past every front."""
        with psycopg2.connect(self.dsn) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id, kind, key, patient_no, facts FROM event ORDER BY id")
            names = ("id", "kind", "key", "patient_no", "facts")
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        connection.close()
        return rows


@contextmanager
def served(
    folder: Path, *fronts: str, before: Callable[[Hospital], object] | None = None
) -> Iterator[Served]:
    """Serve fronts of a filled hospital; ``before`` happens to it first."""
    with his_fixture.database() as dsn:
        hospital = his_fixture.hospital(dsn)
        his_fixture.fill(hospital)
        if before:
            before(hospital)
        hospital.db.close()
        state, log = folder / "state", folder / "log"
        running = launch.start(
            "reference_his",
            *("--state", str(state), "--db", dsn, "--base-port", "0"),
            *("--now", his_fixture.MORNING, "--only", *fronts),
            log=log,
        )
        try:
            reader = json.loads((state / "sql-views.json").read_text(encoding="utf-8"))
            yield Served(running, dsn, reader)
        finally:
            running.stop()
        assert "Traceback" not in log.read_text(encoding="utf-8")


def everything(his: Hospital) -> None:
    """Let each kind of event happen at least once, by the hospital's own rules."""
    _directory(his)
    reg_no = _registrations(his)
    visit_no = visits.start(his, reg_no)["visit_no"]
    _orders(his, visit_no)
    visits.end(his, visit_no, "J06.900", "急性上呼吸道感染", "咳嗽三天")
    _stay(his)
    _checkup(his)


def _directory(his: Hospital) -> None:
    directory.set_department(
        his, "N1", place="一号楼 2 楼 <东>", standard_code="A03.01", parent_code="W1"
    )
    directory.set_doctor(his, "D1", specialty="呼吸 & 慢病")
    directory.set_drug(his, "Y1", price_fen=1300)
    patients.update(his, "P00000002", mobile="13900000002", address="莲都区“解放街”1号")
    patients.add_card(his, "P00000002", "03", "E0002")
    extra = patients.create(
        his, name="临时", sex="2", birth="1990-05-06", id_type="03", id_number="G1"
    )
    patients.merge(his, extra["patient_no"], "P00000003")
    schedules.suspend(his, "3")
    schedules.resume(his, "3")


def _registrations(his: Hospital) -> str:
    gone = registrations.book(his, "1", "P00000003", "phone", "T-1")
    registrations.cancel(his, reg_no=gone["reg_no"])
    missed = registrations.book(his, "1", "P00000004", "phone", "T-2")
    registrations.no_show(his, missed["reg_no"])
    held = registrations.lock(his, "1", "P00000001", channel="wechat")
    kept = registrations.commit(his, held["lock_id"], "T-3", "W-3", "wechat", 1200)
    registrations.sign(his, kept["reg_no"])
    late = registrations.book(
        his, "1", "P00000005", "window", "T-5", trade_no="W-5", amount_fen=1200
    )
    registrations.sign(his, late["reg_no"])
    queue = queues.clinic("1")
    queues.call_next(his, queue, "101")
    queues.pass_over(his, queue, kept["reg_no"])
    return str(kept["reg_no"])


def _orders(his: Hospital, visit_no: str) -> None:
    placed = orders.place(
        his,
        visit_no,
        [
            {"code": "XCG"},
            {"code": "CT1"},
            {"code": "ZL1", "quantity": "1.5", "usage": "每日一次"},
            {"code": "Y1", "quantity": 2, "usage": "口服 0.5g 每日三次"},
            {"code": "ZL1"},
        ],
    )
    lab, exam, treatment, drug, gone = (one["order_no"] for one in placed)
    orders.cancel(his, gone)
    bill = billing.unpaid(his, "P00000001")[0]
    total = bill["total_fen"]
    billing.settle(
        his, bill["bill_no"], bill["version"], "W-9", "wechat", total - 500, 500, operator="001"
    )
    orders.fulfil(his, treatment)
    results.collect(his, lab)
    results.report_lab(
        his,
        lab,
        [
            {
                "code": "WBC",
                "name": "白细胞",
                "value": "11.2",
                "unit": "10^9/L",
                "low": "3.5",
                "high": "9.5",
                "flag": "H",
            },
            {"code": "HCV", "name": "丙肝抗体", "value": "阴性", "flag": "N"},
        ],
        "L1",
        "L1",
    )
    results.examine(his, exam)
    results.report_exam(his, exam, "两肺纹理清晰。\n未见<异常>。", "胸部CT未见异常", "R1", "R1")
    rx_no = next(one["rx_no"] for one in placed if one["order_no"] == drug)
    pharmacy.ready(his, rx_no)
    pharmacy.dispense(his, rx_no)
    extra = orders.place(his, visit_no, [{"code": "ZL1"}])[0]
    bill = billing.unpaid(his, "P00000001")[0]
    paid = billing.settle(
        his, bill["bill_no"], bill["version"], "W-10", "wechat", bill["total_fen"]
    )
    billing.refund(
        his, paid["settlement_no"], "RF-10", bill["total_fen"], order_nos=[extra["order_no"]]
    )


def _stay(his: Hospital) -> None:
    stay = inpatients.admit(his, "P00000006", "BQ1", "B1", "01", "I10.x00", "高血压")
    number = stay["admission_no"]
    inpatients.deposit(his, number, "W-20", "wechat", 100000)
    inpatients.charge(his, number, [{"code": "CW1"}, {"code": "HL1", "quantity": 2}])
    inpatients.discharge(his, number, "I10.x00", "高血压病")
    inpatients.settle_discharge(his, number)


def _checkup(his: Hospital) -> None:
    booked = checkups.book(his, "TJ1", "P00000005", "2026-03-02")
    bill = billing.unpaid(his, "P00000005")[0]
    billing.settle(his, bill["bill_no"], bill["version"], "W-30", "wechat", bill["total_fen"])
    checkups.arrive(his, booked["order_no"])
    checkups.report(his, booked["order_no"], "总检：未见明显异常，建议复查血脂。")
