from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get

from .hospital_audit_log import MINIMUM_DAYS


class ResCompany(models.Model):
    _inherit = "res.company"

    hospital_tz = fields.Selection(
        _tz_get, "Hospital time zone", required=True, default="Asia/Shanghai"
    )
    hospital_horizon_days = fields.Integer(
        "Booking horizon (days)",
        required=True,
        default=7,
        help="How many days ahead patients can book, where a department says nothing else.",
    )
    hospital_sms_driver = fields.Selection(
        selection="_selection_hospital_sms_driver",
        string="Text message gateway",
        required=True,
        default="sandbox",
    )
    hospital_audit_keep_days = fields.Integer(
        "Keep audit rows (days)", required=True, default=1095
    )

    _hospital_horizon_in_range = models.Constraint(
        "CHECK (hospital_horizon_days BETWEEN 1 AND 90)",
        "The booking horizon is between 1 and 90 days.",
    )
    _hospital_audit_kept_long_enough = models.Constraint(
        f"CHECK (hospital_audit_keep_days >= {MINIMUM_DAYS})",
        "The law wants access logs kept for six months: choose at least 190 days.",
    )

    @api.model
    def _selection_hospital_sms_driver(self):
        """Gateways to choose from; a gateway addon adds its own."""
        return [
            ("none", self.env._("None")),
            ("sandbox", self.env._("Sandbox (keeps messages, sends none)")),
        ]
