import secrets
from datetime import timedelta

from odoo import api, fields, models

from ..fields_encrypted import EncryptedChar
from .hospital_sms import SmsResult

KEEP_HOURS = 24


class HospitalSmsSandbox(models.Model):
    """Text messages of a hospital without a gateway: kept here instead of sent."""

    _name = "hospital.sms.sandbox"
    _inherit = ["hospital.encrypted.mixin"]
    _description = "Sandbox text message"
    _order = "id desc"
    _rec_name = "reference"

    phone = EncryptedChar(required=True, hash_field="phone_hash", domain="phone", readonly=True)
    phone_hash = fields.Char(index=True, readonly=True, groups="base.group_system")
    body = EncryptedChar(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    reference = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", index=True, readonly=True, default=lambda self: self.env.company
    )

    @api.model
    def _deliver(self, phone, text, kind):
        """Keep the message; the driver ``sandbox`` of :class:`HospitalSms`."""
        message = self.sudo().create(
            {"phone": phone, "body": text, "kind": kind, "reference": secrets.token_hex(8)}
        )
        return SmsResult("sent", message.reference)

    @api.model
    def _query(self, reference):
        found = self.sudo().search_count([("reference", "=", reference)], limit=1)
        return SmsResult("sent" if found else "refused", reference)

    @api.model
    def _last_text(self, phone):
        """Return the newest text to ``phone``, or ``""``."""
        return self.sudo().search([("phone", "=", phone)], limit=1).body or ""

    @api.autovacuum
    def _gc_old_messages(self):
        limit = fields.Datetime.now() - timedelta(hours=KEEP_HOURS)
        self.sudo().search([("create_date", "<", limit)]).unlink()
