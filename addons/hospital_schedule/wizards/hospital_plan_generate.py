from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import ValidationError


class HospitalPlanGenerate(models.TransientModel):
    _name = "hospital.plan.generate"
    _description = "Generate sessions"

    date_from = fields.Date(required=True, default=lambda self: self.env["hospital.clock"]._today())
    date_to = fields.Date(
        required=True,
        default=lambda self: self.env["hospital.clock"]._today()
        + timedelta(days=self.env.company.hospital_generate_days),
    )
    department_ids = fields.Many2many("hospital.department", help="Empty: all departments.")

    def action_generate(self):
        """Generate the range and say how many sessions were added."""
        self.ensure_one()
        self.env["hospital.session"]._check_office()
        if not 0 <= (self.date_to - self.date_from).days <= 180:
            raise ValidationError(self.env._("Generate a range of up to 180 days."))
        departments = self.department_ids or self.env["hospital.department"].search([])
        added = self.env["hospital.plan"]._generate(self.date_from, self.date_to, departments.ids)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("%s sessions added.", added),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
