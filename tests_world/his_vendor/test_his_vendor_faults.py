"""Every fault of the vendor's port, seen by the platform that calls it."""

import json
import time
from pathlib import Path

import pytest
import requests

from reference_his.db import Database
from simulation.faults import HTTP_KINDS
from tests_world import his_fixture
from tests_world.his_fixture import DAY
from tests_world.his_vendor import conftest
from tests_world.his_vendor.conftest import Client
from tests_world.his_vendor.helpers import billed, payment, registered, session


def test_trade_lost_hides_a_settled_trade_for_some_calls(client: Client) -> None:
    registered(client)
    client.running.fault("trade_lost", times=2, match={"trade_no": "T-P00000001"})
    fields = {"channel_id": "weixin", "trade_no": "T-P00000001"}
    found = [client.data("other/trade_check", **fields)["reconciliation_no"] for _ in "abc"]
    assert found[:2] == ["notfound", "notfound"] and found[2].startswith("S")


def test_unknown_code_is_in_no_table(client: Client) -> None:
    client.running.fault("unknown_code")
    odd = client.data("outpatient/schedule_group", date=DAY, dept_id="N1")[0]
    right = client.data("outpatient/schedule_group", date=DAY, dept_id="N1")[0]
    assert (odd["reg_level_id"], odd["schedule_noon"]) == ("ZZ", "ZZ")
    assert (right["reg_level_id"], odd["dept_id"]) == ("01", "N1")


def test_partial_page_ends_in_the_middle(client: Client) -> None:
    for place in (1, 2, 3, 4):
        registered(client, f"P0000000{place}")
    client.running.fault("partial_page", operation="trade_list")
    page = client.data("other/trade_list", day=DAY)
    assert (page["total"], len(page["list"])) == (4, 2)


def test_clock_skew_makes_times_wrong(client: Client) -> None:
    client.running.fault("clock_skew", options={"seconds": -3600})
    assert client.data("hospital/time")["time"] == client.time - 3600
    assert client.data("hospital/time")["time"] == client.time


def test_maintenance_refuses_everything_until_it_is_over(client: Client) -> None:
    number = client.running.fault("maintenance", times=None)
    assert client.refused("hospital/time") == "系统维护中，请稍后再试"
    assert client.refused("queue/serving") == "系统维护中，请稍后再试"
    client.running.ask("DELETE", f"/faults?id={number}")
    assert client.data("hospital/time")


def test_a_bill_changes_between_details_and_settlement(client: Client) -> None:
    bill = billed(client, "XCG")
    client.running.fault("bill_changes", operation="details")
    shown = client.data("outpatient/unpaidfees_details", recipe_id=bill["recipe_id"])
    assert shown["should_money"] == "20.00"
    assert client.refused("outpatient/charge_commit", **payment(shown)).startswith(
        "缴费单内容已变更"
    )
    again = client.data("outpatient/unpaidfees_details", recipe_id=bill["recipe_id"])
    assert (again["should_money"], again["recipe_version"]) == ("35.50", 2)
    assert client.data("outpatient/charge_commit", **payment(again))


def test_a_locked_number_is_stolen_by_the_window(client: Client) -> None:
    client.running.fault("lock_stolen")
    fields = {"schedule_id": session(client), "patient_id": "P00000001"}
    held = client.data("outpatient/schedule_lock", **fields)
    late = client.refused("outpatient/register_commit", pre_id=held["pre_id"], order_no="B1")
    assert late == "锁号已超时"
    taken = client.data("outpatient/schedule_details", schedule_id=session(client))
    assert [one["schedule_state"] for one in taken[:2]] == ["2", "0"]


def test_a_slow_query_lets_everybody_wait(client: Client) -> None:
    client.running.fault("slow_query", options={"seconds": 0.3})
    since = time.monotonic()
    assert client.data("hospital/time")
    assert time.monotonic() - since >= 0.3


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "half_open"])
def test_silence_leaves_the_platform_to_ask_what_happened(client: Client, kind: str) -> None:
    bill = billed(client, "XCG")
    client.running.fault(kind, operation="settle", options={"seconds": 5})
    with pytest.raises(requests.RequestException):
        client.post("outpatient/charge_commit", payment(bill), timeout=0.7)
    checked = client.data("other/trade_check", channel_id="weixin", trade_no="T2")
    done = checked["reconciliation_no"] != "notfound"
    assert done == (kind != "timeout_before")
    again = client.data("outpatient/charge_commit", **payment(bill))
    assert not done or again["reconciliation_no"] == checked["reconciliation_no"]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "truncate"])
def test_a_broken_connection_settles_at_most_once(client: Client, kind: str) -> None:
    bill = billed(client, "XCG")
    client.running.fault(kind, operation="settle")
    with pytest.raises(requests.RequestException):
        client.post("outpatient/charge_commit", payment(bill))
    client.data("outpatient/charge_commit", **payment(bill))
    assert client.data("other/trade_list", day=DAY)["total"] == 2


def test_server_errors_garbage_and_delays_are_seen(client: Client) -> None:
    client.running.fault("status_before", options={"status": 503})
    client.running.fault("status_after", operation="branches")
    assert client.post("hospital/time").status_code == 503
    assert client.post("hospital/branch").status_code == 502
    client.running.fault("garbage")
    with pytest.raises(ValueError):
        json.loads(client.post("hospital/time").content)
    client.running.fault("delay", options={"seconds": 0.2})
    since = time.monotonic()
    client.data("hospital/time")
    assert time.monotonic() - since >= 0.2


def test_too_many_calls_and_wrong_signatures_are_seen(client: Client) -> None:
    client.running.fault("rate_limit")
    answer = client.post("hospital/time").json()
    assert (answer["code"], answer["message"]) == ("9006", "请求过于频繁，请稍后再试")
    client.running.fault("bad_signature", match={"merchant": "hospital-wechat"})
    assert client.post("hospital/time").json()["code"] == "1"
    client.running.fault("bad_signature")
    with pytest.raises(AssertionError):
        client.call("hospital/time")


def test_soap_methods_can_be_matched(client: Client) -> None:
    client.running.fault("status_before", match={"method": "getServerTime"})
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><{0}>'
        "<param>{{}}</param></{0}></e:Body></e:Envelope>"
    )
    codes = [
        requests.post(f"{client.url}/soap", data=body.format(name)).status_code
        for name in ("getOrgList", "getServerTime", "getServerTime")
    ]
    assert codes == [200, 502, 200]


def test_the_kinds_that_are_tested_here_are_all_there_are(client: Client) -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    kinds = client.running.get("/faults")["kinds"]
    for kind in (*kinds["vendor"], *HTTP_KINDS):
        assert f'"{kind}"' in source, kind


def test_a_settlement_outlives_a_kill_before_its_answer(tmp_path: Path) -> None:
    with his_fixture.filled() as dsn:
        running = conftest.start(dsn, tmp_path / "state")
        client = Client(running)
        bill = billed(client, "XCG")
        running.fault("timeout_after", operation="settle", options={"seconds": 30})
        with pytest.raises(requests.RequestException):
            client.post("outpatient/charge_commit", payment(bill), timeout=0.7)
        running.kill()
        running = conftest.start(dsn, tmp_path / "state")
        try:
            client = Client(running)
            checked = client.data("other/trade_check", channel_id="weixin", trade_no="T2")
            again = client.data("outpatient/charge_commit", **payment(bill))
            assert again["reconciliation_no"] == checked["reconciliation_no"]
            assert len(running.get("/journal?kind=settlement.paid")["facts"]) == 2
        finally:
            running.stop()
        database = Database(dsn)
        assert database.one("SELECT count(*) AS n FROM settlement") == {"n": 2}
        database.close()
