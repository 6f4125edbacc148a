from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import file_open

STATES = [
    ("hold", "Held"),
    ("confirmed", "Confirmed"),
    ("checked_in", "Checked in"),
    ("called", "Called"),
    ("done", "Done"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
    ("no_show", "No-show"),
    ("displaced", "Displaced"),
]
#: No setting can exceed this many doctors of one patient and day.
HARD_DAY_LIMIT = 10
#: States in which a booking has its number.
LIVE_STATES = ("hold", "confirmed", "checked_in", "called", "done", "displaced")
LIVE_SQL = f"state IN {LIVE_STATES}"
#: Only the methods of this addon hold this object; a client cannot send it.
BOOKING_WRITER = object()


class HospitalBooking(models.Model):
    _name = "hospital.booking"
    _inherit = ["hospital.masked.mixin"]
    _description = "Booking"
    _order = "starts_at desc, id desc"
    _rec_name = "ref"
    _rec_names_search = ["ref"]

    ref = fields.Char("Reference", required=True, readonly=True, copy=False)
    slot_id = fields.Many2one("hospital.slot", required=True, index=True, ondelete="restrict")
    session_id = fields.Many2one("hospital.session", required=True, index=True, ondelete="restrict")
    patient_id = fields.Many2one("hospital.patient", required=True, index=True, ondelete="restrict")
    account_id = fields.Many2one("hospital.account", ondelete="set null")
    channel_id = fields.Many2one("hospital.channel", required=True, index=True, ondelete="restrict")
    doctor_id = fields.Many2one("hospital.doctor", index="btree_not_null", ondelete="restrict")
    original_doctor_id = fields.Many2one(
        "hospital.doctor", index="btree_not_null", ondelete="restrict"
    )
    department_id = fields.Many2one(
        "hospital.department", required=True, index=True, ondelete="restrict"
    )
    number_type_id = fields.Many2one(
        "hospital.number.type", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    date = fields.Date(required=True, index=True)
    starts_at = fields.Datetime("Starts", required=True)
    ends_at = fields.Datetime("Ends", required=True)
    number = fields.Integer(required=True, aggregator=None)
    state = fields.Selection(STATES, required=True, readonly=True)
    hold_until = fields.Datetime()
    fee_fen = fields.Integer("Fee (fen)", aggregator=None)
    key = fields.Char("Idempotency key", required=True, groups="hospital_base.group_admin")
    mode = fields.Selection([("same_day", "Same day"), ("advance", "Advance")], required=True)
    ordinal = fields.Integer(required=True, aggregator=None)
    quota_ordinal = fields.Integer(aggregator=None)
    is_late = fields.Boolean("Late")
    walkin_number = fields.Integer(aggregator=None)
    checkin_at = fields.Datetime("Checked in at")
    cancelled_at = fields.Datetime()
    no_show_at = fields.Datetime()
    cancel_reason = fields.Char()
    cancel_by = fields.Selection(
        [("patient", "Patient"), ("office", "Hospital"), ("system", "System")]
    )
    displaced_choice = fields.Selection(
        [("accept", "Accepted"), ("cancel", "Cancelled"), ("move", "Moved")]
    )
    moved_from_id = fields.Many2one(
        "hospital.booking", "Moved from", readonly=True, index="btree_not_null",
        ondelete="set null",
    )  # fmt: skip
    moves = fields.Integer("Times moved", readonly=True, aggregator=None)
    event_ids = fields.One2many("hospital.booking.event", "booking_id", "History")
    is_today = fields.Boolean(compute="_compute_is_today", help="By the hospital's clock.")
    is_my_department = fields.Boolean(
        compute="_compute_is_my_department", search="_search_is_my_department"
    )

    _ref_once = models.Constraint("unique (ref)", "This reference exists already.")
    _key_once = models.Constraint("unique (channel_id, key)", "This request was booked already.")
    _slot_once = models.UniqueIndex(f"(slot_id) WHERE {LIVE_SQL}", "This number is taken.")
    _doctor_once = models.UniqueIndex(
        f"(patient_id, doctor_id, date) WHERE {LIVE_SQL}",
        "The patient has a number of this doctor on this day already.",
    )
    _department_once = models.UniqueIndex(
        f"(patient_id, department_id, date) WHERE doctor_id IS NULL AND {LIVE_SQL}",
        "The patient has a number of this department on this day already.",
    )
    _day_ordinal_once = models.UniqueIndex(
        f"(patient_id, date, ordinal) WHERE {LIVE_SQL}",
        "The patient has reached the number of doctors of this day.",
    )
    _quota_once = models.UniqueIndex(
        f"(session_id, channel_id, quota_ordinal) WHERE quota_ordinal IS NOT NULL AND {LIVE_SQL}",
        "The channel has used its share of this session.",
    )
    _ordinal_in_range = models.Constraint(
        f"CHECK (ordinal BETWEEN 1 AND {HARD_DAY_LIMIT})",
        "Too many doctors on one day.",
    )
    # the people an account has booked for lately; also whatever else follows the account
    _account_idx = models.Index("(account_id, create_date) WHERE account_id IS NOT NULL")
    _patient_date_idx = models.Index("(patient_id, date DESC)")
    _hold_idx = models.Index("(hold_until) WHERE state = 'hold'")
    _due_idx = models.Index("(ends_at) WHERE state = 'confirmed'")

    def init(self):
        """Create the functions that alone write the state of numbers."""
        super().init()
        with file_open("hospital_booking/sql/hospital_booking.sql") as script:
            self.env.cr.execute(script.read().replace("{live}", LIVE_SQL))

    @api.depends("starts_at", "department_id", "number", "walkin_number")
    def _compute_display_name(self):
        clock = self.env["hospital.clock"]
        for booking in self:
            if not booking.starts_at:
                booking.display_name = booking.ref
                continue
            booking.display_name = self.env._(
                "%(time)s %(department)s, number %(number)s",
                time=clock._local(booking.starts_at).strftime("%Y-%m-%d %H:%M"),
                department=booking.department_id.name,
                number=booking.walkin_number or booking.number,
            )

    @api.depends("date")
    def _compute_is_today(self):
        today = self.env["hospital.clock"]._today()
        for booking in self:
            booking.is_today = booking.date == today

    def _compute_is_my_department(self):
        mine = self._my_departments()
        for booking in self:
            booking.is_my_department = booking.department_id in mine

    @api.model
    def _search_is_my_department(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("department_id", "in", self._my_departments().ids)]

    @api.model
    def _my_departments(self):
        """Return the departments of the doctor who is signed in."""
        doctors_sudo = self.env["hospital.doctor"].sudo().search([("user_id", "=", self.env.uid)])
        return (doctors_sudo.department_id | doctors_sudo.department_ids).sudo(False)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_writer()
        return super().create(vals_list)

    def write(self, vals):
        self._check_writer()
        return super().write(vals)

    def _check_writer(self):
        if self.env.context.get("hospital_booking_writer") is not BOOKING_WRITER:
            raise UserError(self.env._("Bookings change by their buttons only."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_hand(self):
        self._check_writer()
