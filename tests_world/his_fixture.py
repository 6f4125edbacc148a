"""A tiny hospital in a database of its own, for tests of what a HIS does."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from reference_his.db import Database
from reference_his.hospital import Hospital
from reference_his.services import directory, patients, schedules
from reference_his.services.identity import CHECK_DIGITS, WEIGHTS
from simulation.clock import Clock, parse
from simulation.faults import Faults
from simulation.journal import Journal
from simulation.store import Store

MORNING = "2026-03-02T07:30:00+08:00"  # a Monday
DAY = "2026-03-02"


def id_number(body: str) -> str:
    """Return an identity number of 17 digits with its last character."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + CHECK_DIGITS[total % 11]


KEEP = """
CREATE SCHEMA kept;
CREATE TABLE kept.sequences AS SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = 'public';
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', name, name);
    END LOOP;
END $$
"""
RESTORE = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r'
            AND relnamespace = 'public'::regnamespace ORDER BY oid DESC LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r'
            AND relnamespace = 'public'::regnamespace ORDER BY oid LOOP
        EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE kept.%I', name, name);
    END LOOP;
    PERFORM setval(sequencename::text::regclass, coalesce(last_value, 1), last_value IS NOT NULL)
        FROM kept.sequences;
END $$
"""


@contextmanager
def database() -> Iterator[str]:
    """Create an empty database and drop it in the end; yield its connection string."""
    name = f"h_his_core_{uuid.uuid4().hex[:12]}"
    server = psycopg2.connect(dbname=os.environ.get("PGDATABASE", "postgres"))
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield f"dbname={name}"
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            # roles belong to the server: the one that read this database's views goes with it
            cursor.execute(f"DROP ROLE IF EXISTS {name}_reader")
        server.close()


def hospital(dsn: str, store: Store | None = None, at: str = MORNING) -> Hospital:
    """Return a hospital on a database, with a clock that stands still."""
    kept = store or Store()
    clock = Clock(kept)
    clock.set(parse(at), 0.0)
    return Hospital(Database(dsn), clock, Faults(), Journal(kept, clock))


@contextmanager
def filled() -> Iterator[str]:
    """Create a database with the tiny hospital, and keep a copy of it beside the tables."""
    with database() as dsn:
        his = hospital(dsn)
        with his.db.transaction():
            fill(his)
            his.db.run(KEEP)
        his.db.close()
        yield dsn


def restore(his: Hospital) -> None:
    """Make the database what it was when it was filled."""
    his.db.run(RESTORE)


def fill(his: Hospital) -> None:
    """Create tables and a tiny hospital: what the tests name is here."""
    his.db.create()
    for code, name, kind in (
        ("N1", "内科", "clinic"),
        ("W1", "外科", "clinic"),
        ("P1", "皮肤科", "clinic"),
        ("LAB", "检验科", "medtech"),
        ("RAD", "放射科", "medtech"),
        ("PH", "门诊药房", "pharmacy"),
        ("BQ1", "内科病区", "ward"),
    ):
        directory.set_department(his, code, name=name, kind=kind, place="一号楼")
    his.db.run("UPDATE department SET pool_owner = 'platform' WHERE code = 'P1'")
    for code, name, department in (
        ("D1", "陈医生", "N1"),
        ("D2", "林医生", "W1"),
        ("D3", "周医生", "P1"),
        ("L1", "吴检验", "LAB"),
        ("R1", "郑放射", "RAD"),
        ("B1", "黄病区", "BQ1"),
    ):
        directory.set_doctor(his, code, name=name, title="1", department_code=department)
    _items(his)
    _drugs(his)
    for package, sex in (("TJ1", "0"), ("TJ2", "2")):
        his.db.run(
            "INSERT INTO checkup_package VALUES (%s, %s, %s, %s, %s, '', %s)",
            (package, "体检套餐" + package, sex, 30000, '["XCG"]', his.now()),
        )
    for place in range(1, 7):
        patients.create(
            his,
            name=f"患者{'一二三四五六'[place - 1]}",
            id_number=id_number(f"3325221980010{place}1{place}1"),
            mobile=f"1380000000{place}",
        )
    patients.add_card(his, "P00000001", "01", "C0001")
    for half_day in ("am", "pm"):
        for department, doctor in (("N1", "D1"), ("W1", "D2"), ("P1", "D3")):
            schedules.publish(
                his,
                day=DAY,
                half_day=half_day,
                department_code=department,
                doctor_code=doctor,
                fee_fen=1200,
                total=6,
                room="101",
            )


def _items(his: Hospital) -> None:
    rows = (
        ("GH1", "普通挂号", "02", "registration", 1200, None, "{}"),
        (
            "XCG",
            "血常规",
            "04",
            "lab",
            2000,
            "LAB",
            '{"specimen": "静脉血", "analytes": [{"code": "WBC", "name": "白细胞",'
            ' "unit": "10^9/L", "low": "3.5", "high": "9.5"}]}',
        ),
        (
            "CT1",
            "胸部CT平扫",
            "03",
            "exam",
            28000,
            "RAD",
            '{"modality": "CT", "body_part": "胸部"}',
        ),
        ("ZL1", "换药", "05", "treatment", 1550, None, "{}"),
        ("CW1", "床位费", "01", "bed", 4000, "BQ1", "{}"),
        ("HL1", "二级护理", "07", "nursing", 1500, "BQ1", "{}"),
    )
    for code, name, category, kind, price, department, details in rows:
        his.db.run(
            "INSERT INTO item VALUES (%s, %s, %s, %s, '次', %s, 'A', '', %s, %s, %s)",
            (code, name, category, kind, price, department, details, his.now()),
        )


def _drugs(his: Hospital) -> None:
    for code, name, price, stock, category in (
        ("Y1", "阿莫西林胶囊", 1280, 100, "12"),
        ("Y2", "连花清瘟胶囊", 1450, 3, "13"),
        ("Y3", "甘草", 33, 1000, "14"),
    ):
        directory.set_drug(
            his,
            code,
            name=name,
            spec="0.25g*24粒",
            form="胶囊",
            unit="盒",
            maker="某药厂",
            price_fen=price,
            stock=stock,
            category=category,
            insurance_class="A",
            leaflet={"indications": "适应症", "dosage": "用法用量"},
        )
