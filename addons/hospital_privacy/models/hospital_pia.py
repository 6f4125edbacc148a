from odoo import api, fields, models


class HospitalPia(models.Model):
    """Personal information protection impact assessment (arts. 55 and 56)."""

    _name = "hospital.pia"
    _inherit = ["hospital.retention.mixin"]
    _description = "Impact assessment"
    _order = "assessed_on desc, id desc"

    name = fields.Char(required=True)
    processing_id = fields.Many2one(
        "hospital.processing", required=True, index=True, ondelete="restrict"
    )
    assessed_on = fields.Date(required=True, default=fields.Date.context_today)
    assessor_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    legality = fields.Text(
        "Purpose and manner", required=True, help="Lawful, legitimate and necessary?"
    )
    risk = fields.Text("Impact and risk", required=True)
    measures = fields.Text(required=True, help="Lawful, effective and fit for the risk?")
    conclusion = fields.Selection(
        [("accept", "Acceptable"), ("improve", "Acceptable after changes"), ("stop", "Stop")],
        required=True,
        default="accept",
    )
    retention_until = fields.Date(compute="_compute_retention_until", store=True, copy=False)

    @api.depends("assessed_on")
    def _compute_retention_until(self):
        Rule = self.env["hospital.retention.rule"]
        for record in self:
            record.retention_until = record.assessed_on and Rule._until("pia", record.assessed_on)
