"""Bookings of the past three weeks and of today, written set-based.

Numbers that were given in the past cannot be claimed any more, so these rows
are inserted; they keep every rule that a claim keeps: one live booking per
number, one patient per doctor and day, one ordinal per patient and day.
"""

import secrets
from collections import Counter, defaultdict
from datetime import timedelta

from odoo.addons.hospital_patient.models.hospital_credit_event import KINDS
from odoo.tools import SQL

from .sql import insert_rows

REASON_MISSED = "预约后未到诊"
PATHS = {
    "done": ("hold", "confirmed", "checked_in", "called", "done"),
    "called": ("hold", "confirmed", "checked_in", "called"),
    "checked_in": ("hold", "confirmed", "checked_in"),
    "confirmed": ("hold", "confirmed"),
    "no_show": ("hold", "confirmed", "no_show"),
    "cancelled": ("hold", "confirmed", "cancelled"),
    "expired": ("hold", "expired"),
}
PAST = ("done",) * 76 + ("no_show",) * 6 + ("cancelled",) * 14 + ("expired",) * 4
CHANNELS = (
    ("wechat",) * 55
    + ("window",) * 14
    + ("kiosk",) * 10
    + ("phone",) * 8
    + ("clinic",) * 7
    + ("province",) * 4
    + ("city",) * 2
)
#: A missed visit keeps its number: nobody else can have it any more.
TAKEN = {"hold", "confirmed", "checked_in", "called", "done", "no_show"}
FILLED = 0.5
#: Fewer than the rules lock for: only the stories lock somebody.
MISSED_AT_MOST = 2


def write_history(env, rng, patients, accounts, until):
    """Write bookings for every started session before ``until`` (naive UTC).

    :param patients: ids that may appear; nobody twice on one day.
    :param dict accounts: {patient id: account id} of those with an account.
    :param until: moment of the build; sessions after it are left to the claim.
    :return: number of bookings.
    """
    plan = _Planner(env, rng, accounts, until)
    for day, slots in sorted(_past_slots(env, until).items()):
        chosen = rng.sample(slots, min(int(len(slots) * FILLED), len(patients)))
        who = rng.sample(patients, len(chosen))
        for slot, patient in zip(chosen, who, strict=True):
            plan.add(slot, patient, day)
    plan.store()
    return len(plan.rows)


def write_missed(env, rng, patients, accounts, until, per_patient=3):
    """Write confirmed bookings to which nobody came, for the sweep to find."""
    plan = _Planner(env, rng, accounts, until)
    days = sorted(_past_slots(env, until - timedelta(hours=12)).items())[-per_patient:]
    for day, slots in days:
        chosen = rng.sample(slots, len(patients))
        for slot, patient in zip(chosen, patients, strict=True):
            plan.add(slot, patient, day, state="confirmed")
    plan.store()
    return len(plan.rows)


def _past_slots(env, until):
    """Return {local date: [row]} of free numbers that began before ``until``."""
    rows = env.execute_query(
        SQL(
            """SELECT s.id, s.session_id, s.number, s.starts_at, s.ends_at, e.doctor_id,
                      e.department_id, e.number_type_id, e.fee_fen, e.date, e.company_id
                 FROM hospital_slot s JOIN hospital_session e ON e.id = s.session_id
                WHERE s.starts_at < %s AND s.state = 'free' AND e.state <> 'suspended'
                ORDER BY e.date, s.id""",
            until,
        )
    )
    found = defaultdict(list)
    for row in rows:
        found[row[9]].append(row)
    return found


class _Planner:
    """Collects bookings and their steps, then writes them in a few statements."""

    def __init__(self, env, rng, accounts, now):
        self.env = env
        self.rng = rng
        self.accounts = accounts
        self.now = now
        self.rows = []
        self.steps = []
        self.missed = Counter()
        channels = env["hospital.channel"].search([])
        self.channels = {channel.code: channel.id for channel in channels}

    def add(self, slot, patient, day, state=None):
        """Plan one booking of ``slot`` (row of ``_past_slots``) for ``patient`` (id)."""
        starts_at, ends_at = slot[3], slot[4]
        state = state or self._state(starts_at, patient)
        code = self.rng.choice(CHANNELS)
        booked = starts_at - timedelta(minutes=self.rng.choice((45, 90, 1500, 3000, 6000)))
        times = self._times(state, booked, starts_at, ends_at)
        account = self.accounts.get(patient) if code == "wechat" else None
        vals = self._values(slot, patient, day, state, code, account, booked, times)
        self.rows.append(vals)
        self.steps.append((self.channels[code], PATHS[state], times))

    def _state(self, starts_at, patient):
        if starts_at > self.now - timedelta(minutes=20):
            return self.rng.choice(("checked_in", "called", "confirmed", "done"))
        state = self.rng.choice(PAST)
        if state != "no_show":
            return state
        self.missed[patient] += 1
        return "no_show" if self.missed[patient] <= MISSED_AT_MOST else "done"

    @staticmethod
    def _times(state, booked, starts_at, ends_at):
        """Return the moment of every step of ``state``'s path."""
        arrived = starts_at - timedelta(minutes=12)
        at = {
            "hold": booked,
            "confirmed": booked + timedelta(minutes=2),
            "checked_in": arrived,
            "called": starts_at + timedelta(minutes=3),
            "done": ends_at + timedelta(minutes=5),
            "no_show": starts_at + timedelta(hours=1),
            "cancelled": booked + timedelta(minutes=20),
            "expired": booked + timedelta(minutes=15),
        }
        return [at[step] for step in PATHS[state]]

    def _values(self, slot, patient, day, state, code, account, booked, times):
        at = dict(zip(PATHS[state], times, strict=True))
        clock = self.env["hospital.clock"]
        same_day = clock._local(booked).date() == day
        return {
            "ref": secrets.token_urlsafe(16),
            "slot_id": slot[0],
            "session_id": slot[1],
            "number": slot[2],
            "starts_at": slot[3],
            "ends_at": slot[4],
            "doctor_id": slot[5],
            "department_id": slot[6],
            "number_type_id": slot[7],
            "fee_fen": slot[8],
            "date": day,
            "company_id": slot[10],
            "patient_id": patient,
            "account_id": account,
            "channel_id": self.channels[code],
            "key": secrets.token_urlsafe(12),
            "mode": "same_day" if same_day else "advance",
            "ordinal": 1,
            "state": state,
            "checkin_at": at.get("checked_in"),
            "cancelled_at": at.get("cancelled"),
            "cancel_by": "patient" if state == "cancelled" else None,
            "no_show_at": at.get("no_show"),
            "hold_until": booked + timedelta(minutes=15) if state == "expired" else None,
            "create_date": booked,
            "create_uid": self.env.uid,
            "write_date": times[-1],
            "write_uid": self.env.uid,
        }

    def store(self):
        """Write bookings, steps and slot states."""
        if not self.rows:
            return
        booking_ids = insert_rows(self.env, "hospital.booking", self.rows)
        events = []
        for booking_id, (channel_id, path, times) in zip(booking_ids, self.steps, strict=True):
            before = None
            for state, moment in zip(path, times, strict=True):
                events.append(
                    {
                        "booking_id": booking_id,
                        "from_state": before,
                        "to_state": state,
                        "at": moment,
                        "channel_id": channel_id,
                        "user_id": self.env.uid,
                    }
                )
                before = state
        insert_rows(self.env, "hospital.booking.event", events)
        self._store_credit()
        taken = [row["slot_id"] for row in self.rows if row["state"] in TAKEN]
        self.env.execute_query(
            SQL("UPDATE hospital_slot SET state = 'taken' WHERE id = ANY(%s) RETURNING id", taken)
        )
        self.env["hospital.slot"].invalidate_model()

    def _store_credit(self):
        """Write what every missed visit cost."""
        missed = [row for row in self.rows if row["state"] == "no_show"]
        insert_rows(
            self.env,
            "hospital.credit.event",
            [
                {
                    "patient_id": row["patient_id"],
                    "kind": "no_show",
                    "points": KINDS["no_show"][1],
                    "reason": REASON_MISSED,
                    "at": row["write_date"],
                }
                for row in missed
            ],
        )
