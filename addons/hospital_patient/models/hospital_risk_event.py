from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.exceptions import UserError
from odoo.tools import SQL

KINDS = [
    ("wrong_code", "Wrong phone code"),
    ("code_limit", "Too many phone codes"),
    ("account_opened", "Account opened"),
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
    device_day = fields.Date(readonly=True, help="Local day on which the device opened an account.")
    device_ordinal = fields.Integer(readonly=True, help="The how-manieth account of that day.")

    _device_idx = models.Index("(device_hash, kind, at)")
    _one_account_per_device_ordinal = models.UniqueIndex(
        "(device_hash, device_day, device_ordinal) WHERE device_day IS NOT NULL",
        "Another account was opened at the same moment: try again.",
    )
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
    def _record_account(self, account, device):
        """Write down a new account; the row's ordinal holds the limit per device and day.

        :raise UserError: when the device opened too many accounts today.
        """
        if not device:
            return self._record("account_opened", account=account)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO hospital_risk_event
                    (kind, account_id, device_hash, at, device_day, device_ordinal)
                SELECT 'account_opened', %(account)s, %(device)s, %(now)s, %(day)s, free.n
                  FROM generate_series(1, %(limit)s) AS free(n)
                 WHERE NOT EXISTS (SELECT 1 FROM hospital_risk_event
                                    WHERE device_hash = %(device)s AND device_day = %(day)s
                                      AND device_ordinal = free.n)
                 ORDER BY free.n LIMIT 1
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                account=account.id,
                device=crypto.keyed_hash(device, "device"),
                now=fields.Datetime.now(),
                day=self.env["hospital.clock"]._today(),
                limit=self.env.company.sudo().hospital_device_account_limit,
            )
        )
        if not rows:
            raise UserError(
                self.env._(
                    "Too many accounts were opened on this phone today. Ask the desk for help."
                )
            )
        return self.sudo().browse(rows[0][0])
