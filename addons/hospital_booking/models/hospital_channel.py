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
    has_key = fields.Boolean("Key issued", compute="_compute_has_key", compute_sudo=True)
    requests_per_minute = fields.Integer(
        required=True, default=600, help="Requests above this are refused until the next minute."
    )
    allow_same_day = fields.Boolean(default=True)
    allow_advance = fields.Boolean(default=True)
    may_hold = fields.Boolean("May book", default=True)
    may_cancel = fields.Boolean(default=True)
    may_checkin = fields.Boolean("May check in", default=True)
    active = fields.Boolean(default=True)
    rule_ids = fields.One2many("hospital.channel.rule", "channel_id", "Quotas")

    _code_once = models.Constraint("unique (code)", "This channel exists already.")
    _key_once = models.UniqueIndex(
        "(api_key_hash) WHERE api_key_hash IS NOT NULL", "This key belongs to another channel."
    )
    _requests_in_range = models.Constraint(
        "CHECK (requests_per_minute BETWEEN 1 AND 100000)",
        "A channel may send 1 to 100,000 requests a minute.",
    )

    @api.depends("api_key_hash")
    def _compute_has_key(self):
        for channel in self:
            channel.has_key = bool(channel.api_key_hash)

    @api.model
    def _check_desk(self):
        """Refuse everyone but the desk and the office.

        :raise AccessError: for other users.
        """
        if not self.env.user.has_groups(
            "hospital_base.group_triage_desk,hospital_base.group_outpatient_office"
        ):
            raise AccessError(self.env._("Only the triage desk and the office may do this."))

    @api.model
    def _window(self):
        """Return the channel of desk and window, as the system."""
        return self.sudo().search([("code", "=", "window")], limit=1)

    def _check_right(self, name):
        """Refuse what the channel may not do (``may_cancel`` or ``may_checkin``).

        :raise UserError: with what to do instead.
        """
        if not all(self.sudo().mapped(name)):
            raise UserError(self.env._("This cannot be done here. Ask at the window."))

    @api.model
    def _check_key_keeper(self):
        """Keys are made by who connects the channel; its rights are the administrator's.

        :raise AccessError: for other users.
        """
        if not self.env.su and not self.env.user.has_groups(
            "hospital_base.group_admin,hospital_base.group_integration"
        ):
            raise AccessError(self.env._("Only the administrator and integration make keys."))

    def _new_key(self):
        """Return a new API key; only its hash is kept."""
        self.ensure_one()
        self._check_key_keeper()
        key = secrets.token_urlsafe(32)
        self.sudo().api_key_hash = crypto.keyed_hash(key, "channel")
        return key

    def action_new_key(self):
        """Make a key, which ends the old one, and show it this one time."""
        key = self._new_key()
        self.env["hospital.audit.log"]._record(
            "write", self, field_names=["api_key_hash"], reason="key issued"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Key of %s: copy it now, it is not shown again", self.name),
                "message": key,
                "type": "warning",
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_revoke_key(self):
        """End the key at once; the channel's requests are refused from now on."""
        self._check_key_keeper()
        self.sudo().api_key_hash = False
        self.env["hospital.audit.log"]._record(
            "write", self, field_names=["api_key_hash"], reason="key revoked"
        )
