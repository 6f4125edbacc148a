from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.exceptions import UserError

KINDS = [
    ("wrong_code", "Wrong phone code"),
    ("code_limit", "Too many phone codes"),
    ("account_opened", "Account opened"),
    ("booking", "Booking by an account"),
    ("device_limit", "Too many accounts on one device"),
    ("booking_limit", "Too many people booked by one account"),
    ("identity_mismatch", "Name and document do not match"),
]


class HospitalRiskEvent(models.Model):
    """What touts do: the log behind the limits (R1.5)."""

    _name = "hospital.risk.event"
    _description = "Risk event"
    _order = "at desc, id desc"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    account_id = fields.Many2one("hospital.account", readonly=True, index=True)
    patient_id = fields.Many2one("hospital.patient", readonly=True, index=True)
    ip_hash = fields.Char(readonly=True)
    device_hash = fields.Char(readonly=True)
    detail = fields.Char(readonly=True)
    at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _device_idx = models.Index("(device_hash, kind, at)")
    _account_kind_idx = models.Index("(account_id, kind, at)")

    @api.model
    def _record(self, kind, account=None, patient=None, ip="", device="", detail=""):
        """Write one event; address and device are kept as keyed hashes only."""
        return self.sudo().create(
            {
                "kind": kind,
                "account_id": account.id if account else False,
                "patient_id": patient.id if patient else False,
                "ip_hash": crypto.keyed_hash(ip, "ip") or False,
                "device_hash": crypto.keyed_hash(device, "device") or False,
                "detail": detail,
            }
        )

    @api.model
    def _check_device(self, device):
        """Refuse a new account when the device opened too many within a day.

        :raise UserError: with what to do.
        """
        if not device:
            return
        opened = self.sudo().search_count(
            [
                ("device_hash", "=", crypto.keyed_hash(device, "device")),
                ("kind", "=", "account_opened"),
                ("at", ">", fields.Datetime.now() - timedelta(days=1)),
            ]
        )
        if opened >= self.env.company.sudo().hospital_device_account_limit:
            self._record("device_limit", device=device)
            raise UserError(
                self.env._(
                    "Too many accounts were opened on this phone today. Ask the desk for help."
                )
            )
