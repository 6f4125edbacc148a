from cryptography.hazmat.primitives import hashes

from odoo import api, fields, models
from odoo.exceptions import UserError

PURPOSES = [
    ("service", "Registration and visits"),
    ("child", "Data of a child under 14"),
    ("messages", "Messages about visits"),
    ("survey", "Satisfaction surveys"),
    ("research", "Medical research"),
]


class HospitalConsentText(models.Model):
    """The words somebody agrees to; a changed text is a new version (L2)."""

    _name = "hospital.consent.text"
    _description = "Consent text"
    _order = "purpose, lang, version desc"
    _rec_name = "title"

    purpose = fields.Selection(PURPOSES, required=True)
    lang = fields.Selection(
        [("zh_CN", "Chinese"), ("en_US", "English")], required=True, default="zh_CN"
    )
    version = fields.Integer(required=True, default=1)
    title = fields.Char(required=True)
    body = fields.Text(required=True)
    sm3_hash = fields.Char("SM3", compute="_compute_sm3_hash", store=True)
    required = fields.Boolean(help="Without it the service cannot be given.")
    active = fields.Boolean(default=True)

    _one_text_per_version = models.Constraint(
        "unique (purpose, lang, version)", "This version of the text exists already."
    )

    @api.depends("title", "body")
    def _compute_sm3_hash(self):
        for text in self:
            digest = hashes.Hash(hashes.SM3())
            digest.update(f"{text.title}\n{text.body}".encode())
            text.sm3_hash = digest.finalize().hex()

    def write(self, vals):
        if {"title", "body", "version", "purpose", "lang"} & set(vals) and self._in_use():
            raise UserError(
                self.env._("Somebody has agreed to these words. Make a new version instead.")
            )
        return super().write(vals)

    def copy_data(self, default=None):
        """A copy is the next version of the same words."""
        rows = super().copy_data(default)
        for text, row in zip(self, rows, strict=True):
            if not (default and "version" in default):
                row["version"] = text._next_version()
        return rows

    def _next_version(self):
        others = self.with_context(active_test=False).search(
            [("purpose", "=", self.purpose), ("lang", "=", self.lang)]
        )
        return max(others.mapped("version")) + 1

    def action_new_version(self):
        """Open a draft of the next version; put in force, it asks everybody again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.copy({"active": False}).id,
            "view_mode": "form",
        }

    def _in_use(self):
        return bool(
            self.env["hospital.consent"].sudo().search_count([("text_id", "in", self.ids)], limit=1)
        )

    @api.model
    def _current(self, lang="zh_CN"):
        """Return the newest active text of each purpose in ``lang``."""
        newest = self.browse()
        for text in self.sudo().search([("lang", "=", lang)]):
            if text.purpose not in newest.mapped("purpose"):
                newest += text
        return newest
