from odoo import fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

#: What the auditor reads; the trail itself keeps one word for all languages.
ACTIONS = {
    "read": _lt("Opened"),
    "reveal": _lt("Revealed numbers"),
    "export": _lt("Exported"),
    "create": _lt("Registered"),
    "write": _lt("Changed"),
    "merge": _lt("Merged"),
    "unmerge": _lt("Took a merge back"),
    "delete": _lt("Erased"),
    "withdraw": _lt("Withdrew a consent"),
    "unlink_member": _lt("Took off an account"),
    "login": _lt("Signed in"),
    "unlock": _lt("Unlocked an account"),
    "second_factor": _lt("Set up the second factor"),
    "rights": _lt("Changed rights"),
    "verify": _lt("Checked the chain"),
}
RESULTS = {"ok": _lt("Done"), "refused": _lt("Refused"), "broken": _lt("Broken")}


class HospitalAuditLog(models.Model):
    _inherit = "hospital.audit.log"

    action_words = fields.Char("What", compute="_compute_words")
    model_words = fields.Char("Kind of record", compute="_compute_words")
    result_words = fields.Char("Outcome", compute="_compute_words")

    def _compute_words(self):
        for row in self:
            row.action_words = self._in_words(ACTIONS, row.action)
            row.result_words = self._in_words(RESULTS, row.result)
            known = row.model and row.model in self.env
            model = self.env["ir.model"].sudo()._get(row.model) if known else None
            row.model_words = model.name if model else row.model

    def _in_words(self, words, code):
        """Return the words for ``code``, or the code itself of an addon that has none."""
        return words[code]._translate(self.env.lang or "en_US") if code in words else code
