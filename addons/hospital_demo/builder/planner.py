"""Collects bookings and their steps, then writes them in a few statements.

Numbers of the past cannot be claimed any more, so these rows are inserted; they
keep every rule that a claim keeps: one live booking per number, one patient per
doctor and day, one ordinal per patient and day.
"""

import secrets
from collections import Counter, defaultdict, deque
from datetime import timedelta

from odoo.addons.hospital_patient.models.hospital_credit_event import KINDS
from odoo.tools import SQL

from . import demand
from .sql import insert_rows

#: A missed visit keeps its number: nobody else can have it any more.
TAKEN = {"hold", "confirmed", "checked_in", "called", "done", "no_show"}
#: Fewer than the rules lock for: only the stories lock somebody.
MISSED_AT_MOST = 2
REASON_MISSED = "预约后未到诊"
REASON_LATE = "到院晚于预约时间"
REASONS_CANCELLED = ("临时有事", "时间冲突", "症状好转", "挂错科室", "家人不便陪同", "改约其他时间")
SLOTS = """
    SELECT s.id, s.session_id AS session, s.number, s.starts_at, s.ends_at, e.doctor_id,
           e.original_doctor_id, e.department_id, e.number_type_id, e.fee_fen, e.date,
           e.company_id, e.release_at, t.kind, d.code AS department,
           extract(hour FROM s.starts_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::int AS hour
      FROM hospital_slot s
      JOIN hospital_session e ON e.id = s.session_id
      JOIN hospital_number_type t ON t.id = e.number_type_id
      JOIN hospital_department d ON d.id = e.department_id
      LEFT JOIN hospital_doctor p ON p.id = e.doctor_id
     WHERE %(which)s
     ORDER BY e.date, d.code, p.code, t.code, e.half_day, s.starts_at, s.number
"""


def slots_by_day(env, which):
    """Return {local date: [row as dict]} of the numbers that the condition ``which`` chooses."""
    env.flush_all()
    env.cr.execute(SQL(SLOTS, tz=env["hospital.clock"]._tz_name(), which=which))
    found = defaultdict(list)
    for row in env.cr.dictfetchall():
        found[row["date"]].append(row)
    return found


class Planner:
    """Bookings of many patients.

    :param rng: decides everything.
    :param dict accounts: {patient id: account id} of those with an account.
    :param dict users: {login: user}; who stood at the desk and in the room.
    :param now: moment of the build (naive UTC).
    """

    def __init__(self, env, rng, accounts, users, now):
        self.env = env
        self.rng = rng
        self.accounts = accounts
        self.desk, self.room = users["desk"].id, users["doctor"].id
        self.now = now
        self.rows = []
        self.steps = []
        self.missed = Counter()
        channels = env["hospital.channel"].search([])
        self.channels = {channel.code: channel.id for channel in channels}
        self.clock = env["hospital.clock"]

    def add(self, slot, patient, lead=None, outcome=None, late_slot=None, channel=None):
        """Plan one booking of ``slot`` for ``patient`` (id).

        :param lead: days between booking and visit, drawn when it is ``None``.
        :param outcome: the last state, drawn when it is ``None``.
        :param late_slot: the number that the patient got after coming late.
        :param channel: code of the channel, drawn when it is ``None``.
        :return: the last state.
        """
        ahead = max((slot["date"] - self.clock._local(self.now).date()).days, 0)
        if lead is None:
            lead = demand.draw_lead(self.rng, slot["kind"], ahead)
        code = channel or demand.draw_channel(self.rng, lead)
        outcome = outcome or self._outcome(slot, patient, code, lead)
        if late_slot and outcome != "done":
            late_slot = None
        path = self._path(slot, outcome, self._booked(slot, lead), late_slot)
        steps = [(state, min(moment, self.now), user) for state, moment, user in path]
        self.rows.append(self._values(slot, patient, code, outcome, steps, late_slot))
        self.steps.append((self.channels[code], steps))
        return outcome

    def _outcome(self, slot, patient, code, lead):
        """Draw what became of a booking; what is still to come has become nothing yet."""
        began = self.now - slot["starts_at"]
        if began < timedelta(0):
            soon = began > -timedelta(minutes=25) and self.rng.random() < 0.6
            return "checked_in" if soon else "confirmed"
        if began < timedelta(hours=1):
            return self.rng.choices(("confirmed", "checked_in", "called", "done"), (8, 40, 20, 32))[
                0
            ]
        state = demand.draw_outcome(self.rng, code, lead)
        if state != "no_show":
            return state
        self.missed[patient] += 1
        return "no_show" if self.missed[patient] <= MISSED_AT_MOST else "done"

    def _booked(self, slot, lead):
        """Return when ``slot`` was booked, after its release and before now."""
        opening = self.clock._utc(slot["date"] - timedelta(days=lead), 7.0)
        booked = demand.draw_booked(self.rng, lead, slot["starts_at"], opening)
        if booked >= self.now:
            booked = self.now - timedelta(minutes=self.rng.randrange(1, 240))
        return max(booked, slot["release_at"] or booked)

    def _path(self, slot, outcome, booked, late_slot):
        """Return [(state, moment, user)]: how the booking came to ``outcome``."""
        rng, robot = self.rng, self.env.uid
        starts_at = slot["starts_at"]
        steps = [("hold", booked, robot)]
        if outcome == "expired":
            return [*steps, ("expired", booked + timedelta(minutes=15), robot)]
        confirmed = booked + timedelta(seconds=rng.randrange(15, 240))
        steps.append(("confirmed", confirmed, robot))
        substituted = slot["original_doctor_id"] and booked.date() < starts_at.date()
        if substituted or outcome == "displaced_cancel":
            told = max(confirmed, starts_at - timedelta(hours=rng.randrange(20, 40)))
            answered = told + timedelta(minutes=rng.randrange(3, 240))
            last = "cancelled" if outcome == "displaced_cancel" else "confirmed"
            steps += [("displaced", told, robot), (last, answered, robot)]
            confirmed = answered
        if outcome == "cancelled":
            latest = max(starts_at - timedelta(hours=1), confirmed + timedelta(seconds=30))
            span = (latest - confirmed).total_seconds()
            moment = confirmed + timedelta(seconds=int(rng.random() * span))
            steps.append(("cancelled", moment, robot))
        elif outcome == "no_show":
            steps.append(("no_show", slot["ends_at"] + timedelta(minutes=35), robot))
        elif outcome in ("checked_in", "called", "done"):
            steps += self._visit(slot, outcome, confirmed, late_slot)
        return steps

    def _visit(self, slot, outcome, confirmed, late_slot):
        """Return the steps of somebody who came."""
        rng = self.rng
        early = -rng.randrange(5, 45) if not late_slot else rng.randrange(4, 20)
        arrived = max(slot["starts_at"] + timedelta(minutes=early), confirmed)
        turn = late_slot or slot
        called = max(turn["starts_at"] + timedelta(minutes=rng.randrange(0, 14)), arrived)
        done = called + timedelta(minutes=rng.randrange(4, 12))
        steps = [("checked_in", arrived, self.desk)]
        if outcome != "checked_in":
            steps.append(("called", called, self.room))
        if outcome == "done":
            steps.append(("done", done, self.room))
        return steps

    def _values(self, slot, patient, code, outcome, steps, late_slot):
        at = {state: moment for state, moment, _user in steps}
        displaced = "displaced" in at
        state = steps[-1][0]
        booked = steps[0][1]
        cancelled = state == "cancelled"
        by = self.rng.choices(("patient", "office", "system"), (88, 8, 4))[0]
        return {
            "ref": secrets.token_urlsafe(16),
            "slot_id": (late_slot or slot)["id"],
            "session_id": slot["session"],
            "number": slot["number"],
            "walkin_number": late_slot["number"] if late_slot else None,
            "is_late": bool(late_slot),
            "starts_at": slot["starts_at"],
            "ends_at": slot["ends_at"],
            "doctor_id": slot["doctor_id"],
            "original_doctor_id": slot["original_doctor_id"],
            "department_id": slot["department_id"],
            "number_type_id": slot["number_type_id"],
            "fee_fen": slot["fee_fen"],
            "date": slot["date"],
            "company_id": slot["company_id"],
            "patient_id": patient,
            "account_id": self.accounts.get(patient) if code == "wechat" else None,
            "channel_id": self.channels[code],
            "key": secrets.token_urlsafe(12),
            "mode": "same_day" if self.clock._local(booked).date() == slot["date"] else "advance",
            "ordinal": 1,
            "state": state,
            "checkin_at": at.get("checked_in"),
            "cancelled_at": at["cancelled"] if cancelled else None,
            "cancel_by": ("system" if displaced else by) if cancelled else None,
            "cancel_reason": self.rng.choice(REASONS_CANCELLED)
            if cancelled and by == "patient" and not displaced
            else None,
            "displaced_choice": ("cancel" if cancelled else "accept") if displaced else None,
            "no_show_at": at.get("no_show"),
            "hold_until": booked + timedelta(minutes=15) if state == "expired" else None,
            "create_date": booked,
            "create_uid": self.env.uid,
            "write_date": steps[-1][1],
            "write_uid": self.env.uid,
        }

    def store(self):
        """Write bookings, steps, credit and the states of numbers; return the bookings' ids."""
        if not self.rows:
            return []
        booking_ids = insert_rows(self.env, "hospital.booking", self.rows)
        events = []
        for booking_id, (channel_id, path) in zip(booking_ids, self.steps, strict=True):
            before = None
            for state, moment, user_id in path:
                events.append(
                    {
                        "booking_id": booking_id,
                        "from_state": before,
                        "to_state": state,
                        "at": moment,
                        "channel_id": channel_id,
                        "user_id": user_id,
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
        return booking_ids

    def _store_credit(self):
        """Write what missed and late visits cost."""
        missed = [("no_show", row, REASON_MISSED) for row in self.rows if row["state"] == "no_show"]
        late = [("late", row, REASON_LATE) for row in self.rows if row["is_late"]]
        insert_rows(
            self.env,
            "hospital.credit.event",
            [
                {
                    "patient_id": row["patient_id"],
                    "kind": kind,
                    "points": KINDS[kind][1],
                    "reason": reason,
                    "at": row["no_show_at"] or row["checkin_at"],
                }
                for kind, row, reason in missed + late
            ],
        )


class Crowd:
    """Who comes on one day: nobody twice; children to the children's clinic, women to theirs."""

    def __init__(self, rng, pools):
        self.queues = {name: deque(rng.sample(ids, len(ids))) for name, ids in pools.items()}
        self.used = set()

    def next(self, department):
        """Return the id of somebody for ``department`` (code), ``None`` when all are taken."""
        queue = self.queues.get(department[:2], self.queues[""])
        while queue:
            patient = queue.popleft()
            if patient not in self.used:
                self.used.add(patient)
                return patient
        return None
