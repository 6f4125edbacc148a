from odoo import api, models


class HospitalDataClass(models.AbstractModel):
    _inherit = "hospital.data.class"

    @api.model
    def _classes(self):
        classes = super()._classes()
        own = {"retention_until": 2, "retention_rule_id": 2, "erased_at": 2}
        patient = classes.get("hospital.patient", {})
        if isinstance(patient, dict):
            patient = patient | own
        return classes | {
            "hospital.patient": patient,
            "hospital.retention.rule": 1,
            "hospital.disposal": 2,
            "hospital.processing": 2,
            "hospital.pia": 2,
            "hospital.incident": 2,
            "hospital.mlps": 2,
            "hospital.subject.request": {
                **dict.fromkeys(self.env["hospital.subject.request"]._fields, 2),
                "details": 3,
                "outcome": 3,
            },
        }
