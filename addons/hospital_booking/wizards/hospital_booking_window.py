from odoo import api, fields, models

from .number_choice import NumberChoice


class HospitalBookingWindow(NumberChoice, models.TransientModel):
    _name = "hospital.booking.window"
    _description = "Book at the window"

    patient_id = fields.Many2one("hospital.patient", required=True)
    date = fields.Date(required=True, default=lambda self: self.env["hospital.clock"]._today())
    department_id = fields.Many2one("hospital.department")
    session_id = fields.Many2one("hospital.session", required=True)
    slot_id = fields.Many2one("hospital.slot", "Number", help="Empty: the first free number.")

    is_full = fields.Boolean(compute="_compute_is_full")

    @api.depends("session_id")
    def _compute_is_full(self):
        now = self.env["hospital.clock"]._now()
        for wizard in self:
            wizard.is_full = wizard.session_id and not any(
                slot.state == "free" and slot.starts_at > now for slot in wizard.session_id.slot_ids
            )

    @api.onchange("date", "department_id")
    def _onchange_day(self):
        session = self.session_id
        if session.date != self.date or (
            self.department_id and session.department_id != self.department_id
        ):
            self.session_id = False

    @api.onchange("session_id")
    def _onchange_session_id(self):
        if self.slot_id.session_id != self.session_id:
            self.slot_id = False

    def action_book(self):
        """Claim the number through the window and open its booking.

        :raise UserError: with what to do instead, when it is refused.
        """
        self.ensure_one()
        self.env["hospital.channel"]._check_desk()
        window = self.env["hospital.channel"]._window()
        result = self.env["hospital.booking"]._claim(
            window, self.patient_id, self.session_id, f"desk:{self.id}",
            number=self.slot_id.number or None, confirm=True,
        )  # fmt: skip
        return self._open(result)

    def action_wait(self):
        """Put the patient on the wait-list of a full session."""
        self.ensure_one()
        self.env["hospital.channel"]._check_desk()
        entry = self.env["hospital.waitlist"]._join(
            self.session_id, self.patient_id, self.env["hospital.channel"]._window()
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "hospital.waitlist",
            "res_id": entry.id,
            "views": [(False, "form")],
            "target": "current",
        }
