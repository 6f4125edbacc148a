from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    hospital_member_limit = fields.Integer(
        related="company_id.hospital_member_limit", readonly=False
    )
    hospital_code_phone_limit = fields.Integer(
        related="company_id.hospital_code_phone_limit", readonly=False
    )
    hospital_code_ip_limit = fields.Integer(
        related="company_id.hospital_code_ip_limit", readonly=False
    )
    hospital_code_device_limit = fields.Integer(
        related="company_id.hospital_code_device_limit", readonly=False
    )
    hospital_device_account_limit = fields.Integer(
        related="company_id.hospital_device_account_limit", readonly=False
    )
    hospital_account_daily_limit = fields.Integer(
        related="company_id.hospital_account_daily_limit", readonly=False
    )
    hospital_account_patient_limit = fields.Integer(
        related="company_id.hospital_account_patient_limit", readonly=False
    )
    hospital_identity_driver = fields.Selection(
        related="company_id.hospital_identity_driver", readonly=False
    )
