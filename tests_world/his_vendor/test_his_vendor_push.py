"""Events pushed to a platform: which, to whom, signed how, and what goes wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulation.faults import CALLBACK_KINDS
from tests_world import his_fixture
from tests_world.his_vendor import conftest
from tests_world.his_vendor.conftest import Client
from tests_world.his_vendor.helpers import registered
from tests_world.receiver import Received, Receiver


def reply(_received: Received) -> tuple[int, bytes]:
    return 200, b'{"code":"1"}'


@pytest.fixture
def platform(client: Client) -> Iterator[Receiver]:
    with Receiver(reply) as receiver:
        yield receiver
    for row in client.running.get("/vendor/subscriptions")["subscriptions"]:
        client.running.ask("DELETE", f"/vendor/subscriptions/{row['id']}")


def subscribe(client: Client, receiver: Receiver, *kinds: str) -> Any:
    return client.running.post(
        "/vendor/subscriptions", appid=client.appid, url=receiver.url, kinds=list(kinds)
    )


def is_signed(client: Client, got: Received) -> bool:
    values = {name: got.headers[name] for name in ("appid", "timestamp", "nonce")}
    return got.headers["sign"] == client.signature({**values, "body": got.body.decode()})


def test_a_platform_is_told_the_kinds_it_asked_for(client: Client, platform: Receiver) -> None:
    subscribe(client, platform, "registration.paid", "queue.called")
    number = registered(client)["register_no"]
    client.data("outpatient/register_sign", register_no=number)
    client.staff("call_next", queue="clinic:1")
    got = platform.wait(2)
    assert all(is_signed(client, one) for one in got)
    told = {json.loads(one.body)["event"]: json.loads(one.body) for one in got}
    assert set(told) == {"registration.paid", "queue.called"}
    assert told["registration.paid"]["data"]["reg_state_code"] == "1"
    assert told["queue.called"]["data"]["room"] == "101"
    assert told["queue.called"]["key"] == number


def test_every_event_of_the_journal_is_told_in_full(client: Client, platform: Receiver) -> None:
    subscribe(client, platform)
    since = client.running.get("/journal?limit=100000")["facts"][-1]["id"]
    registered(client)
    facts = client.running.get(f"/journal?source=his&since={since}")["facts"]
    happened = {one["kind"] for one in facts if "facts" in one}
    got = platform.wait(len(happened))
    assert {json.loads(one.body)["event"] for one in got} == happened
    paid = next(json.loads(one.body) for one in got if b"settlement.paid" in one.body)
    assert (paid["data"]["amount"], paid["data"]["trade_no"]) == ("12.00", "T-P00000001")


def test_a_platform_that_does_not_confirm_is_told_again(client: Client, platform: Receiver) -> None:
    answers = iter([(500, b""), (200, b'{"code":"0"}'), (200, b'{"code":"1"}')])
    platform.reply = lambda _received: next(answers)
    subscribe(client, platform, "registration.paid")
    registered(client)
    platform.wait(1)
    for count in (2, 3):
        client.running.post("/settle")
        client.running.post("/clock", advance=60)
        platform.wait(count)
    client.running.post("/settle")
    rows = client.running.get("/deliveries")["deliveries"]
    assert (rows[0]["state"], rows[0]["attempts"]) == ("done", 3)


@pytest.mark.parametrize("kind", ["callback_bad_signature", "callback_tampered", "callback_stale"])
def test_damaged_pushes_can_be_told_from_good_ones(
    client: Client, platform: Receiver, kind: str
) -> None:
    client.running.fault(kind)
    subscribe(client, platform, "registration.paid")
    registered(client)
    got = platform.wait(1)[0]
    old = int(got.headers["timestamp"]) < client.time - 2 * 86400
    assert is_signed(client, got) == (kind == "callback_stale")
    assert old == (kind == "callback_stale")


def test_pushes_are_lost_doubled_held_and_late(client: Client, platform: Receiver) -> None:
    subscribe(client, platform, "registration.paid")
    for number, kind in enumerate(
        ("callback_lost", "callback_duplicate", "callback_reordered", "callback_delay"), 1
    ):
        client.running.fault(kind)
        registered(client, f"P0000000{number}")
        if kind == "callback_duplicate":
            platform.wait(2)
    client.running.post("/settle")
    patients = [json.loads(one.body)["data"]["patient_id"] for one in platform.got]
    assert patients == ["P00000002", "P00000002"]
    client.running.post("/clock", advance=700)
    platform.wait(4)
    late = [json.loads(one.body)["data"]["patient_id"] for one in platform.got[2:]]
    assert late == ["P00000004", "P00000003"]


def test_an_early_push_is_no_kind_of_this_port(client: Client) -> None:
    """Pushes follow from the event stream, never from one call: nothing can be early."""
    client.running.fault("callback_early")
    assert registered(client)["reg_state_code"] == "1"


def test_subscriptions_are_checked_listed_and_ended(client: Client, platform: Receiver) -> None:
    row = subscribe(client, platform, "registration.paid")
    assert client.running.get("/vendor/subscriptions")["subscriptions"] == [row]
    for odd in ({"appid": "x"}, {"url": "ftp://x"}, {"kinds": ["x"]}):
        wanted = {"appid": client.appid, "url": platform.url, "kinds": [], **odd}
        with pytest.raises(Exception, match="400"):
            client.running.post("/vendor/subscriptions", **wanted)
    assert client.running.ask("DELETE", f"/vendor/subscriptions/{row['id']}") == {"removed": True}
    registered(client)
    client.running.post("/settle")
    assert platform.got == []


def test_a_restarted_hospital_goes_on_telling(tmp_path: Path) -> None:
    with his_fixture.filled() as dsn, Receiver(reply) as platform:
        running = conftest.start(dsn, tmp_path / "state")
        subscribe(Client(running), platform, "registration.paid")
        registered(Client(running))
        platform.wait(1)
        running.kill()
        running = conftest.start(dsn, tmp_path / "state")
        try:
            registered(Client(running), "P00000002")
            platform.wait(2)
            running.post("/settle")
            told = {json.loads(one.body)["data"]["patient_id"] for one in platform.got}
            assert told == {"P00000001", "P00000002"}
        finally:
            running.stop()


def test_the_kinds_that_are_tested_here_are_all_there_are() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert not [kind for kind in CALLBACK_KINDS if f'"{kind}"' not in source]
