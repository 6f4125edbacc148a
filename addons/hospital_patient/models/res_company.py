from odoo import api, fields, models

from .hospital_account_member import HARD_MEMBER_LIMIT


class ResCompany(models.Model):
    _inherit = "res.company"

    hospital_member_limit = fields.Integer("People per phone account", required=True, default=5)
    hospital_code_phone_limit = fields.Integer(
        "Phone codes per phone and day", required=True, default=10
    )
    hospital_code_ip_limit = fields.Integer(
        "Phone codes per address and day", required=True, default=200
    )
    hospital_code_device_limit = fields.Integer(
        "Phone codes per device and day", required=True, default=20
    )
    hospital_device_account_limit = fields.Integer(
        "Accounts opened per device and day", required=True, default=3
    )
    hospital_account_patient_limit = fields.Integer(
        "People booked per account in 30 days",
        required=True,
        default=8,
        help="Different people; more looks like a tout.",
    )
    hospital_account_daily_limit = fields.Integer(
        "People booked per account and day", required=True, default=5
    )
    hospital_identity_driver = fields.Selection(
        selection="_selection_hospital_identity_driver",
        string="Real-name verification",
        required=True,
        default="none",
    )

    _hospital_member_limit_in_range = models.Constraint(
        f"CHECK (hospital_member_limit BETWEEN 1 AND {HARD_MEMBER_LIMIT})",
        f"A phone account has between 1 and {HARD_MEMBER_LIMIT} people.",
    )
    _hospital_limits_in_range = models.Constraint(
        "CHECK (hospital_code_phone_limit BETWEEN 1 AND 100"
        " AND hospital_code_ip_limit BETWEEN 1 AND 100000"
        " AND hospital_code_device_limit BETWEEN 1 AND 1000"
        " AND hospital_device_account_limit BETWEEN 1 AND 1000"
        " AND hospital_account_patient_limit BETWEEN 1 AND 1000"
        " AND hospital_account_daily_limit BETWEEN 1 AND 1000)",
        "Each limit is at least 1: nobody could book with less. Phone codes per phone end at 100, "
        "per device and the limits of accounts at 1,000, per address at 100,000.",
    )

    @api.model
    def _selection_hospital_identity_driver(self):
        """Services to choose from; a driver addon adds its own."""
        return [
            ("none", self.env._("None: seen at the window")),
            ("sandbox", self.env._("Sandbox: answers by the number")),
        ]
