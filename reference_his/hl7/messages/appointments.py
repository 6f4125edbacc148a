"""SIU: bookings, sessions and check-up days."""

from .layout import AT, Layout, Part
from .people import PID


def _head(reason: str) -> Part:
    """Return the part that says which appointment, and what became of it."""
    return Part(
        ("SCH",),
        {
            "SCH-6.1": reason,
            "SCH-16.1": "HIS",
            "SCH-20.1": "HIS",
        },
        {"state": "SCH-25.1"},
    )


def _booking(reason: str) -> Part:
    return _head(reason).with_places(
        partner_no="SCH-1.1",
        reg_no="SCH-2.1",
        session_id="SCH-5.1",
        starts_at="SCH-11.4",
        ends_at="SCH-11.5",
        channel="SCH-22.1",
    )


GROUP = Part(("RGS",), {"RGS-1": "1", "RGS-2": "A"})
LOCAL_GROUP = GROUP.with_places(session_id="RGS-3.1")
SERVICE = Part(("AIS",), {"AIS-1": "1", "AIS-2": "A"}, {"level": "AIS-3.1"})
PLACE = Part(
    ("AIL",),
    {"AIL-1": "1", "AIL-2": "A", "AIL-4.1": "CLINIC"},
    {"department_code": "AIL-3.1", "room": "AIL-3.2", "department": "AIL-3.9"},
)
DOCTOR = Part(
    ("AIP",),
    {"AIP-1": "1", "AIP-2": "A", "AIP-4.1": "D"},
    {"doctor_code": "AIP-3.1", "doctor": "AIP-3.2"},
    optional=True,
)
# day, half-day and the facts of a Chinese number for which the standard has no field
ZAI = Part(
    ("ZAI",),
    places={"day": "ZAI-1", "half_day": "ZAI-2", "seq": "ZAI-5", "fee_fen": "ZAI-7"},
)
LOCAL_ZAI = ZAI.with_places(starts_at="ZAI-3", ends_at="ZAI-4")
SESSION_ZAI = Part(
    ("ZAI",),
    places={
        "day": "ZAI-1",
        "half_day": "ZAI-2",
        "fee_fen": "ZAI-7",
        "total": "ZAI-8",
        "free": "ZAI-9",
    },
)


def _without(part: Part, *names: str) -> Part:
    places = {name: place for name, place in part.places.items() if name not in names}
    return Part(part.segments, part.fixed, places)


def _siu(trigger: str, reason: str) -> Layout:
    parts = (_booking(reason), PID, GROUP, SERVICE, PLACE, DOCTOR, ZAI)
    return Layout("SIU", trigger, "SIU_S12", parts)


def _local_siu(trigger: str, reason: str) -> Layout:
    head = _without(_booking(reason), "session_id", "starts_at", "ends_at")
    head = head.with_places(**{AT: "SCH-11.4"})
    parts = (head, PID, LOCAL_GROUP, SERVICE, PLACE, DOCTOR, LOCAL_ZAI)
    return Layout("SIU", trigger, "SIU_S12", parts)


def _session(trigger: str, reason: str) -> Layout:
    head = _head(reason).with_places(session_id="SCH-5.1", **{AT: "SCH-11.4"})
    return Layout("SIU", trigger, "SIU_S12", (head, GROUP, SERVICE, PLACE, DOCTOR, SESSION_ZAI))


def _local_session(trigger: str, reason: str) -> Layout:
    head = _head(reason).with_places(**{AT: "SCH-11.4"})
    parts = (head, LOCAL_GROUP, SERVICE, PLACE, DOCTOR, SESSION_ZAI)
    return Layout("SIU", trigger, "SIU_S12", parts)


BOOKINGS = {
    "registration.booked": ("S12", "BOOKED"),
    "registration.paid": ("S14", "PAID"),
    "registration.signed": ("S14", "SIGNED"),
    "registration.cancelled": ("S15", "CANCELLED"),
    "registration.no_show": ("S26", "NOSHOW"),
}
SESSIONS = {
    "session.published": ("S24", "PUBLISHED"),
    "session.resumed": ("S24", "RESUMED"),
    "session.suspended": ("S23", "SUSPENDED"),
}
CHECKUP = Layout(
    "SIU",
    "S12",
    "SIU_S12",
    (
        _head("BOOKED")
        .with_fixed({"SCH-8.1": "CHECKUP"})
        .with_places(order_no="SCH-2.1", day="SCH-11.4"),
        PID,
        GROUP,
        Part(
            ("AIS",),
            {"AIS-1": "1", "AIS-2": "A"},
            {"package_code": "AIS-3.1", "package": "AIS-3.2"},
        ),
    ),
)
STANDARD = {
    **{kind: _siu(*what) for kind, what in BOOKINGS.items()},
    **{kind: _session(*what) for kind, what in SESSIONS.items()},
    "checkup.booked": CHECKUP,
}
LOCAL = {
    **{kind: _local_siu(*what) for kind, what in BOOKINGS.items()},
    **{kind: _local_session(*what) for kind, what in SESSIONS.items()},
    "checkup.booked": CHECKUP,
}
