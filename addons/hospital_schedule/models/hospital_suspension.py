from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.addons.hospital_base.const import HALF_DAYS
from odoo.addons.hospital_base.guard import GuardedFields
from odoo.exceptions import UserError
from odoo.fields import Domain


class HospitalSuspension(GuardedFields, models.Model):
    _name = "hospital.suspension"
    _description = "Suspension"
    _order = "date_from desc, id desc"
    _rec_name = "reason"

    _guarded_fields = frozenset(["state", "session_ids", "slot_states"])

    doctor_id = fields.Many2one("hospital.doctor", index=True, ondelete="restrict")
    department_id = fields.Many2one("hospital.department", index=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    number_type_id = fields.Many2one(
        "hospital.number.type", "Number type", index="btree_not_null", ondelete="restrict",
        help="Empty: every kind of numbers.",
    )  # fmt: skip
    whole_hospital = fields.Boolean(
        "Whole hospital", help="Every department, for example in a typhoon."
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    half_day = fields.Selection(HALF_DAYS, help="Empty: the whole day.")
    start_hour = fields.Float("Start time")
    end_hour = fields.Float("End time", help="0: the whole session.")
    reason = fields.Char(required=True)
    state = fields.Selection(
        [("draft", "Draft"), ("applied", "Applied"), ("recovered", "Recovered")],
        required=True,
        default="draft",
        readonly=True,
    )
    session_ids = fields.Many2many("hospital.session", string="Sessions", readonly=True)
    preview_ids = fields.Many2many("hospital.session", compute="_compute_preview")
    affected_count = fields.Integer("Affected patients", compute="_compute_preview")
    affected_html = fields.Html(compute="_compute_preview")
    slot_states = fields.Json(readonly=True, copy=False)

    _dates_in_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The suspension ends before it begins."
    )
    _whose = models.Constraint(
        "CHECK (COALESCE(whole_hospital, FALSE) = (doctor_id IS NULL AND department_id IS NULL))",
        "Choose a doctor or a department, or the whole hospital.",
    )
    _hours_in_order = models.Constraint(
        "CHECK (end_hour = 0 AND start_hour = 0 OR "
        "start_hour >= 0 AND start_hour < end_hour AND end_hour <= 24)",
        "The hours end after they start, within one day.",
    )

    def _sessions(self):
        """Return the sessions of the range that are open and not over."""
        self.ensure_one()
        if not (self.doctor_id or self.department_id or self.whole_hospital):
            return self.env["hospital.session"]
        if not self.date_from or not self.date_to:
            return self.env["hospital.session"]
        domain = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
            ("state", "in", ("draft", "released")),
            ("ends_at", ">", self.env["hospital.clock"]._now()),
        ]
        if self.doctor_id:
            domain.append(("doctor_id", "=", self.doctor_id.id))
        if self.department_id:
            domain.append(("department_id", "in", self.department_id._with_children().ids))
        if self.number_type_id:
            domain.append(("number_type_id", "=", self.number_type_id.id))
        if self.half_day:
            domain.append(("half_day", "=", self.half_day))
        return self.env["hospital.session"].search(domain)

    def _slots(self, sessions):
        """Return the numbers of ``sessions`` that the hours cover."""
        domain = Domain("session_id", "in", sessions.ids)
        if self.end_hour:
            clock = self.env["hospital.clock"].with_company(self.company_id)
            domain &= Domain.OR(
                Domain("starts_at", ">=", clock._utc(day, self.start_hour))
                & Domain("starts_at", "<", clock._utc(day, self.end_hour))
                for day in set(sessions.mapped("date"))
            )
        return self.env["hospital.slot"].search(domain)

    @api.depends("doctor_id", "department_id", "number_type_id", "whole_hospital", "half_day",
                 "date_from", "date_to", "start_hour", "end_hour", "state",
                 "session_ids")  # fmt: skip
    def _compute_preview(self):
        for row in self:
            told = row.state != "draft"
            sessions = row.session_ids if told else row._sessions()
            slots = row._slots(sessions) if row.end_hour else None
            row.preview_ids = sessions
            row.affected_count = sessions._affected_bookings_count(slots)
            row.affected_html = sessions._affected_html(slots, told)

    def action_apply(self):
        """Take the sessions, or the numbers within the hours, out of service."""
        self.env["hospital.session"]._before_change()
        self.ensure_one()
        self.check_access("write")
        self._sessions()._lock()
        # once more: somebody may have suspended or moved some of them before the lock
        sessions = self._sessions()
        slots = self._slots(sessions)
        if self.state != "draft" or not slots:
            raise UserError(self.env._("There is no session to suspend in this range."))
        if self.end_hour:
            rows = self.env["hospital.slot"]._run("stop", slots.ids)
            self._as_writer().slot_states = {str(slot): was for slot, was in rows}
            slots = slots.browse(slot for slot, _was in rows)
            sessions = slots.session_id
        else:
            sessions._as_writer().write(
                {
                    "state": "suspended",
                    "suspend_reason": self.reason,
                    "suspension_id": self.id,
                }
            )
        self._as_writer().write(
            {"state": "applied", "session_ids": [fields.Command.set(sessions.ids)]}
        )
        sessions._log_event("suspend", self._hours_text(), self.reason)
        sessions._after_suspend(slots)

    def action_recover(self):
        """Put back what this suspension took out; other suspensions stay."""
        self.env["hospital.session"]._before_change()
        self.ensure_one()
        self.check_access("write")
        self.session_ids._lock()
        self.invalidate_recordset(["state"])
        if self.state != "applied":
            raise UserError(self.env._("Only an applied suspension can be recovered."))
        self._as_writer().state = "recovered"
        if self.end_hour:
            rows = self.env["hospital.slot"]._run("reopen", Json(self.slot_states or {}))
            slots = self.env["hospital.slot"].browse(row[0] for row in rows)
            sessions = slots.session_id
        else:
            sessions = self.session_ids.filtered(lambda s: s.suspension_id == self)
            slots = self._slots(sessions)
            self._reopen(sessions)
        sessions._log_event("resume", self._hours_text(), self.reason)
        sessions._after_resume(slots)

    @api.model
    def _reopen(self, sessions):
        now = self.env["hospital.clock"]._now()
        due = sessions.filtered(lambda row: not row.release_at or row.release_at <= now)
        for state, rows in (("released", due), ("draft", sessions - due)):
            rows._as_writer().write(
                {"state": state, "suspend_reason": False, "suspension_id": False}
            )

    def _hours_text(self):
        return f"{self.start_hour:g}-{self.end_hour:g}" if self.end_hour else ""

    def write(self, vals):
        if not self._is_writer() and any(row.state != "draft" for row in self):
            raise UserError(self.env._("An applied suspension is recovered, not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if any(row.state == "applied" for row in self):
            raise UserError(self.env._("Recover the suspension before you delete it."))
