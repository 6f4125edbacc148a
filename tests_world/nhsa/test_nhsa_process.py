"""Kills, broken sockets, privacy, speed, and the page."""

import json
import re
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from sandbox.nhsa.benefit import CEILINGS, DEDUCTIBLES, RATIOS
from sandbox.nhsa.gateway import Nhsa
from simulation import launch
from simulation.world import World
from tests_world.one_gateway import run_example, unnamed

from .nhsa_client import PATHS, Hospital, Refused

PAGE = Path(__file__).parents[2] / "docs/outside-world/insurance.md"


def test_a_kill_loses_no_settlement_and_no_answer(tmp_path):
    words = ("--state", str(tmp_path), "--base-port", "0", "--only", "nhsa")
    world = launch.start("sandbox", *words)
    hospital = Hospital.of(world, "H33110200001")
    hospital.sign_in()
    case, msgid = hospital.visit(), hospital.msgid()
    settled = hospital.settle(case, msgid=msgid)
    slow = hospital.visit()
    slow_msgid = hospital.msgid()
    world.fault("settle_slow", gateway="nhsa", options={"seconds": 60})
    with pytest.raises(Refused, match="结算处理中"):
        hospital.settle(slow, msgid=slow_msgid)
    sign_no = hospital.sign_no
    world.kill()
    world = launch.start("sandbox", *words)
    hospital = Hospital.of(world, "H33110200001")
    hospital.sign_no = sign_no
    assert hospital.settle(case, msgid=msgid) == settled
    world.post("/clock", advance=61)
    world.post("/settle")
    assert hospital.settle(slow, msgid=slow_msgid)["total"] == slow["total"]
    assert len(world.get("/journal?source=nhsa&kind=settled")["facts"]) == 2
    assert hospital.undo(case, settled["setl_id"])["total"] == -settled["total"]
    world.stop()


@pytest.mark.parametrize("kind", ["timeout_before", "reset_before", "status_before"])
def test_a_call_that_never_arrived_changed_nothing(world, hospital, kind):
    case, msgid = hospital.visit(), hospital.msgid()
    world.fault(kind, gateway="nhsa", match={"infno": "2207", "merchant": hospital.code})
    with pytest.raises((requests.RequestException, ValueError)):
        hospital.settle(case, msgid=msgid, timeout=0.5)
    assert world.get("/journal?source=nhsa&kind=settled")["facts"] == []
    assert hospital.settle(case, msgid=msgid)["total"] == case["total"]


@pytest.mark.parametrize("kind", ["half_open", "truncate"])
def test_half_an_answer_is_asked_for_again(world, hospital, kind):
    case, msgid = hospital.visit(), hospital.msgid()
    world.fault(kind, gateway="nhsa", match={"msgid": msgid})
    with pytest.raises((requests.RequestException, ValueError)):
        hospital.settle(case, msgid=msgid, timeout=0.5)
    assert hospital.settle(case, msgid=msgid)["total"] == case["total"]
    assert len(world.get("/journal?source=nhsa&kind=settled")["facts"]) == 1


def test_a_late_answer_still_comes(world, hospital):
    case = hospital.visit()
    options = {"seconds": 0.2}
    world.fault("delay", gateway="nhsa", match={"key": case["mdtrt_id"]}, options=options)
    assert hospital.settle(case)["total"] == case["total"]


def test_many_settlements_at_once_never_spend_the_account_twice(world, hospital):
    world.post("/nhsa/people/wang", balance=5000)
    cases = [hospital.visit() for _turn in range(6)]

    def settle(case):
        one = Hospital.of(world, hospital.code)
        one.sign_no = hospital.sign_no
        return one.settle(case)

    with ThreadPoolExecutor(6) as pool:
        settled = list(pool.map(settle, cases))
    assert sum(one["account"] for one in settled) == 5000
    assert min(one["balance"] for one in settled) == 0
    assert sorted(one["account"] for one in settled) == [0, 0, 0, 200, 2400, 2400]


def test_identity_numbers_appear_in_no_journal_and_no_log(world, hospital, folder):
    base, _insured, token = hospital.person("wang")
    hospital.settle(hospital.visit("wang"))
    seen = json.dumps(world.get("/journal?limit=1000")) + json.dumps(world.get("/calls"))
    seen += (folder / "log.txt").read_text()
    assert base["certno"] not in seen
    assert base["psn_name"] not in seen
    assert token not in seen


def test_the_page_names_every_address_function_and_fault(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    assert unnamed(page, Nhsa(World("page", tmp_path))) == []
    functions = (
        "9001 9002 1101 2201 2202 2203 2204 2205 2206 2207 2208 2601 5203 3201 3202 3203 9101 9102"
    ).split()
    for infno in (*functions, *PATHS):
        assert re.search(rf"^\| {infno} \|", page, re.MULTILINE), infno


def test_the_example_of_the_page_runs(world, capsys):
    run_example(PAGE.read_text(encoding="utf-8"), world)
    assert "'infcode': '0'" in capsys.readouterr().out


def test_the_control_port_changes_only_what_is_named(world):
    world.post("/nhsa/people/zhang", balance=7)
    row = next(one for one in world.get("/nhsa/people")["people"] if one["person"] == "zhang")
    assert (row["insutype"], row["psn_type"], row["balance"]) == ("390", "15", 7)
    for path, wrong in (
        ("/nhsa/people/zhang", {"state": "9"}),
        ("/nhsa/people/zhang", {"psn_type": "11"}),
        ("/nhsa/people/nobody", {}),
        ("/nhsa/hospitals/H33110200001", {"signer": "none"}),
        ("/nhsa/hospitals/H1", {"level": 1}),
    ):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            world.post(path, **wrong)


def test_the_page_gives_the_figures_of_the_rules():
    page = PAGE.read_text(encoding="utf-8")
    for group, ratios in RATIOS.items():
        cells = [f"{ratio * 100:.0f} %" for ratio in ratios]
        cells += [f"{DEDUCTIBLES[group] / 100:,.0f}", f"{CEILINGS[group[0]] / 100:,.0f}"]
        assert " | ".join(cells) in page
