from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, file_open

BASES = [
    ("consent", "Consent"),
    ("contract", "Contract"),
    ("statutory", "Statutory duty"),
    ("emergency", "Emergency"),
]


class HospitalConsent(models.Model):
    """Who agreed to which words, when and how; withdrawn, never deleted (L2, L3)."""

    _name = "hospital.consent"
    _description = "Consent"
    _order = "at desc, id desc"

    patient_id = fields.Many2one(
        "hospital.patient", required=True, readonly=True, index=True, ondelete="restrict"
    )
    account_id = fields.Many2one("hospital.account", readonly=True, index=True)
    text_id = fields.Many2one(
        "hospital.consent.text", required=True, readonly=True, index=True, ondelete="restrict"
    )
    purpose = fields.Selection(related="text_id.purpose", store=True)
    text_hash = fields.Char("SM3 of the text shown", required=True, readonly=True)
    legal_basis = fields.Selection(BASES, required=True, readonly=True, default="consent")
    by_guardian = fields.Boolean(readonly=True)
    channel = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    actor_id = fields.Many2one("res.users", readonly=True, default=lambda self: self.env.user)
    ip = fields.Char(readonly=True, groups="hospital_base.group_security_admin")
    withdrawn_at = fields.Datetime(readonly=True)

    _one_live_consent = models.UniqueIndex(
        "(patient_id, text_id) WHERE withdrawn_at IS NULL", "This consent is given already."
    )

    def init(self):
        """Create the function by which a claim asks for the required consents."""
        super().init()
        with file_open("hospital_patient/sql/consent.sql") as script:
            self.env.cr.execute(script.read())

    @api.model
    def _is_missing(self, account, patient):
        """Tell as a claim does whether words are left that ``patient`` must agree to.

        The words are those in the language of ``account``.
        """
        self.env.flush_all()
        today = self.env["hospital.clock"]._today()
        [(missing,)] = self.env.execute_query(
            SQL("SELECT hospital_consent_missing(%s, %s, %s)", patient.id, account.lang, today)
        )
        return missing

    @api.model
    def _missing(self, account, patient, lang="zh_CN"):
        """Return the current required texts that nobody agreed to for ``patient``.

        A new version asks again.  Children under 14 need the text for children too.
        Before somebody is on file (an empty ``patient``) all texts are offered.
        """
        if not patient:
            texts = self.env["hospital.consent.text"]._current(lang)
            return texts.filtered(lambda text: text.purpose != "child")
        return self._offered(patient, lang).filtered("required")

    @api.model
    def _offered(self, patient, lang):
        """Return the current texts that ``patient`` has not agreed to, required or not."""
        texts = self.env["hospital.consent.text"]._current(lang)
        if not patient._is_minor(self.env["hospital.clock"]._today()):
            texts = texts.filtered(lambda text: text.purpose != "child")
        return self._not_given(patient, texts)

    @api.model
    def _not_given(self, patient, texts):
        given = self.sudo().search([("patient_id", "=", patient.id), ("withdrawn_at", "=", False)])
        agreed = {(row.purpose, row.text_id.version) for row in given}
        return texts.filtered(lambda text: (text.purpose, text.version) not in agreed)

    @api.model
    def _give(self, account, patient, texts, channel, ip=""):
        """Write down that ``account`` agreed to ``texts`` for ``patient``; repeat at will."""
        known = self.sudo().search(
            [
                ("patient_id", "=", patient.id),
                ("text_id", "in", texts.ids),
                ("withdrawn_at", "=", False),
            ]
        )
        minor = patient._is_minor(self.env["hospital.clock"]._today())
        return self.sudo().create(
            [
                {
                    "patient_id": patient.id,
                    "account_id": account.id if account else False,
                    "text_id": text.id,
                    "text_hash": text.sm3_hash,
                    "by_guardian": minor,
                    "channel": channel,
                    "ip": ip,
                    "actor_id": self.env.uid,
                }
                for text in texts - known.text_id
            ]
        )

    def action_withdraw(self):
        """Withdraw at the window, as the person asks; what was done before stays lawful.

        :raise AccessError: for others than desk and office.
        """
        if not self.env.user.has_group("hospital_base.group_triage_desk"):
            raise AccessError(self.env._("Triage desk and outpatient office withdraw consents."))
        self._withdraw()

    def _withdraw(self):
        """End the consents from now on; what was done before stays lawful."""
        self.check_access("read")
        open_sudo = self.sudo().filtered(lambda row: not row.withdrawn_at)
        open_sudo.withdrawn_at = fields.Datetime.now()
        self.env["hospital.audit.log"]._record("withdraw", open_sudo, open_sudo.patient_id.ids)

    @api.model
    def _cron_ask_at_fourteen(self):
        """On the 14th birthday the guardian's consent ends; the person is asked (L3)."""
        today = self.env["hospital.clock"]._today()
        rows = self.sudo().search([("by_guardian", "=", True), ("withdrawn_at", "=", False)])
        grown = rows.filtered(lambda row: not row.patient_id._is_minor(today))
        if grown:
            grown._withdraw()
