import secrets

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.addons.hospital_base.fields_encrypted import EncryptedChar
from odoo.addons.hospital_base.masking import mask_phone
from odoo.exceptions import UserError
from odoo.tools import SQL


class HospitalAccount(models.Model):
    """Somebody's phone: one sign-in, several patients (R1.5).

    The portal user behind it has no password, no mail and a random login.
    """

    _name = "hospital.account"
    _inherit = ["hospital.encrypted.mixin"]
    _description = "Phone account"
    _order = "id desc"
    _rec_names_search = ["find_phone"]

    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="restrict", readonly=True
    )
    phone = EncryptedChar(
        required=True,
        hash_field="phone_hash",
        last4_field="phone_last4",
        domain="phone",
        groups="hospital_base.group_export_personal",
    )
    phone_hash = fields.Char(copy=False, groups="base.group_system")
    phone_last4 = fields.Char(copy=False, groups="hospital_base.group_staff")
    masked_phone = fields.Char("Phone (masked)", compute="_compute_masked_phone", compute_sudo=True)
    elder_mode = fields.Boolean("Elder mode")
    lang = fields.Selection(
        [("zh_CN", "Chinese"), ("en_US", "English")], required=True, default="zh_CN"
    )
    last_device_hash = fields.Char(groups="base.group_system")
    state = fields.Selection(
        [("active", "Active"), ("closed", "Closed")], required=True, default="active"
    )
    member_ids = fields.One2many("hospital.account.member", "account_id", "Patients")
    find_phone = fields.Char(
        "Phone or its last four digits", compute="_compute_find_phone", search="_search_find_phone"
    )

    _one_account_per_user = models.Constraint("unique (user_id)", "The user has an account.")
    _one_account_per_phone = models.UniqueIndex(
        "(phone_hash) WHERE state = 'active'", "This phone has an account already."
    )

    @api.depends("user_id")
    def _compute_display_name(self):
        for account in self:
            account.display_name = account.masked_phone or f"#{account.id}"

    def _compute_masked_phone(self):
        for account in self:
            account.masked_phone = mask_phone(account.phone)

    def _compute_find_phone(self):
        self.find_phone = False

    @api.model
    def _search_find_phone(self, operator, value):
        """The desk finds an account by the whole phone or its last four digits."""
        if operator not in ("ilike", "like", "=", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else [text for text in value if text]
        numbers = [crypto.normalise(text).replace("-", "").removeprefix("+86") for text in texts]
        hashes = [crypto.keyed_hash(number, "phone") for number in numbers]
        found = self.sudo()._search(
            ["|", ("phone_last4", "in", numbers), ("phone_hash", "in", hashes)]
        )
        return [("id", "in", found)]

    def _patients_concerned(self):
        return self.sudo().member_ids.patient_id

    @api.model
    def _current(self):
        """Return the account of the signed-in user, empty for staff and visitors."""
        if self.env.user._is_public():
            return self.browse()
        # with what every page asks it for: one query
        mine = [("user_id", "=", self.env.uid), ("state", "=", "active")]
        return self.search_fetch(mine, ["user_id", "elder_mode", "lang", "state"], limit=1)

    @api.model
    def _sign_in(self, phone, code, device="", ip=""):
        """Exchange a phone code for the portal user of that phone.

        The caller shows the sentence of the error and lets the transaction commit,
        so that the risk event stays.

        :raise UserError: when the code is wrong, used or late; nothing tells whether
            the phone is known.
        """
        phone = self.env["hospital.patient"]._checked_phone(phone)
        if not self.env["hospital.phone.code"]._verify(phone, "sign_in", code):
            self.env["hospital.risk.event"]._record("wrong_code", ip=ip, device=device)
            raise UserError(
                self.env._("The code is wrong or too old. Check it or ask for a new one.")
            )
        account_sudo = self.sudo()._by_phone(phone) or self.sudo()._open(phone, device)
        if device:
            account_sudo.last_device_hash = crypto.keyed_hash(device, "device")
        self.env["hospital.audit.log"]._record("login", account_sudo)
        return account_sudo.user_id

    @api.model
    def _by_phone(self, phone):
        return self.search(
            [
                ("phone_hash", "=", crypto.keyed_hash(phone, "phone")),
                ("state", "=", "active"),
            ],
            limit=1,
        )

    @api.model
    def _open(self, phone, device):
        """Create the account and its portal user, as superuser.

        :raise UserError: when too many accounts were opened on this device today.
        """
        Risks = self.env["hospital.risk.event"]
        try:
            with self.env.cr.savepoint():
                account = self._create_with_user(phone)
                Risks._record_account(account, device)
        except UserError:
            Risks._record("device_limit", device=device)
            raise
        return account

    def _create_with_user(self, phone):
        user = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": f"patient-{secrets.token_hex(4)}",
                    "login": f"phone-{secrets.token_urlsafe(12)}",
                    "group_ids": [fields.Command.set(self.env.ref("base.group_portal").ids)],
                    "lang": "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US",
                }
            )
        )
        return self.create({"user_id": user.id, "phone": phone})

    def _proved_phone_of(self, patient):
        """Tell whether this account has shown that it holds the phone on the patient's file."""
        proved = {self.sudo().phone_hash} | self.env["hospital.phone.code"]._proved_phones()
        return patient.sudo().phone_hash in proved

    def _set_elder_mode(self, enabled):
        """Keep the choice of larger type with the account."""
        self.check_access("read")
        self.sudo().elder_mode = enabled

    def _set_lang(self, code):
        """Keep the language for pages and messages (``zh_CN`` or ``en_US``)."""
        self.check_access("read")
        self.sudo().lang = code
        self.sudo().user_id.lang = code

    def _add_member(self, patient, relation="other"):
        """Put a patient into the family; the row's ordinal holds the limit in the database.

        :raise UserError: when the family is complete.
        """
        self.ensure_one()
        Member = self.env["hospital.account.member"].sudo()
        known = Member.search([("account_id", "=", self.id), ("patient_id", "=", patient.id)])
        if known:
            return known
        limit = self.sudo().user_id.company_id.hospital_member_limit
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO hospital_account_member
                    (account_id, patient_id, relation, ordinal, is_default, create_date, create_uid)
                SELECT %(account)s, %(patient)s, %(relation)s, free.n,
                       NOT EXISTS (SELECT 1 FROM hospital_account_member
                                    WHERE account_id = %(account)s AND is_default),
                       now() AT TIME ZONE 'utc', %(uid)s
                  FROM generate_series(1, %(limit)s) AS free(n)
                 WHERE NOT EXISTS (SELECT 1 FROM hospital_account_member
                                    WHERE account_id = %(account)s AND ordinal = free.n)
                 ORDER BY free.n LIMIT 1
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                account=self.id,
                patient=patient.id,
                relation=relation,
                limit=limit,
                uid=self.env.uid,
            )
        )
        self.invalidate_recordset(["member_ids"])
        patient.invalidate_recordset(["member_ids"])
        if not rows:
            raise UserError(
                self.env._("One phone manages at most %s people. Remove somebody first.", limit)
            )
        return Member.browse(rows[0][0])
