from dataclasses import replace

from odoo import api, models


class HospitalSmsSandbox(models.Model):
    _inherit = "hospital.sms.sandbox"

    @api.model
    def _deliver(self, phone, text, kind):
        """Keep the sender's own key as reference, as gateways do that can be asked later."""
        result = super()._deliver(phone, text, kind)
        key = self.env.context.get("hospital_sms_key")
        if not key:
            return result
        self.sudo().search([("reference", "=", result.reference)]).reference = key
        return replace(result, reference=key)
