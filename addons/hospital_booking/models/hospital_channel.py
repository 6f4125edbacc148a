import secrets

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.exceptions import AccessError, UserError

CODES = [
    ("wechat", "WeChat"),
    ("window", "Window"),
    ("clinic", "Clinic"),
    ("phone", "Phone"),
    ("kiosk", "Kiosk"),
    ("province", "Provincial platform"),
    ("city", "City platform"),
]


class HospitalChannel(models.Model):
    _name = "hospital.channel"
    _description = "Booking channel"
    _order = "id"

    code = fields.Selection(CODES, required=True)
    name = fields.Char(required=True, translate=True)
    api_key_hash = fields.Char(copy=False, groups="base.group_system", readonly=True)
    allow_same_day = fields.Boolean(default=True)
    allow_advance = fields.Boolean(default=True)
    may_hold = fields.Boolean("May book", default=True)
    may_cancel = fields.Boolean(default=True)
    may_checkin = fields.Boolean("May check in", default=True)
    active = fields.Boolean(default=True)
    rule_ids = fields.One2many("hospital.channel.rule", "channel_id", "Quotas")

    _code_once = models.Constraint("unique (code)", "This channel exists already.")

    @api.model
    def _check_desk(self):
        """Refuse everyone but the desk and the office.

        :raise AccessError: for other users.
        """
        if not self.env.user.has_groups(
            "hospital_base.group_triage_desk,hospital_base.group_outpatient_office"
        ):
            raise AccessError(self.env._("Only the triage desk and the office may do this."))

    def _check_right(self, name):
        """Refuse what the channel may not do (``may_cancel`` or ``may_checkin``).

        :raise UserError: with what to do instead.
        """
        if not all(self.sudo().mapped(name)):
            raise UserError(self.env._("This cannot be done here. Ask at the window."))

    def _new_key(self):
        """Return a new API key; only its hash is kept."""
        self.ensure_one()
        self.check_access("write")
        key = secrets.token_urlsafe(32)
        self.sudo().api_key_hash = crypto.keyed_hash(key, "channel")
        return key
