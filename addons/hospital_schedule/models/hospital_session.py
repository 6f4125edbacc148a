from odoo import api, fields, models
from odoo.addons.hospital_base.const import HALF_DAYS
from odoo.addons.hospital_base.guard import GuardedFields
from odoo.tools import SQL

STATES = [
    ("draft", "Not released"),
    ("released", "Released"),
    ("suspended", "Suspended"),
    ("closed", "Closed"),
]


class HospitalSession(GuardedFields, models.Model):
    _name = "hospital.session"
    _description = "Session"
    _order = "date, half_day, department_id, id"
    _rec_names_search = ["doctor_id", "department_id"]

    _guarded_fields = frozenset(
        ("state", "doctor_id", "original_doctor_id", "department_id", "number_type_id", "fee_fen",
         "plan_id", "planned_date", "kind", "release_at", "suspend_reason", "suspension_id")
    )  # fmt: skip
    _given_fields = frozenset(("doctor_id", "department_id", "number_type_id"))

    date = fields.Date(required=True, index=True)
    half_day = fields.Selection(HALF_DAYS, required=True, default="am")
    department_id = fields.Many2one(
        "hospital.department", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="department_id.company_id", store=True, index=True)
    doctor_id = fields.Many2one("hospital.doctor", index="btree_not_null", ondelete="restrict")
    original_doctor_id = fields.Many2one(
        "hospital.doctor", "Substitute for", index="btree_not_null", ondelete="restrict",
        readonly=True,
    )  # fmt: skip
    number_type_id = fields.Many2one(
        "hospital.number.type", required=True, index=True, ondelete="restrict"
    )
    fee_fen = fields.Integer(
        "Fee (fen)", compute="_compute_fee_fen", store=True, precompute=True, aggregator=None,
        help="As it was when the session was made; a new price leaves it alone.",
    )  # fmt: skip
    room = fields.Char()
    plan_id = fields.Many2one("hospital.plan", readonly=True, ondelete="set null")
    planned_date = fields.Date(readonly=True, copy=False)
    kind = fields.Selection(
        [("plan", "Planned"), ("adhoc", "Ad-hoc")], required=True, default="adhoc", readonly=True
    )
    state = fields.Selection(STATES, required=True, default="draft", index=True, readonly=True)
    release_at = fields.Datetime("Release", readonly=True)
    starts_at = fields.Datetime("Starts", required=True)
    ends_at = fields.Datetime("Ends", required=True)
    suspend_reason = fields.Char(readonly=True, copy=False)
    suspension_id = fields.Many2one(
        "hospital.suspension", readonly=True, copy=False, index="btree_not_null"
    )
    slot_ids = fields.One2many("hospital.slot", "session_id", "Numbers")
    event_ids = fields.One2many("hospital.session.event", "session_id", "History")
    room_conflict = fields.Boolean(compute="_compute_room_conflict")
    told_html = fields.Html("Patients told", compute="_compute_told_html")

    # a closed session gives its half-day back
    _doctor_half_day_once = models.UniqueIndex(
        "(doctor_id, date, half_day) WHERE doctor_id IS NOT NULL AND state <> 'closed'",
        "The doctor already has a session in this half-day.",
    )
    _doctor_in_one_place = models.Constraint(
        "EXCLUDE USING gist (int4range(doctor_id, doctor_id, '[]') WITH &&, "
        "tsrange(starts_at, ends_at) WITH &&) "
        "WHERE (doctor_id IS NOT NULL AND state <> 'closed')",
        "The doctor already has a session at this time.",
    )
    _department_half_day_once = models.UniqueIndex(
        "(department_id, number_type_id, date, half_day) "
        "WHERE doctor_id IS NULL AND state <> 'closed'",
        "The department already has such a session in this half-day.",
    )
    _planned_once = models.UniqueIndex(
        "(plan_id, planned_date) WHERE plan_id IS NOT NULL",
        "The plan already has its session of this day.",
    )
    _times_in_order = models.Constraint(
        "CHECK (starts_at < ends_at)", "A session ends after it starts."
    )

    @api.depends("number_type_id")
    def _compute_fee_fen(self):
        for session in self:
            session.fee_fen = session.number_type_id.fee_fen

    @api.depends("room", "starts_at", "ends_at", "department_id", "state")
    def _compute_room_conflict(self):
        conflicts = set()
        if self.ids:
            self.env["hospital.session"].flush_model()
            query = SQL(
                "SELECT DISTINCT a.id FROM hospital_session a "
                "JOIN hospital_department x ON x.id = a.department_id "
                "JOIN hospital_session b ON b.date = a.date AND b.room = a.room AND b.id <> a.id "
                "AND b.starts_at < a.ends_at AND a.starts_at < b.ends_at "
                "AND b.state IN ('draft', 'released') "
                "JOIN hospital_department y "
                "ON y.id = b.department_id AND y.campus_id = x.campus_id "
                "WHERE a.id = ANY(%s) AND a.room <> '' AND a.state IN ('draft', 'released')",
                self.ids,
            )
            conflicts = {row[0] for row in self.env.execute_query(query)}
        for session in self:
            session.room_conflict = session._origin.id in conflicts

    @api.depends("state", "doctor_id", "starts_at")
    def _compute_told_html(self):
        for session in self:
            session.told_html = session._affected_html(told=True)

    @api.depends("date", "half_day", "doctor_id.name", "department_id.name")
    def _compute_display_name(self):
        halves = dict(self._fields["half_day"]._description_selection(self.env))
        for session in self:
            who = session.doctor_id.name or session.department_id.name or ""
            session.display_name = f"{session.date} {halves.get(session.half_day, '')} {who}"

    # What the booking addon knows; without it a session has no patients.
    @api.model
    def _before_change(self):
        """Called first of all in every suspension, recovery, substitution and move.

        Nothing has been written in the transaction then, so an addon above may start it
        anew with another isolation level.
        """

    def _affected_bookings_count(self, slots=None):
        """Return how many booked numbers these sessions have, or how many of ``slots``."""
        if slots is None:
            return sum(self.mapped("taken_count"))
        return len(slots.filtered(lambda slot: slot.state == "taken"))

    def _affected_html(self, slots=None, told=False):
        """Return a description of the affected patients, empty without bookings.

        :param slots: of these numbers only.
        :param told: after the change: also who was reached, and what they chose.
        """
        return ""

    def _after_suspend(self, slots):
        """Called after ``slots`` of these sessions were taken out of service."""

    def _after_resume(self, slots):
        """Called after ``slots`` of these sessions came back."""

    def _after_substitute(self, old_doctor):
        """Called after another doctor took over from ``old_doctor``."""

    def _after_move(self, old_values):
        """Called after a move; ``old_values``: {session id: {date, half_day, starts_at}}."""
