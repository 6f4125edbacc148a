"""Reconciliation, loss ratios, restart, privacy, and the page."""

from pathlib import Path

import pytest

from sandbox.insurer.gateway import Insurer
from simulation import launch
from simulation.world import World
from tests_world.one_gateway import run_example, unnamed

from .insurer_client import PEOPLE, Hospital, Refused

PAGE = Path(__file__).parents[2] / "docs/outside-world/insurer.md"
MONEY = ("paid", "reversed")


@pytest.fixture
def days(world, hospital):
    """Three days of payments, one paid back a day later."""
    for day in (2, 3, 4):
        world.post("/clock", at=f"2026-03-{day:02d}T10:00:00+08:00")
        paid = [hospital.pay(hospital.calculated()) for _turn in range(3)]
        if day == 2:
            first = paid[0]["claimNo"]
        elif day == 3:
            hospital.cancel(first)
    world.post("/clock", at="2026-03-05T00:30:00+08:00")
    return hospital


def journal(world):
    facts = world.get("/journal?source=insurer")["facts"]
    return [one for one in facts if one["kind"] in MONEY]


def listed(hospital, day):
    return hospital.get(f"/reconciliation?date=2026-03-{day:02d}")


def test_the_lists_equal_the_journal_to_the_fen(world, days):
    found = []
    for day in (2, 3, 4):
        content = listed(days, day)
        assert content["count"] == len(content["rows"])
        assert content["amount"] == sum(one["amount"] for one in content["rows"])
        found += [(one["payNo"], one["claimNo"], one["amount"]) for one in content["rows"]]
    facts = journal(world)
    assert found == [(one["number"], one["key"], one["amount"]) for one in facts]
    assert len(found) == 10
    with pytest.raises(Refused, match="NOT_READY"):
        listed(days, 5)


@pytest.mark.parametrize("kind", ["reconcile_missing", "reconcile_extra", "reconcile_changed"])
def test_planted_differences_are_found(world, days, kind):
    truth = {one["number"]: one["amount"] for one in journal(world) if "-02T" in one["at"]}
    world.fault(kind, gateway="insurer", options={"fen": 7} if kind.endswith("changed") else {})
    rows = {one["payNo"]: one["amount"] for one in listed(days, 2)["rows"]}
    differing = {
        number for number in truth.keys() | rows.keys() if truth.get(number) != rows.get(number)
    }
    assert len(differing) == 1
    assert len(rows) - len(truth) == {"missing": -1, "extra": 1, "changed": 0}[kind[10:]]
    again = {one["payNo"]: one["amount"] for one in listed(days, 2)["rows"]}
    assert again == truth


def test_loss_ratios_are_payments_by_premiums(world, days):
    found = days.get("/products/loss-ratio?from=2026-03-02&to=2026-03-04")["products"]
    products = {one["productCode"]: one for one in found}
    paid = sum(one["amount"] for one in journal(world))
    mine = products["CORP-OP"]
    assert (mine["policies"], mine["premium"], mine["paid"]) == (1, 80000, paid)
    assert mine["paidCases"] == 8
    assert mine["lossRatio"] == f"{paid / 80000:.4f}"
    assert products["ZLB"]["lossRatio"] == "0.0000"
    with pytest.raises(Refused, match="PARAM_ERROR 参数to"):
        days.get("/products/loss-ratio?from=2026-03-02&to=soon")


def test_a_kill_loses_nothing(tmp_path):
    words = ("--state", str(tmp_path), "--base-port", "0", "--only", "insurer")
    world = launch.start("sandbox", *words)
    hospital = Hospital(world)
    seen = hospital.calculated()
    paid = hospital.pay(seen, "P1")
    world.fault("manual_review", gateway="insurer", options={"seconds": 0.5})
    waiting = hospital.calculated()
    world.kill()
    world = launch.start("sandbox", *words)
    hospital = Hospital(world)
    assert hospital.pay(seen, "P1") == paid
    world.post("/clock", advance=1)
    world.post("/settle")
    assert hospital.get(f"/cases/{waiting['claimNo']}")["state"] == "approved"
    world.stop()


def test_identity_numbers_appear_in_no_journal_and_no_log(world, days, folder):
    text = str(world.get("/journal?limit=1000")) + str(world.get("/calls"))
    text += (folder / "log.txt").read_text()
    assert not any(number in text for _name, number in PEOPLE.values())


def test_the_page_names_every_address_and_every_fault(tmp_path):
    assert unnamed(PAGE.read_text(encoding="utf-8"), Insurer(World("page", tmp_path))) == []


def test_the_example_of_the_page_runs(world, capsys):
    run_example(PAGE.read_text(encoding="utf-8"), world)
    assert "'lossRatio'" in capsys.readouterr().out
