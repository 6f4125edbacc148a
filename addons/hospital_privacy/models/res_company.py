from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    hospital_request_days = fields.Integer(
        "Answer requests within (working days)", required=True, default=15
    )

    _hospital_request_days_in_range = models.Constraint(
        "CHECK (hospital_request_days BETWEEN 1 AND 30)",
        "Requests about personal data are answered within 1 to 30 working days.",
    )

    @api.model
    def _cron_purge_audit(self):
        """Delete audit rows older than the longest period that a hospital has set (days)."""
        keep_days = max(self.search([]).mapped("hospital_audit_keep_days"))
        self.env["hospital.audit.log"]._purge(keep_days)
