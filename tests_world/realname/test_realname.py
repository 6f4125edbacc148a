"""Two and three elements, seen by a client that was written from the page."""

import hashlib
import hmac
import uuid
from datetime import datetime
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sandbox.realname.gateway import RealName
from sandbox.realname.register import checked_mobile, checked_name, checked_number
from simulation import launch
from simulation.messages import Refusal
from simulation.world import World
from tests_world.one_gateway import run_example, unnamed

PAGE = Path(__file__).parents[2] / "docs/outside-world/real-name.md"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(seventeen):
    total = sum(int(a) * b for a, b in zip(seventeen, WEIGHTS, strict=True))
    return seventeen + "10X98765432"[total % 11]


LI = ("李建国", id_number("33252219580312101"), "13800000001")
STRANGER = "3311021990010112"  # a 17th digit steers the answer


class Client:
    """One account at the vendor."""

    def __init__(self, world):
        self.world = world
        account = world.get("/credentials")["realname"]["accounts"][0]
        self.appkey, self.secret = account["appkey"], account["secret"]
        self.session = requests.Session()

    def sign(self, form):
        text = "&".join(f"{name}={form[name]}" for name in sorted(form) if form[name])
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()

    def send(self, path, content=None, timeout=20, **changes):
        now = datetime.fromisoformat(self.world.get("/clock")["now"]).timestamp()
        form = {
            "appkey": self.appkey,
            "timestamp": str(int(now * 1000)),
            "nonce": uuid.uuid4().hex,
            **(content or {}),
            **{name: value for name, value in changes.items() if name != "sign"},
        }
        form["sign"] = changes.get("sign", self.sign(form))
        url = self.world.addresses["realname"] + path
        return self.session.post(url, data=form, timeout=timeout)

    def two(self, name, number, **changes):
        content = {"name": name, "idNumber": number}
        return self.send("/v1/identity/verify2", content, **changes).json()

    def three(self, name, number, mobile, **changes):
        content = {"name": name, "idNumber": number, "mobile": mobile}
        return self.send("/v1/identity/verify3", content, **changes).json()

    def usage(self):
        return self.send("/v1/usage").json()["data"]


@pytest.fixture
def client(world):
    return Client(world)


def test_known_people_match_by_two_and_by_three_elements(client):
    two, three = client.two(*LI[:2]), client.three(*LI)
    for found in (two, three):
        assert (found["code"], found["charged"]) == ("0", True)
        assert found["data"] == {"result": "1", "desc": "一致"}
    assert client.two("李建军", LI[1])["data"]["result"] == "2"
    assert client.three(*LI[:2], "13800000002")["data"]["desc"] == "不一致"
    assert client.two(LI[0], LI[1].lower())["data"]["result"] == "1"


@pytest.mark.parametrize(
    ("digit", "result", "charged"),
    [("0", "1", True), ("6", "1", True), ("7", "2", True), ("8", "3", False), ("9", None, False)],
)
def test_the_digit_before_the_check_digit_steers_unknown_numbers(client, digit, result, charged):
    found = client.two("赵六", id_number(STRANGER + digit))
    assert found["charged"] is charged
    if result is None:
        assert (found["code"], found["data"]) == ("5001", None)
    else:
        assert found["data"]["result"] == result


@pytest.mark.parametrize(("last", "result"), [("0", "1"), ("7", "1"), ("8", "2"), ("9", "3")])
def test_the_last_digit_of_the_mobile_steers_unknown_people(client, last, result):
    found = client.three("赵六", id_number(STRANGER + "1"), "1391234567" + last)
    assert found["data"]["result"] == result


def test_charges_are_counted_by_call(world, client):
    client.two(*LI[:2])
    client.two("赵六", id_number(STRANGER + "7"))
    client.two("赵六", id_number(STRANGER + "8"))
    client.two("赵六", id_number(STRANGER + "9"))
    client.two("x", "1")
    found = client.usage()
    assert (found["charged"], found["callsLeft"]) == (2, 99998)
    assert found["results"] == {"1": 1, "2": 1, "3": 1, "unavailable": 1}
    facts = world.get("/journal?source=realname")["facts"]
    assert [one["charged"] for one in facts] == [True, True, False, False]
    world.post(f"/realname/accounts/{client.appkey}", calls_left=0)
    found = client.two(*LI[:2])
    assert (found["code"], found["message"]) == ("2002", "账户剩余次数不足")
    assert world.get("/realname/usage")["accounts"][0]["charged"] == 2


def test_one_number_can_be_asked_about_ten_times_an_hour(world, client):
    world.post("/clock", speed=0)
    codes = [client.two(*LI[:2])["code"] for _turn in range(11)]
    assert codes == ["0"] * 10 + ["2001"]
    assert client.two("赵六", id_number(STRANGER + "1"))["code"] == "0"
    world.post("/clock", advance=3601)
    assert client.two(*LI[:2])["code"] == "0"


def test_wrong_input_is_refused_and_not_charged(client):
    for name, number, mobile, code in (
        ("L", LI[1], LI[2], "1008"),
        (LI[0], LI[1][:17] + ("0" if LI[1][17] != "0" else "1"), LI[2], "1006"),
        (LI[0], id_number("33252219581332101"), LI[2], "1006"),
        (LI[0], LI[1], "12800000001", "1007"),
        (LI[0], LI[1], "", "1007"),
    ):
        found = client.three(name, number, mobile)
        assert (found["code"], found["charged"]) == (code, False)
    assert client.usage()["results"] == {}


def test_wrong_signatures_times_nonces_and_accounts_are_refused(client):
    assert client.two(*LI[:2], sign="0" * 64)["code"] == "1003"
    assert client.two(*LI[:2], timestamp="1")["code"] == "1004"
    assert client.two(*LI[:2], nonce="once")["code"] == "0"
    assert client.two(*LI[:2], nonce="once")["code"] == "1005"
    assert client.two(*LI[:2], appkey="nobody")["code"] == "1002"


@pytest.mark.parametrize(
    ("kind", "code", "result"),
    [
        ("source_unavailable", "5001", None),
        ("forced_mismatch", "0", "2"),
        ("forced_no_record", "0", "3"),
    ],
)
def test_the_vendors_own_faults_strike_once(world, client, kind, code, result):
    world.fault(kind, gateway="realname", match={"merchant": client.appkey})
    found = client.two(*LI[:2])
    assert found["code"] == code
    assert (found["data"] or {}).get("result") == result
    assert client.two(*LI[:2])["data"]["result"] == "1"


SOCKET_FAULTS = (
    "timeout_before timeout_after reset_before reset_after status_before status_after"
    " half_open truncate garbage"
).split()


def test_socket_faults_and_the_limit_of_an_account_are_seen(world, client):
    for kind in SOCKET_FAULTS:
        world.fault(kind, gateway="realname", operation="verify2")
        with pytest.raises((requests.RequestException, ValueError)):
            client.two(*LI[:2], timeout=0.3)
    assert client.usage()["charged"] == sum(not kind.endswith("before") for kind in SOCKET_FAULTS)
    world.fault("delay", gateway="realname", options={"seconds": 0.1})
    assert client.two("赵六", id_number(STRANGER + "1"))["code"] == "0"
    world.fault("rate_limit", gateway="realname")
    answer = client.send("/v1/usage")
    assert (answer.status_code, answer.json()["code"]) == (429, "2003")


def test_answers_are_signed(world, client):
    good = client.send("/v1/usage")
    assert good.headers["X-Sign"] == client.sign({"body": good.text})
    world.fault("bad_signature", gateway="realname")
    bad = client.send("/v1/usage")
    assert bad.headers["X-Sign"] != client.sign({"body": bad.text})


def test_numbers_appear_in_no_journal_no_log_and_no_file(world, client, folder):
    client.three(*LI)
    client.three("赵六", id_number(STRANGER + "1"), "13912345670")
    seen = str(world.get("/journal?limit=1000")) + str(world.get("/calls"))
    seen += (folder / "log.txt").read_text()
    for number in (LI[1], LI[2], id_number(STRANGER + "1"), "13912345670"):
        assert number not in seen
    content = b"".join(part.read_bytes() for part in (folder / "state").glob("state.sqlite*"))
    assert b"13912345670" not in content


def test_a_kill_loses_no_charge(tmp_path):
    words = ("--state", str(tmp_path), "--base-port", "0", "--only", "realname")
    world = launch.start("sandbox", *words)
    Client(world).two(*LI[:2])
    world.kill()
    world = launch.start("sandbox", *words)
    assert Client(world).usage()["charged"] == 1
    world.stop()


@pytest.mark.parametrize(
    ("check", "code"), [(checked_number, "1006"), (checked_mobile, "1007"), (checked_name, "1008")]
)
def test_any_text_is_a_value_or_the_documented_error(check, code):
    @given(st.text(max_size=30) | st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True))
    def holds(text):
        try:
            assert check(text).upper() == text.upper()
        except Refusal as refusal:
            assert refusal.code == code

    holds()


def test_the_page_names_every_address_and_every_fault(tmp_path):
    assert unnamed(PAGE.read_text(encoding="utf-8"), RealName(World("page", tmp_path))) == []


def test_the_example_of_the_page_runs(world, capsys):
    run_example(PAGE.read_text(encoding="utf-8"), world)
    assert "'callsLeft'" in capsys.readouterr().out
