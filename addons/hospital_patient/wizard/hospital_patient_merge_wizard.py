from odoo import api, fields, models


class HospitalPatientMergeWizard(models.TransientModel):
    _name = "hospital.patient.merge.wizard"
    _description = "Merge two patient records"

    survivor_id = fields.Many2one("hospital.patient", "Keep", required=True)
    merged_id = fields.Many2one("hospital.patient", "Merge into it", required=True)
    reason = fields.Char(required=True)
    survivor_facts = fields.Char(compute="_compute_facts")
    merged_facts = fields.Char(compute="_compute_facts")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        ids = self.env.context.get("active_ids", [])
        if self.env.context.get("active_model") == "hospital.patient" and len(ids) == 2:
            values |= {"survivor_id": min(ids), "merged_id": max(ids)}
        return values

    @api.depends("survivor_id", "merged_id")
    def _compute_facts(self):
        for wizard in self:
            wizard.survivor_facts = self._facts(wizard.survivor_id)
            wizard.merged_facts = self._facts(wizard.merged_id)

    @staticmethod
    def _facts(patient):
        """One line by which a person compares two records, numbers masked."""
        parts = (patient.mrn, patient.birth_date, patient.masked_id, patient.masked_phone)
        return " · ".join(str(part) for part in parts if part)

    def action_merge(self):
        """Merge and show what was moved."""
        self.ensure_one()
        merge = self.env["hospital.patient.merge"]._merge(
            self.survivor_id, self.merged_id, self.reason
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "hospital.patient.merge",
            "res_id": merge.id,
            "view_mode": "form",
        }
