"""Callbacks: plan, repetition, disorder, and what a kill leaves."""

import json
import urllib.error

import pytest
import requests

from ..receiver import Receiver
from .conftest import start


def call(world, number, url, merchant="m"):
    return requests.post(
        f"{world.addresses['echo']}/echo/{number}",
        params={"notify": url, "merchant": merchant},
        timeout=5,
    )


def bodies(receiver):
    return [item.body.decode() for item in receiver.got]


def states(world, number):
    return [item["state"] for item in world.get(f"/deliveries?key={number}")["deliveries"]]


def test_a_callback_is_sent_once_when_it_is_taken_in(world, receiver, number):
    call(world, number, receiver.url)
    world.post("/settle")
    assert bodies(receiver) == [number]
    assert states(world, number) == ["done"]
    kinds = [fact["kind"] for fact in world.get(f"/journal?key={number}")["facts"]]
    assert kinds == ["heard", "callback"]


def test_a_refused_callback_comes_again_by_the_plan_and_then_no_more(world, number):
    with Receiver(lambda _received: (500, b"")) as receiver:
        world.post("/clock", speed=0)
        call(world, number, receiver.url)
        counts = []
        for advance in (0, 9, 1, 59, 1, 600):
            world.post("/clock", advance=advance)
            world.post("/settle")
            counts.append(len(receiver.got))
    assert counts == [1, 1, 2, 2, 3, 3]
    assert states(world, number) == ["given up"]


@pytest.mark.parametrize("kind, times", [("callback_lost", 0), ("callback_duplicate", 2)])
def test_lost_and_duplicate_callbacks(world, receiver, number, kind, times):
    world.fault(kind)
    call(world, number, receiver.url)
    world.post("/settle")
    assert bodies(receiver) == [number] * times


def test_a_delayed_callback_waits_for_its_virtual_time(world, receiver, number):
    world.post("/clock", speed=0)
    world.fault("callback_delay", options={"seconds": 300})
    call(world, number, receiver.url)
    world.post("/settle")
    assert bodies(receiver) == []
    world.post("/clock", advance=300)
    world.post("/settle")
    assert bodies(receiver) == [number]


def test_a_reordered_callback_follows_the_next_one_of_its_merchant(world, receiver, number):
    world.fault("callback_reordered")
    call(world, number, receiver.url)
    call(world, number + "-other", receiver.url, merchant="somebody else")
    world.post("/settle")
    assert bodies(receiver) == [number + "-other"]
    call(world, number + "-next", receiver.url)
    world.post("/settle")
    assert bodies(receiver) == [number + "-other", number + "-next", number]


def test_an_early_callback_is_there_before_the_answer(world, receiver, number):
    world.fault("callback_early")
    call(world, number, receiver.url)
    assert bodies(receiver) == [number]  # without settling: the answer waited for it
    world.post("/settle")
    assert bodies(receiver) == [number]


@pytest.mark.parametrize("damage", ["bad_signature", "tampered", "stale"])
def test_damage_is_asked_of_the_gateway(world, receiver, number, damage):
    world.fault(f"callback_{damage}")
    call(world, number, receiver.url)
    world.post("/settle")
    assert [item.headers["damage"] for item in receiver.got] == [damage]


def test_a_callback_can_be_sent_again_by_hand(world, receiver, number):
    call(world, number, receiver.url)
    world.post("/settle")
    (delivery,) = world.get(f"/deliveries?key={number}")["deliveries"]
    world.post(f"/deliveries/{delivery['id']}/resend")
    world.post("/settle")
    assert bodies(receiver) == [number, number]


def test_a_killed_process_sends_its_callbacks_after_the_restart(tmp_path, receiver, number):
    world = start(tmp_path)
    world.post("/clock", speed=0)
    world.fault("callback_delay", options={"seconds": 60})
    call(world, number, receiver.url)
    world.kill()
    again = start(tmp_path)
    try:
        assert again.get("/clock")["speed"] == 0
        again.post("/settle")
        assert bodies(receiver) == []
        again.post("/clock", advance=60)
        again.post("/settle")
        assert bodies(receiver) == [number]
    finally:
        again.stop()


def refused(world, method, path, content):
    with pytest.raises(urllib.error.HTTPError) as caught:
        world.ask(method, path, content)
    return caught.value.code, json.loads(caught.value.read())["error"]


@pytest.mark.parametrize(
    "path, content, word",
    [
        ("/faults", {"kind": "nothing"}, "no fault 'nothing'"),
        ("/faults", {"kind": "deaf", "gateway": "other"}, "no fault 'deaf'"),
        ("/faults", {"kind": "delay", "probability": 2}, "above 0"),
        ("/faults", {"kind": "delay", "times": 0}, "at least once"),
        ("/faults", {"kind": "delay", "when": 1}, "has no ['when']"),
        ("/clock", {"speed": -1}, "backwards"),
        ("/clock", {"at": "yesterday"}, "Invalid isoformat"),
        ("/clock", {"at": 8}, "Invalid isoformat"),
        ("/clock/wait", {"until": None}, "Invalid isoformat"),
        ("/clock/wait", {}, "'until' is not there"),
        ("/clock", {"faster": 1}, "not ['faster']"),
        ("/deliveries/77/resend", {}, "77 is not there"),
    ],
)
def test_wrong_control_gets_a_sentence(world, path, content, word):
    status, sentence = refused(world, "POST", path, content)
    assert status == 400
    assert word in sentence


def test_only_pages_of_this_machine_reach_the_control(world):
    control = world.addresses["control"]
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = requests.post(f"{control}/reset", headers=headers, timeout=5)
        assert answer.status_code == 403
    near = requests.post(f"{control}/reset", headers={"Origin": "http://li.localhost"}, timeout=5)
    assert near.status_code == 200


def test_the_clock_can_be_set_stopped_and_sped_up(world):
    answer = world.post("/clock", at="2026-02-17T08:00:00", speed=0)
    assert answer == {"now": "2026-02-17T08:00:00.000+08:00", "speed": 0.0}
    assert world.get("/clock")["now"] == answer["now"]
    assert world.post("/clock", advance=90)["now"] == "2026-02-17T08:01:30.000+08:00"
    world.post("/clock", speed=100000)
    first, second = world.get("/clock")["now"], world.get("/clock")["now"]
    assert first < second


def test_a_contradiction_is_a_sentence_too(world):
    world.post("/echo/heard/twice")
    status, sentence = refused(world, "POST", "/echo/heard/twice", {})
    assert (status, sentence.partition(":")[0]) == (409, "This contradicts what is there already")
    assert world.get("/echo/heard") == ["twice"]


def test_somebody_waits_for_the_virtual_time(world):
    world.post("/clock", at="2026-02-17T08:00:00", speed=0)
    assert world.post("/clock/wait", until="2026-02-17T07:00:00")["now"][:16] == "2026-02-17T08:00"
    world.post("/clock", speed=36000)
    assert world.post("/clock/wait", until="2026-02-17T11:00:00")["now"] >= "2026-02-17T11:00"
