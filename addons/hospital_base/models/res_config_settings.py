from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    hospital_tz = fields.Selection(related="company_id.hospital_tz", readonly=False)
    hospital_horizon_days = fields.Integer(
        related="company_id.hospital_horizon_days", readonly=False
    )
    hospital_sms_driver = fields.Selection(
        related="company_id.hospital_sms_driver", readonly=False
    )
    hospital_audit_keep_days = fields.Integer(
        related="company_id.hospital_audit_keep_days", readonly=False
    )
