"""Each fault of the socket layer, as a client sees it; and whether the work was done."""

import socket
import time
from urllib.parse import urlsplit

import pytest
import requests


def call(world, number, timeout=5, **query):
    return requests.post(
        f"{world.addresses['echo']}/echo/{number}", params=query, data=b"abc", timeout=timeout
    )


def heard(world):
    return world.get("/echo/heard")


def test_an_untouched_call_is_answered_and_signed(world, number):
    answer = call(world, number)
    assert (answer.status_code, answer.json()) == (200, {"number": number, "size": 3})
    assert answer.headers["Signature"] == "right"


@pytest.mark.parametrize("kind, done", [("timeout_before", False), ("timeout_after", True)])
def test_a_time_out_leaves_the_client_without_an_answer(world, number, kind, done):
    world.fault(kind)
    with pytest.raises(requests.ReadTimeout):
        call(world, number, timeout=0.3)
    assert heard(world) == ([number] if done else [])


@pytest.mark.parametrize("kind, done", [("reset_before", False), ("reset_after", True)])
def test_a_reset_cuts_the_connection(world, number, kind, done):
    world.fault(kind)
    with pytest.raises(requests.ConnectionError) as caught:
        call(world, number)
    assert "reset" in str(caught.value).lower()
    assert heard(world) == ([number] if done else [])


@pytest.mark.parametrize("kind, done", [("status_before", False), ("status_after", True)])
def test_a_server_error_comes_before_or_after_the_work(world, number, kind, done):
    world.fault(kind, options={"status": 503})
    assert call(world, number).status_code == 503
    assert heard(world) == ([number] if done else [])


def test_too_many_calls_get_the_documented_error(world, number):
    world.fault("rate_limit")
    answer = call(world, number)
    assert (answer.status_code, answer.json()["code"]) == (429, "FREQUENCY_LIMITED")
    assert heard(world) == []


def test_a_delay_comes_after_the_work(world, number):
    world.fault("delay", options={"seconds": 0.4})
    since = time.monotonic()
    assert call(world, number).status_code == 200
    assert time.monotonic() - since >= 0.4


def test_a_bad_signature_spoils_the_seal_only(world, number):
    world.fault("bad_signature")
    answer = call(world, number)
    assert (answer.json()["number"], answer.headers["Signature"]) == (number, "wrong")


def test_garbage_cannot_be_decoded(world, number):
    world.fault("garbage")
    answer = call(world, number)
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert heard(world) == [number]


def test_a_truncated_answer_ends_early(world, number):
    world.fault("truncate")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        call(world, number)
    assert heard(world) == [number]


def test_a_half_open_socket_stays_silent_after_half_an_answer(world, number):
    world.fault("half_open")
    parts = urlsplit(world.addresses["echo"])
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as raw:
        head = f"POST /echo/{number} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        raw.sendall(head.encode())
        seen = b""
        while b"\r\n\r\n" not in seen or not seen.partition(b"\r\n\r\n")[2]:
            seen += raw.recv(4096)
        raw.settimeout(0.3)
        with pytest.raises(TimeoutError):
            raw.recv(4096)
    assert heard(world) == [number]


def test_a_refusal_takes_back_what_the_handler_wrote(world, number):
    answer = call(world, number, refuse="1")
    assert (answer.status_code, answer.json()) == (403, {"code": "NO", "message": "refused"})
    assert heard(world) == []


def test_a_rule_strikes_only_whom_it_names_and_as_often_as_it_says(world):
    world.fault("status_before", gateway="echo", match={"merchant": "m1"}, times=2)
    assert [call(world, f"a{i}", merchant="m2").status_code for i in range(2)] == [200, 200]
    codes = [call(world, f"b{i}", merchant="m1").status_code for i in range(4)]
    assert codes == [502, 502, 200, 200]


def test_a_storm_is_random_and_the_same_for_the_same_seed(world):
    def codes(seed):
        world.ask("DELETE", "/faults")
        world.post("/faults/storm", seed=seed, rate=0.3, kinds=["status_before"])
        return [call(world, f"s{seed}-{time.monotonic_ns()}").status_code for _ in range(40)]

    first, again, other = codes(7), codes(7), codes(8)
    assert first == again != other
    assert 4 <= first.count(502) <= 20
