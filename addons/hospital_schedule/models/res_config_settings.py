from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    hospital_release_hour = fields.Float(related="company_id.hospital_release_hour", readonly=False)
    hospital_generate_days = fields.Integer(
        related="company_id.hospital_generate_days", readonly=False
    )
