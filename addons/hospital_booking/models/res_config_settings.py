from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    hospital_hold_minutes = fields.Integer(
        related="company_id.hospital_hold_minutes", readonly=False
    )
    hospital_day_limit = fields.Integer(related="company_id.hospital_day_limit", readonly=False)
    hospital_cancel_hours = fields.Integer(
        related="company_id.hospital_cancel_hours", readonly=False
    )
    hospital_cancel_limit = fields.Integer(
        related="company_id.hospital_cancel_limit", readonly=False
    )
    hospital_cancel_days = fields.Integer(related="company_id.hospital_cancel_days", readonly=False)
    hospital_move_limit = fields.Integer(related="company_id.hospital_move_limit", readonly=False)
    hospital_late_minutes = fields.Integer(
        related="company_id.hospital_late_minutes", readonly=False
    )
    hospital_walkin_extra = fields.Boolean(
        related="company_id.hospital_walkin_extra", readonly=False
    )
    hospital_no_show_minutes = fields.Integer(
        related="company_id.hospital_no_show_minutes", readonly=False
    )
    hospital_offer_minutes = fields.Integer(
        related="company_id.hospital_offer_minutes", readonly=False
    )
    hospital_reminder_hour = fields.Integer(
        related="company_id.hospital_reminder_hour", readonly=False
    )
