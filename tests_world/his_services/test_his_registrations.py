"""Numbers and registrations: what a HIS grants and what it refuses."""

import datetime

import pytest

from reference_his.hospital import Hospital
from reference_his.services import (
    billing,
    patients,
    queues,
    registrations,
    schedules,
    visits,
)
from tests_world.his_fixture import DAY
from tests_world.his_services.helpers import count, kinds, refused, registered, session


def test_a_locked_number_is_committed_paid_and_signed(his: Hospital) -> None:
    reg_no = registered(his)
    found = registrations.get(his, reg_no=reg_no)
    assert (found["state"], found["seq"], found["fee_fen"]) == ("paid", 1, 1200)
    assert registrations.get(his, partner_no="T1", channel="province") == found
    signed = registrations.sign(his, reg_no)
    assert (signed["state"], signed["queue_seq"]) == ("signed", 1)
    assert kinds(his)[-6:] == [
        "registration.booked",
        "bill.created",
        "settlement.paid",
        "registration.paid",
        "registration.signed",
        "queue.entered",
    ]


def test_a_lock_takes_one_number_off_the_free_ones(his: Hospital) -> None:
    before = session(his)["free"]
    held = registrations.lock(his, session(his)["session_id"], "P00000001", 3, channel="phone")
    assert held["seq"] == 3
    assert session(his)["free"] == before - 1
    states = {one["seq"]: one["state"] for one in schedules.numbers(his, 1)}
    assert states[3] == "locked"
    with refused("NUMBER_GONE"):
        registrations.lock(his, session(his)["session_id"], "P00000002", 3, channel="phone")


def test_an_expired_lock_is_free_again_and_its_late_commit_is_refused(his: Hospital) -> None:
    number = session(his)["session_id"]
    held = registrations.lock(his, number, "P00000001", 1, channel="phone", minutes=15)
    his.clock.advance(15 * 60)
    assert schedules.numbers(his, number)[0]["state"] == "free"
    with refused("LOCK_EXPIRED"):
        registrations.commit(his, held["lock_id"], "X1")
    other = registrations.lock(his, number, "P00000002", 1, channel="phone")
    with refused("LOCK_EXPIRED"):
        registrations.commit(his, held["lock_id"], "X1")
    assert registrations.commit(his, other["lock_id"], "X2")["patient_no"] == "P00000002"


def test_a_lock_holds_until_its_last_second(his: Hospital) -> None:
    held = registrations.lock(his, session(his)["session_id"], "P00000001", channel="phone")
    his.clock.advance(15 * 60 - 1)
    assert registrations.commit(his, held["lock_id"], "X1")["state"] == "booked"


def test_a_made_up_lock_is_unknown(his: Hospital) -> None:
    with refused("LOCK_UNKNOWN"):
        registrations.commit(his, "L1", "X1")
    with refused("LOCK_UNKNOWN"):
        registrations.unlock(his, "L1")


def test_an_unlocked_number_is_free_and_a_used_lock_cannot_be_given_back(his: Hospital) -> None:
    number = session(his)["session_id"]
    held = registrations.lock(his, number, "P00000001", channel="phone")
    registrations.unlock(his, held["lock_id"])
    registrations.unlock(his, held["lock_id"])
    assert session(his)["free"] == 6
    held = registrations.lock(his, number, "P00000001", channel="phone")
    registrations.commit(his, held["lock_id"], "X1")
    with refused("REGISTRATION_STATE"):
        registrations.unlock(his, held["lock_id"])


def test_the_same_booking_number_gets_the_same_registration(his: Hospital) -> None:
    number = session(his)["session_id"]
    held = registrations.lock(his, number, "P00000001", channel="phone")
    made = registrations.commit(his, held["lock_id"], "X1", "T1", "wechat", 1200)
    assert registrations.commit(his, held["lock_id"], "X1", "T1", "wechat", 1200) == made
    assert (count(his, "registration"), count(his, "settlement")) == (1, 1)
    other = registrations.lock(his, number, "P00000002", channel="phone")
    with refused("FIELD_INVALID"):
        registrations.commit(his, other["lock_id"], "X1")


def test_one_live_registration_for_patient_day_and_doctor(his: Hospital) -> None:
    reg_no = registered(his)
    with refused("ALREADY_REGISTERED"):
        registrations.lock(his, session(his)["session_id"], "P00000001", channel="phone")
    with refused("ALREADY_REGISTERED"):
        registrations.book(his, session(his)["session_id"], "P00000001", "window")
    assert session(his)["free"] == 5
    registrations.refund(his, reg_no, "T1", "R1")
    assert registered(his, trade_no="T9") != reg_no


def test_a_wrong_amount_leaves_nothing_behind(his: Hospital) -> None:
    held = registrations.lock(his, session(his)["session_id"], "P00000001", channel="phone")
    with refused("AMOUNT_MISMATCH"):
        registrations.commit(his, held["lock_id"], "X1", "T1", "wechat", 1201)
    assert (count(his, "registration"), count(his, "bill"), count(his, "settlement")) == (0, 0, 0)
    assert registrations.commit(his, held["lock_id"], "X1", "T1", "wechat")["state"] == "paid"


def test_the_platforms_departments_refuse_locks_and_follow_bookings(his: Hospital) -> None:
    number = session(his, "P1")["session_id"]
    with refused("NOT_POOL_OWNER"):
        registrations.lock(his, number, "P00000001", channel="platform")
    made = registrations.book(his, number, "P00000001", "platform", "B1", seq=4)
    assert (made["state"], made["seq"]) == ("booked", 4)
    assert registrations.book(his, number, "P00000001", "platform", "B1", seq=4) == made
    with refused("NUMBER_GONE"):
        registrations.book(his, number, "P00000002", "platform", "B2", seq=4)
    with refused("NUMBER_GONE"):
        registrations.book(his, number, "P00000002", "platform", "B2", seq=99)


def test_a_full_session_refuses_the_next(his: Hospital) -> None:
    number = session(his)["session_id"]
    for place in range(1, 7):
        registrations.book(his, number, f"P0000000{place}", "window")
    late = patients.create(his, name="患者七", sex="1", birth="1990-01-01")["patient_no"]
    with refused("SESSION_FULL"):
        registrations.book(his, number, late, "window")


def test_late_registration_is_for_people_at_the_hospital_only(his: Hospital) -> None:
    number = session(his)["session_id"]
    his.clock.advance(2.5 * 3600)  # ten o'clock: half of the numbers lie in the past
    assert registrations.book(his, number, "P00000001", "phone", "X1")["seq"] == 4
    with refused("NUMBER_GONE"):
        registrations.book(his, number, "P00000002", "phone", "X2", seq=1)
    assert registrations.book(his, number, "P00000002", "window", seq=1)["seq"] == 1
    his.clock.advance(2 * 3600)
    with refused("SESSION_OVER"):
        registrations.book(his, number, "P00000003", "window")


def test_a_suspended_session_takes_nobody_and_gives_money_back(his: Hospital) -> None:
    reg_no = registered(his)
    held = registrations.lock(his, session(his)["session_id"], "P00000002", channel="phone")
    schedules.suspend(his, session(his)["session_id"], "医生外出")
    with refused("SESSION_SUSPENDED"):
        registrations.lock(his, session(his)["session_id"], "P00000003", channel="phone")
    with refused("SESSION_SUSPENDED"):
        registrations.commit(his, held["lock_id"], "X2")
    with refused("SESSION_SUSPENDED"):
        registrations.sign(his, reg_no)
    assert registrations.refund(his, reg_no, "T1", "R1")["amount_fen"] == 1200
    schedules.resume(his, session(his)["session_id"])
    assert registrations.commit(his, held["lock_id"], "X2")["state"] == "booked"
    assert kinds(his).count("session.suspended") == kinds(his).count("session.resumed") == 1


def test_an_unpaid_booking_is_cancelled_and_its_bill_void(his: Hospital) -> None:
    made = registrations.book(his, session(his)["session_id"], "P00000001", "phone", "X1")
    assert len(billing.unpaid(his, "P00000001")) == 1
    gone = registrations.cancel(his, partner_no="X1", channel="phone")
    assert registrations.cancel(his, reg_no=made["reg_no"]) == gone
    assert (gone["state"], billing.unpaid(his, "P00000001")) == ("cancelled", [])
    assert session(his)["free"] == 6
    with refused("BILL_VOID"):
        registrations.pay(his, made["reg_no"], "T1", "wechat")


def test_a_paid_registration_is_refunded_once_and_not_cancelled(his: Hospital) -> None:
    reg_no = registered(his)
    with refused("REGISTRATION_STATE"):
        registrations.cancel(his, reg_no=reg_no)
    with refused("SETTLEMENT_UNKNOWN"):
        registrations.refund(his, reg_no, "T-other", "R1")
    back = registrations.refund(his, reg_no, "T1", "R1")
    assert registrations.refund(his, reg_no, "T1", "R1") == back
    with refused("REFUND_EXCEEDS"):
        registrations.refund(his, reg_no, "T1", "R2")
    assert registrations.get(his, reg_no=reg_no)["state"] == "refunded"
    assert (session(his)["free"], count(his, "settlement")) == (6, 2)


def test_a_booking_is_paid_later_and_only_then_signed(his: Hospital) -> None:
    made = registrations.book(his, session(his)["session_id"], "P00000001", "phone", "X1")
    with refused("REGISTRATION_STATE"):
        registrations.sign(his, made["reg_no"])
    registrations.pay(his, made["reg_no"], "T1", "alipay")
    assert registrations.sign(his, made["reg_no"])["state"] == "signed"
    with refused("REGISTRATION_STATE"):
        registrations.refund(his, made["reg_no"], "T1", "R1")


def test_nobody_signs_on_another_day_or_is_seen_unsigned(his: Hospital) -> None:
    reg_no = registered(his)
    with refused("REGISTRATION_STATE"):
        visits.start(his, reg_no)
    his.clock.advance(24 * 3600)
    with refused("REGISTRATION_STATE"):
        registrations.sign(his, reg_no)


def test_who_never_came_keeps_no_place_and_can_register_again(his: Hospital) -> None:
    reg_no = registered(his)
    assert registrations.no_show(his, reg_no)["state"] == "no_show"
    with refused("REGISTRATION_STATE"):
        registrations.sign(his, reg_no)
    assert registered(his, trade_no="T9") != reg_no


def test_the_queue_calls_in_order_passes_over_and_tells_how_many_come_before(
    his: Hospital,
) -> None:
    for place in (1, 2, 3):
        registrations.sign(his, registered(his, f"P0000000{place}", f"T{place}"))
    queue = queues.clinic(session(his)["session_id"])
    assert queues.of_patient(his, "P00000003")[0]["ahead"] == 2
    first = queues.call_next(his, queue) or {}
    assert (first["patient_no"], first["state"]) == ("P00000001", "called")
    assert [one["patient_no"] for one in queues.serving(his)] == ["P00000001"]
    queues.pass_over(his, queue, first["reference"])
    queues.enter(his, queue, "P00000001", first["reference"])
    called = [(queues.call_next(his, queue) or {})["patient_no"] for _one in range(3)]
    assert called == ["P00000002", "P00000003", "P00000001"]
    assert queues.call_next(his, queue) is None
    events = queues.events(his, 0, 100)
    assert [one["kind"] for one in events].count("queue.called") == 4
    assert queues.events(his, events[-1]["cursor"]) == []


def test_a_merged_record_leads_to_the_one_that_lives_on(his: Hospital) -> None:
    reg_no = registered(his)
    patients.merge(his, "P00000001", "P00000002")
    assert patients.get(his, "P00000001")["patient_no"] == "P00000002"
    assert registrations.of_patient(his, "P00000001", DAY, DAY)[0]["reg_no"] == reg_no
    assert patients.find(his, card_no="C0001")[0]["patient_no"] == "P00000002"
    with refused("PATIENT_MERGED"):
        patients.update(his, "P00000001", mobile="1")
    with refused("PATIENT_MERGED"):
        patients.merge(his, "P00000003", "P00000001")
    with refused("ALREADY_REGISTERED"):
        registrations.book(his, session(his)["session_id"], "P00000001", "window")
    registrations.refund(his, reg_no, "T1", "R1")
    paid = billing.trade_list(his, DAY)["rows"]
    assert {row["patient_no"] for row in paid} == {"P00000002"}


def test_two_records_with_the_same_registration_are_not_merged(his: Hospital) -> None:
    registered(his, "P00000001", "T1")
    registered(his, "P00000002", "T2")
    with refused("ALREADY_REGISTERED"):
        patients.merge(his, "P00000001", "P00000002")
    assert patients.get(his, "P00000001")["patient_no"] == "P00000001"


def test_patients_are_known_by_number_card_and_name(his: Hospital) -> None:
    one = patients.get(his, "P00000001")
    with refused("PATIENT_EXISTS"):
        patients.create(his, name="别人", id_number=one["id_number"])
    with refused("IDENTITY_MISMATCH"):
        patients.find(his, id_number=one["id_number"], name="别人")
    with refused("FIELD_INVALID"):
        patients.create(his, name="别人", id_number="332522198001011117")
    with refused("FIELD_MISSING"):
        patients.create(his, name="", sex="1", birth="1990-01-01")
    with refused("CARD_TAKEN"):
        patients.add_card(his, "P00000002", "01", "C0001")
    with refused("PATIENT_UNKNOWN"):
        patients.get(his, "P9")
    assert patients.add_card(his, "P00000001", "01", "C0001") == one
    assert patients.find(his, mobile="13800000001", name="患者一") == [one]
    born = patients.create(his, name="新生儿", sex="2", birth=datetime.date(2026, 3, 1))
    assert (born["patient_no"], born["id_number"]) == ("P00000007", "")


def test_a_lost_card_finds_nobody_and_stays_its_owners(his: Hospital) -> None:
    assert patients.lose_card(his, "C0001")["cards"] == []
    with refused("CARD_UNKNOWN"):
        patients.find(his, card_no="C0001")
    with refused("CARD_UNKNOWN"):
        patients.lose_card(his, "C0001")
    with refused("CARD_TAKEN"):
        patients.add_card(his, "P00000002", "01", "C0001")
    assert patients.find(his, card_no="C404") == []


@pytest.mark.parametrize("number", ["x", "-1", "99999999999999999999", "１", "7"])
def test_an_unknown_session_is_refused_whatever_its_number(his: Hospital, number: str) -> None:
    with refused("SESSION_UNKNOWN"):
        schedules.numbers(his, number)
