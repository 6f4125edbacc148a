from odoo import fields, models
from odoo.exceptions import ValidationError


class HospitalSessionAdhoc(models.TransientModel):
    _name = "hospital.session.adhoc"
    _description = "Ad-hoc session"

    _check_company_auto = True

    department_id = fields.Many2one("hospital.department", required=True)
    company_id = fields.Many2one(related="department_id.company_id")
    doctor_id = fields.Many2one("hospital.doctor", check_company=True)
    number_type_id = fields.Many2one("hospital.number.type", required=True, check_company=True)
    date = fields.Date(required=True, default=lambda self: self.env["hospital.clock"]._today())
    start_hour = fields.Float("Start time", required=True, default=8.0)
    end_hour = fields.Float("End time", required=True, default=11.0)
    capacity = fields.Integer("Numbers", required=True, default=10)
    room = fields.Char()
    reason = fields.Char(required=True)

    def action_create(self):
        """Make the session and its numbers; they are released at once."""
        self.ensure_one()
        if not 0 <= self.start_hour < self.end_hour <= 24 or not 1 <= self.capacity <= 200:
            raise ValidationError(
                self.env._("The session ends after it starts and has 1 to 200 numbers.")
            )
        session = self._create_session()
        session._log_event("adhoc", "", self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "hospital.session",
            "res_id": session.id,
            "views": [(False, "form")],
        }

    def _create_session(self):
        clock = self.env["hospital.clock"].with_company(self.department_id.company_id)
        starts_at = clock._utc(self.date, self.start_hour)
        ends_at = clock._utc(self.date, self.end_hour)
        if ends_at <= clock._now():
            raise ValidationError(self.env._("The session lies in the past."))
        sessions = self.env["hospital.session"]
        sessions._refuse_clash(
            sessions._occupied(
                starts_at, ends_at, self.doctor_id, self.department_id, self.number_type_id
            )
        )
        session = (
            self.env["hospital.session"]
            ._as_writer()
            .create(
                {
                    "date": self.date,
                    "half_day": self.env["hospital.session"]._half_day_of(starts_at),
                    "department_id": self.department_id.id,
                    "doctor_id": self.doctor_id.id,
                    "number_type_id": self.number_type_id.id,
                    "room": self.room,
                    "kind": "adhoc",
                    "state": "released",
                    "release_at": clock._now(),
                    "starts_at": starts_at,
                    "ends_at": ends_at,
                }
            )
        )
        self.env["hospital.slot"]._run("spread", session.id, self.capacity)
        return session.with_env(self.env)
