from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    hospital_request_days = fields.Integer(
        related="company_id.hospital_request_days", readonly=False
    )
