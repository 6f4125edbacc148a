from odoo import api, fields, models


class HospitalProcessing(models.Model):
    """Register of what personal data are processed for (Personal Information Protection Law)."""

    _name = "hospital.processing"
    _inherit = ["hospital.retention.mixin"]
    _description = "Processing of personal data"
    _order = "name"

    name = fields.Char(required=True)
    purpose = fields.Text(required=True)
    legal_basis = fields.Selection(
        [
            ("consent", "Consent"),
            ("contract", "Contract"),
            ("statutory", "Statutory duty"),
            ("emergency", "Emergency"),
        ],
        required=True,
    )
    data_kinds = fields.Text("Kinds of data", required=True)
    recipients = fields.Text()
    started_on = fields.Date(required=True, default=fields.Date.context_today)
    ended_on = fields.Date()
    retention_until = fields.Date(compute="_compute_retention_until", store=True, copy=False)
    pia_ids = fields.One2many("hospital.pia", "processing_id", "Impact assessments")

    _ends_after_start = models.Constraint(
        "CHECK (ended_on >= started_on)", "Processing ends after it has begun."
    )

    @api.depends("ended_on")
    def _compute_retention_until(self):
        Rule = self.env["hospital.retention.rule"]
        for record in self:
            record.retention_until = record.ended_on and Rule._until("processing", record.ended_on)
