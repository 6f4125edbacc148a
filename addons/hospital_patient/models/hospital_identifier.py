from odoo import api, models


class HospitalIdentifier(models.Model):
    _inherit = "hospital.identifier"

    @api.model
    def _find(self, system_code, model, value):
        """A number of another system leads to the person, also after a merge."""
        found = super()._find(system_code, model, value)
        return found._live() if model == "hospital.patient" else found
