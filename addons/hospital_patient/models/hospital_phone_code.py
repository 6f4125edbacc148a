import hashlib
import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.exceptions import UserError
from odoo.tools import SQL

DIGITS = 6
LIFE_SECONDS = 300
MAX_TRIES = 5
PAUSE_SECONDS = 60


class HospitalPhoneCode(models.Model):
    """One-time codes by text message: six digits, five minutes, five tries."""

    _name = "hospital.phone.code"
    _description = "Phone code"
    _order = "id desc"
    _rec_name = "purpose"

    phone_hash = fields.Char(required=True, readonly=True)
    purpose = fields.Char(required=True, readonly=True)
    code_hash = fields.Char(required=True, readonly=True)
    ip_hash = fields.Char(readonly=True)
    device_hash = fields.Char(readonly=True)
    sent_at = fields.Datetime(required=True, readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    tries = fields.Integer(readonly=True, required=True, default=0)
    consumed = fields.Boolean(readonly=True, required=True, default=False)

    _one_live_code = models.UniqueIndex(
        "(phone_hash, purpose) WHERE NOT consumed", "A code was just sent. Wait a minute."
    )
    _phone_idx = models.Index("(phone_hash, sent_at)")
    _ip_idx = models.Index("(ip_hash, sent_at)")
    _device_idx = models.Index("(device_hash, sent_at)")
    _tries_bounded = models.Constraint(
        f"CHECK (tries BETWEEN 0 AND {MAX_TRIES})", "A code has five tries."
    )

    @api.model
    def _request(self, phone, purpose, ip="", device=""):
        """Send a fresh code to ``phone``; older codes of the purpose stop working.

        :raise UserError: when codes are asked for too often, or none could be sent.
        """
        phone = self.env["hospital.patient"]._checked_phone(phone)
        hashes = {
            "phone_hash": crypto.keyed_hash(phone, "phone"),
            "ip_hash": crypto.keyed_hash(ip, "ip") or False,
            "device_hash": crypto.keyed_hash(device, "device") or False,
        }
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [hashes["phone_hash"]]
        )
        self._check_frequency(hashes)
        code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
        now = fields.Datetime.now()
        Codes = self.sudo()
        Codes.search(
            [
                ("phone_hash", "=", hashes["phone_hash"]),
                ("purpose", "=", purpose),
                ("consumed", "=", False),
            ]
        ).consumed = True
        Codes.flush_model(["consumed"])
        Codes.create(
            {
                **hashes,
                "purpose": purpose,
                "code_hash": self._code_hash(hashes["phone_hash"], purpose, code),
                "sent_at": now,
                "expires_at": now + timedelta(seconds=LIFE_SECONDS),
            }
        )
        text = self.env._("Your code is %s. It works for 5 minutes. Tell it to nobody.", code)
        if self.env["hospital.sms"]._send(phone, text, "code").status == "refused":
            raise UserError(
                self.env._("The text message could not be sent. Check the number or try later.")
            )

    def _check_frequency(self, hashes):
        """Refuse bursts: per phone a minute and a day, per address and device a day."""
        company = self.env.company.sudo()
        now = fields.Datetime.now()
        if self._sent_since("phone_hash", hashes, now - timedelta(seconds=PAUSE_SECONDS)):
            raise UserError(
                self.env._("A code was just sent. Wait a minute before you ask for another.")
            )
        limits = (
            ("phone_hash", company.hospital_code_phone_limit),
            ("ip_hash", company.hospital_code_ip_limit),
            ("device_hash", company.hospital_code_device_limit),
        )
        for column, limit in limits:
            if self._sent_since(column, hashes, now - timedelta(days=1)) >= limit:
                self.env["hospital.risk.event"]._record("code_limit", detail=column)
                raise UserError(
                    self.env._(
                        "Too many codes were sent today. Try again tomorrow or ask the desk."
                    )
                )

    def _sent_since(self, column, hashes, moment):
        if not hashes[column]:
            return 0
        # strictly after: 60 seconds later the next code may go out
        return self.sudo().search_count([(column, "=", hashes[column]), ("sent_at", ">", moment)])

    @api.model
    def _code_hash(self, phone_hash, purpose, code):
        return crypto.keyed_hash(f"{phone_hash}|{purpose}|{code}", "phone.code")

    @api.model
    def _verify(self, phone, purpose, code):
        """Use up the code; each call costs a try, right or wrong.

        One guarded UPDATE counts the try before anything is compared, so requests
        that arrive together cannot share one.

        :return: True once for the right code, else False.
        """
        phone_hash = crypto.keyed_hash(phone, "phone")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE hospital_phone_code SET tries = tries + 1
                 WHERE id = (SELECT id FROM hospital_phone_code
                              WHERE phone_hash = %(phone)s AND purpose = %(purpose)s
                                AND NOT coalesce(consumed, false)
                              ORDER BY id DESC LIMIT 1)
                   AND NOT coalesce(consumed, false) AND expires_at > %(now)s
                   AND coalesce(tries, 0) < %(tries)s
                RETURNING id, code_hash
                """,
                phone=phone_hash,
                purpose=purpose,
                now=fields.Datetime.now(),
                tries=MAX_TRIES,
            )
        )
        self.invalidate_model()
        given = self._code_hash(phone_hash, purpose, (code or "").strip())
        stored = rows[0][1] if rows else hashlib.sha256(b"nothing").hexdigest()
        if not hmac.compare_digest(given, stored):
            return False
        self.sudo().browse(rows[0][0]).consumed = True
        return True

    @api.autovacuum
    def _gc_old_codes(self):
        self.sudo().search(
            [("sent_at", "<", fields.Datetime.now() - timedelta(days=2))]
        ).unlink()
