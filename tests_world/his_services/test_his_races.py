"""Two connections at the same moment: the database decides, and only one of them wins."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from reference_his.hospital import Hospital
from reference_his.services import billing, orders, registrations
from simulation.messages import Refusal
from tests_world import his_fixture
from tests_world.his_services.helpers import billed, count, session, settled

ROUNDS = 6


def race(his: Hospital, *acts: Callable[[Hospital], Any]) -> list[Any]:
    """Do all acts at once, each over a connection of its own; return answers or refusal codes."""
    dsn = his.db.connection.info.dsn_parameters["dbname"]
    gate = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def act(place: int) -> None:
        mine = his_fixture.hospital(f"dbname={dsn}")
        gate.wait()
        try:
            answers[place] = acts[place](mine)
        except Refusal as refusal:
            answers[place] = refusal.code
        finally:
            mine.db.close()

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_one_number_goes_to_one_patient(his: Hospital) -> None:
    number = session(his)["session_id"]
    for seq in range(1, 7):

        def lock(patient_no: str, seq: int = seq) -> Callable[[Hospital], Any]:
            return lambda one: registrations.lock(one, number, patient_no, seq, channel="phone")

        answers = race(his, lock("P00000001"), lock("P00000002"), lock("P00000003"))
        assert sorted(map(type, answers), key=str) == [dict, str, str], answers
        assert "NUMBER_GONE" in answers


def test_one_patient_gets_one_registration_a_day(his: Hospital) -> None:
    number = session(his)["session_id"]
    for place in range(1, ROUNDS):

        def book(channel: str, place: int = place) -> Callable[[Hospital], Any]:
            return lambda mine: registrations.book(mine, number, f"P0000000{place}", channel)

        answers = race(his, book("window"), book("kiosk"))
        won = [answer for answer in answers if isinstance(answer, dict)]
        assert len(won) == 1 and "ALREADY_REGISTERED" in answers, answers
    assert count(his, "registration") == ROUNDS - 1
    assert session(his)["free"] == 7 - ROUNDS


def test_the_same_commit_twice_makes_one_registration(his: Hospital) -> None:
    number = session(his)["session_id"]
    for place in range(1, ROUNDS):
        held = registrations.lock(his, number, f"P0000000{place}", channel="phone")["lock_id"]

        def commit(one: Hospital, held: str = held, place: int = place) -> Any:
            return registrations.commit(one, held, f"X{place}", f"T{place}", "wechat", 1200)

        answers = race(his, commit, commit)
        made = [one for one in answers if isinstance(one, dict)]
        assert made and count(his, "registration") == count(his, "settlement") == place
        # who came second may be told so, and gets the same when asking again
        assert commit(his) == made[0]


def test_the_same_trade_twice_is_booked_once_with_one_receipt(his: Hospital) -> None:
    for place in range(1, ROUNDS):
        bill = billed(his, "XCG", patient_no=f"P0000000{place}")

        def settle(one: Hospital, bill: Any = bill, place: int = place) -> Any:
            return settled(one, bill, f"S{place}")

        one, other = race(his, settle, settle)
        assert one == other and isinstance(one, dict), (one, other)
    assert count(his, "settlement") == 2 * (ROUNDS - 1)


def test_two_trades_for_one_bill_settle_it_once(his: Hospital) -> None:
    for place in range(1, ROUNDS):
        bill = billed(his, "XCG", patient_no=f"P0000000{place}")

        def settle(name: str, bill: Any = bill) -> Callable[[Hospital], Any]:
            return lambda one: settled(one, bill, f"{name}-{bill['bill_no']}")

        answers = race(his, settle("A"), settle("B"))
        assert Counter(map(type, answers)) == {dict: 1, str: 1}
        assert "BILL_SETTLED" in answers


def test_a_bill_is_settled_as_shown_or_not_at_all(his: Hospital) -> None:
    for place in range(1, ROUNDS):
        bill = billed(his, "XCG", patient_no=f"P0000000{place}")

        def settle(one: Hospital, bill: Any = bill, place: int = place) -> Any:
            return settled(one, bill, f"S{place}")

        def order(one: Hospital, bill: Any = bill) -> Any:
            return orders.place(one, bill["visit_no"], [{"code": "ZL1"}])

        paid, made = race(his, settle, order)
        found = billing.details(his, bill["bill_no"])
        if paid == "BILL_CHANGED":
            assert (found["state"], found["total_fen"]) == ("unpaid", 3550)
        else:
            assert (found["state"], found["total_fen"]) == ("settled", 2000)
        assert isinstance(made, list)


def test_two_refunds_never_give_back_more_than_was_paid(his: Hospital) -> None:
    for place in range(1, ROUNDS):
        paid = settled(his, billed(his, "XCG", patient_no=f"P0000000{place}"), f"S{place}")

        def refund(name: str, paid: Any = paid) -> Callable[[Hospital], Any]:
            return lambda one: billing.refund(one, paid["settlement_no"], name, 1500)

        answers = race(his, refund("R1"), refund("R2"))
        assert Counter(map(type, answers)) == {dict: 1, str: 1}
        assert "REFUND_EXCEEDS" in answers
