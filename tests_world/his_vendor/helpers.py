"""Short ways through the JSON interface."""

from typing import Any

from tests_world.his_fixture import DAY
from tests_world.his_vendor.conftest import Client


def session(client: Client, department: str = "N1") -> str:
    """Return the morning session of a department."""
    found = client.data("outpatient/schedule_group", date=DAY, dept_id=department)
    return str(found[0]["schedule_id"])


def registered(client: Client, patient_id: str = "P00000001") -> dict[str, Any]:
    """Return a registration paid by WeChat."""
    held = client.data(
        "outpatient/schedule_lock", schedule_id=session(client), patient_id=patient_id
    )
    return dict(
        client.data(
            "outpatient/register_commit",
            pre_id=held["pre_id"],
            order_no=f"Y-{patient_id}",
            trade_no=f"T-{patient_id}",
            channel_id="weixin",
            amount="12.00",
        )
    )


def billed(client: Client, *codes: str, patient_id: str = "P00000001") -> dict[str, Any]:
    """Return the bill of a visit where these things were ordered."""
    number = registered(client, patient_id)["register_no"]
    client.data("outpatient/register_sign", register_no=number)
    visit = client.staff("visit_start", reg_no=number)["visit_no"]
    client.staff("order", visit_no=visit, lines=[{"code": code} for code in codes])
    return dict(client.data("outpatient/unpaidfees", patient_id=patient_id)[0])


def payment(bill: dict[str, Any], trade_no: str = "T2") -> dict[str, Any]:
    """Return the fields that pay a bill."""
    return {
        "recipe_id": bill["recipe_id"],
        "recipe_version": bill["recipe_version"],
        "trade_no": trade_no,
        "channel_id": "weixin",
        "amount": bill["should_money"],
    }
