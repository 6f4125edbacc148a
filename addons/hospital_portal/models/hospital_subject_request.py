from odoo import fields, models


class HospitalSubjectRequest(models.Model):
    _inherit = "hospital.subject.request"

    def _close(self, state, outcome):
        """Tell the account that asked that the answer is there; what it says stays on the page."""
        super()._close(state, outcome)
        if self.account_id and self.handler_id != self.account_id.sudo().user_id:
            self.env["hospital.message"]._emit("privacy.answered", [self._answer_message()])

    def _answer_message(self):
        received = self.env["hospital.clock"]._local(self.received_at)
        return {
            "patient_id": self.patient_id.id,
            "account_id": self.account_id.id,
            "dedup_key": f"privacy.answered:{self.id}",
            "res_model": self._name,
            "res_id": self.id,
            "variables": {"date": fields.Date.to_string(received.date())},
        }
