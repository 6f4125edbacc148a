from odoo import fields, models

from .res_users_second_factor import configured_rule


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    hospital_tz = fields.Selection(related="company_id.hospital_tz", readonly=False)
    hospital_horizon_days = fields.Integer(
        related="company_id.hospital_horizon_days", readonly=False
    )
    hospital_sms_driver = fields.Selection(
        related="company_id.hospital_sms_driver", readonly=False
    )
    hospital_second_factor = fields.Selection(
        selection=lambda self: self.env["res.users"]._selection_second_factor(),
        string="Second factor required for",
        default=lambda self: configured_rule(),
        config_parameter="hospital.second_factor",
    )
    hospital_idle_minutes = fields.Integer(
        "Sign staff out after (minutes)", default=30, config_parameter="hospital.idle_minutes"
    )
    hospital_audit_keep_days = fields.Integer(
        related="company_id.hospital_audit_keep_days", readonly=False
    )
