import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.addons.hospital_base.own_transaction import own_transaction
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import SQL

DIGITS = 6
LIFE_SECONDS = 300
MAX_TRIES = 5
PAUSE_SECONDS = 60
#: Codes that this HTTP request proved and their phones, in its environ.
PROVED = "hospital.proved_codes"


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

        The code is on file, committed, before the gateway is called: requests that
        arrive together see each other, and none waits for another's gateway.

        :raise UserError: when codes are asked for too often, or none could be sent.
        """
        phone = self.env["hospital.patient"]._checked_phone(phone)
        hashes = {
            "phone_hash": crypto.keyed_hash(phone, "phone"),
            "ip_hash": crypto.keyed_hash(ip, "ip") or False,
            "device_hash": crypto.keyed_hash(device, "device") or False,
        }
        code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
        with own_transaction(self.env) as env:
            Codes = env[self._name].sudo()
            Codes._wait_for_turn(hashes)
            exceeded = Codes._exceeded_limit(hashes)
            code_id = None if exceeded else Codes._store(hashes, purpose, code).id
        if exceeded:
            self._refuse(exceeded)
        text = self.env._("Your code is %s. It works for 5 minutes. Tell it to nobody.", code)
        if self.env["hospital.sms"]._send(phone, text, "code").status == "refused":
            with own_transaction(self.env) as env:
                env[self._name].sudo().browse(code_id).unlink()
            raise UserError(
                self.env._("The text message could not be sent. Check the number or try later.")
            )

    def _wait_for_turn(self, hashes):
        """Let requests of one phone, address or device count one after the other."""
        for key in sorted(filter(None, hashes.values())):
            self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])

    def _store(self, hashes, purpose, code):
        """Put the code on file in place of the one before."""
        now = fields.Datetime.now()
        self.search(
            [
                ("phone_hash", "=", hashes["phone_hash"]),
                ("purpose", "=", purpose),
                ("consumed", "=", False),
            ]
        ).consumed = True
        self.flush_model(["consumed"])
        return self.create(
            {
                **hashes,
                "purpose": purpose,
                "code_hash": self._code_hash(hashes["phone_hash"], purpose, code),
                "sent_at": now,
                "expires_at": now + timedelta(seconds=LIFE_SECONDS),
            }
        )

    def _exceeded_limit(self, hashes):
        """Return which limit is reached: ``pause``, a column, or None.

        Per phone a minute and a day, per address and device a day.
        """
        company = self.env.company
        now = fields.Datetime.now()
        if self._sent_since("phone_hash", hashes, now - timedelta(seconds=PAUSE_SECONDS)):
            return "pause"
        limits = (
            ("phone_hash", company.hospital_code_phone_limit),
            ("ip_hash", company.hospital_code_ip_limit),
            ("device_hash", company.hospital_code_device_limit),
        )
        for column, limit in limits:
            if self._sent_since(column, hashes, now - timedelta(days=1)) >= limit:
                return column
        return None

    def _refuse(self, exceeded):
        if exceeded == "pause":
            raise UserError(
                self.env._("A code was just sent. Wait a minute before you ask for another.")
            )
        self.env["hospital.risk.event"]._record("code_limit", detail=exceeded)
        raise UserError(
            self.env._("Too many codes were sent today. Try again tomorrow or ask the desk.")
        )

    def _sent_since(self, column, hashes, moment):
        if not hashes[column]:
            return 0
        # strictly after: 60 seconds later the next code may go out
        return self.search_count([(column, "=", hashes[column]), ("sent_at", ">", moment)])

    @api.model
    def _code_hash(self, phone_hash, purpose, code):
        return crypto.keyed_hash(f"{phone_hash}|{purpose}|{code}", "phone.code")

    @api.model
    def _verify(self, phone, purpose, code):
        """Use up the code; each call costs a try, right or wrong.

        One guarded UPDATE counts the try and uses the code up, committed at once: a
        request that fails later or is run again by Odoo gives no try back, and a try
        that waits for another one is never lost to a serialization failure.

        :return: True once for the right code, else False.
        """
        phone_hash = crypto.keyed_hash(phone, "phone")
        given = self._code_hash(phone_hash, purpose, (code or "").strip())
        # Odoo runs a request again after a serialization failure: it has proved itself
        proved = request.httprequest.environ.setdefault(PROVED, {}) if request else {}
        if given in proved:
            return True
        with own_transaction(self.env) as env:
            rows = env.execute_query(
                SQL(
                    """
                    UPDATE hospital_phone_code
                       SET tries = tries + 1, consumed = (code_hash = %(given)s)
                     WHERE phone_hash = %(phone)s AND purpose = %(purpose)s
                       AND NOT consumed AND expires_at > %(now)s AND tries < %(tries)s
                    RETURNING consumed
                    """,
                    phone=phone_hash,
                    purpose=purpose,
                    given=given,
                    now=fields.Datetime.now(),
                    tries=MAX_TRIES,
                )
            )
        self.invalidate_model(flush=False)
        if not rows or not rows[0][0]:
            return False
        proved[given] = phone_hash
        return True

    @api.model
    def _proved_phones(self):
        """Return the keyed hashes of the phones that this request has proved by code."""
        return set(request.httprequest.environ.get(PROVED, {}).values()) if request else set()

    @api.autovacuum
    def _gc_old_codes(self):
        self.sudo().search([("sent_at", "<", fields.Datetime.now() - timedelta(days=2))]).unlink()
