"""Short ways to the states that tests begin with."""

from typing import Any

import pytest

from reference_his.hospital import Hospital
from reference_his.services import billing, orders, registrations, schedules, visits
from simulation.messages import Refusal
from tests_world.his_fixture import DAY


def refused(code: str) -> Any:
    """Expect a refusal."""
    return pytest.raises(Refusal, match=f"^{code}: ")


def session(his: Hospital, department: str = "N1", half_day: str = "am") -> dict[str, Any]:
    """Return a session of the day."""
    found = schedules.sessions(his, DAY, DAY, department)
    return next(one for one in found if one["half_day"] == half_day)


def registered(his: Hospital, patient_no: str = "P00000001", trade_no: str = "T1") -> str:
    """Return the number of a paid registration."""
    number = session(his)["session_id"]
    held = registrations.lock(his, number, patient_no, channel="province")
    made = registrations.commit(his, held["lock_id"], trade_no, trade_no, "wechat", 1200)
    return str(made["reg_no"])


def visited(his: Hospital, patient_no: str = "P00000001") -> str:
    """Return the number of a visit that has begun."""
    reg_no = registered(his, patient_no, f"T-{patient_no}")
    registrations.sign(his, reg_no)
    return str(visits.start(his, reg_no)["visit_no"])


def billed(his: Hospital, *codes: str, patient_no: str = "P00000001") -> dict[str, Any]:
    """Return the unpaid bill of a visit with these things ordered."""
    visit_no = visited(his, patient_no)
    orders.place(his, visit_no, [{"code": code} for code in codes])
    return billing.unpaid(his, patient_no)[0]


def settled(his: Hospital, bill: dict[str, Any], trade_no: str = "T2") -> dict[str, Any]:
    """Pay a bill by WeChat and return the settlement."""
    return billing.settle(
        his, bill["bill_no"], bill["version"], trade_no, "wechat", bill["total_fen"]
    )


def kinds(his: Hospital) -> list[str]:
    """Return the kinds of all events, in order."""
    return [row["kind"] for row in his.db.all("SELECT kind FROM event ORDER BY id")]


def count(his: Hospital, table: str) -> int:
    """Return how many rows a table has."""
    return int((his.db.one(f"SELECT count(*) AS n FROM {table}") or {})["n"])
