from odoo import api, fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

#: What is written down → what the reader is told, in the reader's language.
SENTENCES = {
    "nobody": _lt("The patient has neither an account nor a phone."),
    "no_template": _lt("The event has no template that reaches them."),
    "no_phone": _lt("There is no phone number."),
    "no_account": _lt("There is no account to show it in."),
    "no_variable": _lt("The message lacks a variable of its template."),
}


class HospitalMessageError(models.AbstractModel):
    """Rows that say what went wrong; the job that writes it has no reader's language."""

    _name = "hospital.message.error"
    _description = "What went wrong with a message"

    error = fields.Char("Error code", readonly=True, copy=False)
    error_text = fields.Char("What went wrong", compute="_compute_error_text")

    @api.depends("error")
    @api.depends_context("lang")
    def _compute_error_text(self):
        lang = self.env.lang or "en_US"
        for row in self:
            code, _colon, detail = (row.error or "").partition(":")
            if code in SENTENCES:
                text = SENTENCES[code]._translate(lang)
                row.error_text = f"{text} {detail}".strip()
            else:
                row.error_text = row.error
