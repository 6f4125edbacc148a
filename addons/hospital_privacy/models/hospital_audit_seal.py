from odoo import api, models


class HospitalAuditSeal(models.Model):
    _inherit = "hospital.audit.seal"

    @api.model
    def _alarm(self, broken, head_is_kept):
        """A broken chain is an incident: somebody must look, and the clock runs."""
        super()._alarm(broken, head_is_kept)
        incidents = self.env["hospital.incident"].sudo()
        name = self.env._("The audit trail was tampered with")
        if not incidents.search_count([("name", "=", name), ("state", "=", "open")], limit=1):
            incidents.create(
                {
                    "name": name,
                    "level": "larger",
                    "cause": self.env._(
                        "%(count)s rows do not fit the chain; first ones: %(first)s. The link that "
                        "was published last is there: %(kept)s.",
                        count=len(broken),
                        first=", ".join(map(str, broken[:10])) or "-",
                        kept=self.env._("yes") if head_is_kept else self.env._("no"),
                    ),
                }
            )
