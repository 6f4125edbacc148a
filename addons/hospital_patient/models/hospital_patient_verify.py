from odoo import fields, models
from odoo.exceptions import AccessError, UserError

KINDS = {"match": "success", "no_match": "danger", "unknown": "warning"}


class HospitalPatient(models.Model):
    """Real-name verification by people and by the service (R1.5)."""

    _inherit = "hospital.patient"

    def action_verify_window(self):
        """Say that the document was seen at the window and is this person's.

        :raise UserError: when there is no document to see.
        """
        self._check_desk()
        if any(patient.id_type == "none" for patient in self):
            raise UserError(self.env._("There is no document on file. Enter it first."))
        self.sudo().write({"verified_level": "window", "verified_at": fields.Datetime.now()})

    def action_verify_service(self):
        """Ask the real-name service and tell the desk what it says."""
        self.ensure_one()
        self._check_desk()
        result = self.env["hospital.identity.check"]._verify_patient(self)
        sentences = {
            "match": self.env._("Name and document agree."),
            "no_match": self.env._(
                "Name and document do not agree. Compare both with the document."
            ),
            "unknown": self.env._("The service did not answer. Look at the document instead."),
        }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": KINDS[result.status],
                "message": sentences[result.status],
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_desk(self):
        self.check_access("write")
        if not self.env.user.has_group("hospital_base.group_triage_desk"):
            raise AccessError(self.env._("Triage desk and outpatient office verify patients."))
