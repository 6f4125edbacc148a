from odoo import fields, models


class HospitalSessionExtra(models.TransientModel):
    _name = "hospital.session.extra"
    _description = "Extra numbers"

    session_id = fields.Many2one("hospital.session", required=True)
    direction = fields.Selection(
        [("add", "Add numbers"), ("withdraw", "Withdraw free numbers")],
        "What",
        required=True,
        default="add",
    )
    count = fields.Integer("Numbers", required=True, default=1)
    reason = fields.Char(required=True)

    def action_add(self):
        """Add the numbers to the session, or withdraw as many free ones."""
        self.ensure_one()
        if self.direction == "withdraw":
            self.session_id._withdraw_numbers(self.count, self.reason)
        else:
            self.session_id._add_numbers(self.count, self.reason)
