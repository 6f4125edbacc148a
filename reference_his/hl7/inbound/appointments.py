"""SRM and SIU from outside: who wants a number, and who took one where the platform owns them."""

from collections.abc import Mapping
from typing import Any

from ...services import registrations, schedules
from ..errors import Refused
from ..messages import appointments
from ..messages.layout import Part
from ..values import read_time, time_of
from .patients import create
from .request import Reply, Request, patient_no_of

HOLD = Part(("ZAI",), places={"seq": "ZAI-5", "fee_fen": "ZAI-7", "locked_until_at": "ZAI-10"})
# ARQ-7 of the local dialect: file a patient, keep a number, register and pay
LOCAL_FILE, LOCAL_HOLD, LOCAL_REGISTER = "APPRA", "APP_REG", "APPT_REG"


def _channel(request: Request, place: str) -> str:
    return request.get(place) or request.channel


def _session(request: Request, place: str) -> str:
    """Return the session's number: the standard's field, or RGS-3 as local senders have it."""
    return request.get(place) or request.need("RGS-3.1")


def _seq(request: Request, session_id: str, start: str) -> int | None:
    """Return the wanted number: ZAI-5, or the one that begins at the asked time."""
    seq = request.integer("ZAI-5")
    text = request.get(start) or request.get("ZAI-3") or request.get("AIS-4")
    if seq is not None or not text:
        return seq
    at = read_time(text).isoformat()
    for number in schedules.numbers(request.hospital, session_id):
        if number["starts_at"] == at:
            return int(number["seq"])
    raise Refused("204", f"该时间没有号源：{text[:20]}", start, "NUMBER_GONE")


def _payment(request: Request) -> dict[str, Any]:
    """Return the trade that ZPY names, with what ZAI-7 says was paid."""
    trade_no = request.get("ZPY-2")
    if not trade_no:
        return {}
    return {
        "trade_no": trade_no,
        "pay_channel": request.get("ZPY-1") or request.channel,
        "amount_fen": request.fen("ZAI-7"),
    }


def _shown(request: Request, facts: Mapping[str, Any]) -> Reply:
    """Return a registration as SCH, PID, RGS, AIS, AIL, AIP and ZAI."""
    layouts = appointments.LOCAL if request.partner.dialect == "local" else appointments.STANDARD
    reply = Reply()
    for part in layouts["registration.booked"].parts:
        for draft in part.written(facts, request.hospital.now().isoformat()):
            reply.segments += draft.segments
    return reply


def _held(request: Request, facts: Mapping[str, Any]) -> Reply:
    """Return a lock: its number stands where the appointment's will stand."""
    reply = Reply()
    reply.put("SCH-1.1", request.get("ARQ-1.1"))
    reply.put("SCH-2.1", str(facts["lock_id"]))
    reply.put("SCH-6.1", "HELD")
    reply.put("SCH-11.5", time_of(str(facts["locked_until"])))
    reply.put("SCH-16.1", "HIS")
    reply.put("SCH-20.1", "HIS")
    reply.put("SCH-25.1", "locked")
    reply.put("RGS-1", "1")
    known = {**facts, "locked_until_at": facts["locked_until"]}
    reply.segments += next(HOLD.written(known, "")).segments
    return reply


def _hold(request: Request) -> dict[str, Any]:
    session_id = _session(request, "ARQ-5.1")
    return registrations.lock(
        request.hospital,
        session_id,
        patient_no_of(request),
        _seq(request, session_id, "ARQ-11.1"),
        channel=_channel(request, "ARQ-21.1"),
    )


def book(request: Request) -> Reply:
    """SRM^S01: hold a number, or register with or without a hold.

    ARQ-7 says what is wanted: ``HOLD`` (or APP_REG) only keeps a number, ``APPRA`` files a
    patient; anything else registers. ARQ-2 is then the hold, if there was one.
    """
    wanted = request.get("ARQ-7.1")
    if wanted == LOCAL_FILE:
        reply = Reply()
        reply.put("ZPI-1", str(create(request)["patient_no"]))
        return reply
    if wanted in ("HOLD", LOCAL_HOLD):
        return _held(request, _hold(request))
    lock_id = request.get("ARQ-2.1") or str(_hold(request)["lock_id"])
    partner_no = request.need("ARQ-1.1")
    found = registrations.commit(request.hospital, lock_id, partner_no, **_payment(request))
    return _shown(request, found)


def _registration(request: Request, own: str, partners: str, place: str) -> dict[str, Any]:
    """Return the registration by the hospital's number, or by the platform's."""
    reg_no = request.get(own)
    partner_no = "" if reg_no else request.need(partners)
    return registrations.get(
        request.hospital,
        reg_no=reg_no,
        partner_no=partner_no,
        channel=_channel(request, place),
    )


def _moved(request: Request, old: Mapping[str, Any], session_id: str, start: str) -> dict[str, Any]:
    """Give an unpaid booking back and take another number, or change nothing at all.

    The platform keeps its number, so the old record must let go of it.
    """
    hospital = request.hospital
    registrations.cancel(hospital, reg_no=old["reg_no"])
    hospital.db.run("UPDATE registration SET partner_no = NULL WHERE reg_no = %s", (old["reg_no"],))
    return registrations.book(
        hospital,
        session_id,
        old["patient_no"],
        channel=old["channel"],
        partner_no=old["partner_no"],
        seq=_seq(request, session_id, start),
    )


def modify(request: Request) -> Reply:
    """SRM^S03: move a booking to another session or number."""
    old = _registration(request, "ARQ-2.1", "ARQ-1.1", "ARQ-21.1")
    return _shown(request, _moved(request, old, _session(request, "ARQ-5.1"), "ARQ-11.1"))


def cancel(request: Request) -> Reply:
    """SRM^S04: give back a hold, a booking, or (with ZPY) a paid registration and its money."""
    number = request.get("ARQ-2.1")
    if request.get("ARQ-7.1") in ("HOLD", LOCAL_HOLD):
        registrations.unlock(request.hospital, request.need("ARQ-2.1"))
        return Reply()
    old = _registration(request, "ARQ-2.1", "ARQ-1.1", "ARQ-21.1")
    number = old["reg_no"]
    if trade_no := request.get("ZPY-2"):
        registrations.refund(request.hospital, number, trade_no, request.need("ZPY-3"))
    else:
        registrations.cancel(request.hospital, reg_no=number)
    return _shown(request, registrations.get(request.hospital, reg_no=number))


def follow_new(request: Request) -> Reply:
    """SIU^S12: the platform gave a number out."""
    session_id = _session(request, "SCH-5.1")
    found = registrations.book(
        request.hospital,
        session_id,
        patient_no_of(request),
        channel=_channel(request, "SCH-22.1"),
        partner_no=request.need("SCH-1.1"),
        seq=_seq(request, session_id, "SCH-11.4"),
        **_payment(request),
    )
    reply = Reply()
    reply.put("ZAI-5", str(found["seq"]))
    reply.put("ZAI-11", found["reg_no"])
    return reply


def _followed(request: Request) -> dict[str, Any]:
    return _registration(request, "SCH-2.1", "SCH-1.1", "SCH-22.1")


def follow_change(request: Request) -> Reply:
    """SIU^S13, S14: the patient came (SCH-25 ``signed``), or the number is another one now."""
    old = _followed(request)
    if request.get("SCH-25.1") == "signed":
        registrations.sign(request.hospital, old["reg_no"])
        return Reply()
    session_id = _session(request, "SCH-5.1")
    found = _moved(request, old, session_id, "SCH-11.4")
    reply = Reply()
    reply.put("ZAI-5", str(found["seq"]))
    reply.put("ZAI-11", found["reg_no"])
    return reply


def follow_cancelled(request: Request) -> Reply:
    """SIU^S15: the platform took a booking back (with ZPY: and the money)."""
    old = _followed(request)
    if trade_no := request.get("ZPY-2"):
        registrations.refund(request.hospital, old["reg_no"], trade_no, request.need("ZPY-3"))
    else:
        registrations.cancel(request.hospital, reg_no=old["reg_no"])
    return Reply()


def follow_no_show(request: Request) -> Reply:
    """SIU^S26: the patient did not come."""
    registrations.no_show(request.hospital, _followed(request)["reg_no"])
    return Reply()
