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

    @api.model
    def _check_booking(self, account, patient, device=""):
        """Note that ``account`` books for ``patient``, unless it books for too many people.

        Different people count, not bookings: per day and per 30 days, settings of
        the company.

        :raise UserError: with what to do; the refusal is in the log when the caller
            lets the transaction commit.
        """
        company = self.env.company.sudo()
        now = fields.Datetime.now()
        for days, limit in (
            (1, company.hospital_account_daily_limit),
            (30, company.hospital_account_patient_limit),
        ):
            people = self._people_booked(account, now - timedelta(days=days))
            if len(people | patient) > limit:
                self._record("booking_limit", account, patient, device=device, detail=str(days))
                raise UserError(
                    self.env._(
                        "This phone has booked for too many different people. Ask the desk for help."
                    )
                )
        self._record("booking", account, patient, device=device)

    @api.model
    def _people_booked(self, account, since):
        """Return the patients for whom ``account`` booked after ``since`` (UTC)."""
        return self.sudo().search(
            [("account_id", "=", account.id), ("kind", "=", "booking"), ("at", ">", since)]
        ).patient_id
