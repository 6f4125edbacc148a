from datetime import timedelta

from odoo import api, fields, models


class HospitalMlps(models.Model):
    """Filing of one hospital under the Multi-Level Protection Scheme."""

    _name = "hospital.mlps"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "MLPS filing"
    _rec_name = "system_name"

    system_name = fields.Char("System", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    level = fields.Selection(
        [("1", "Level 1"), ("2", "Level 2"), ("3", "Level 3"), ("4", "Level 4")],
        required=True,
        default="3",
    )
    filing_number = fields.Char()
    responsible_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user)
    last_assessment_on = fields.Date("Last assessment")
    next_assessment_on = fields.Date("Next assessment", required=True)
    remind_days = fields.Integer("Remind (days before)", required=True, default=60)

    _remind_in_time = models.Constraint(
        "CHECK (remind_days >= 0)", "The reminder comes before the assessment."
    )
    _next_after_last = models.Constraint(
        "CHECK (next_assessment_on > last_assessment_on)",
        "The next assessment comes after the last.",
    )

    @api.model
    def _cron_remind(self):
        """Give the responsible person a task when an assessment comes near, once."""
        today = self.env["hospital.clock"]._today()
        for filing in self.search([]):
            near = filing.next_assessment_on - timedelta(days=filing.remind_days) <= today
            if near and not filing.activity_ids:
                filing.activity_schedule(
                    "mail.mail_activity_data_todo",
                    filing.next_assessment_on,
                    self.env._("Prepare the MLPS assessment of %s", filing.system_name),
                    user_id=filing.responsible_id.id,
                )
