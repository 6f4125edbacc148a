from odoo import api, fields, models
from odoo.tools import SQL

#: Live records that agree in name, birth date and phone with another one.
TWINS = """
    SELECT a.id, count(*) FROM hospital_patient a
      JOIN hospital_patient b ON b.name = a.name AND b.birth_date = a.birth_date
           AND b.phone_hash = a.phone_hash AND b.id <> a.id AND b.merged_into_id IS NULL
     WHERE a.merged_into_id IS NULL AND %s
     GROUP BY a.id
"""


class HospitalPatient(models.Model):
    _inherit = "hospital.patient"

    duplicate_count = fields.Integer(
        "Possible duplicates",
        compute="_compute_duplicate_count",
        search="_search_duplicate_count",
        groups="hospital_base.group_triage_desk",
    )

    @api.depends("name", "birth_date", "phone")
    def _compute_duplicate_count(self):
        self.flush_model(["name", "birth_date", "phone_hash", "merged_into_id"])
        rows = self.env.execute_query(SQL(TWINS, SQL("a.id = ANY(%s)", self.ids)))
        counts = dict(rows)
        for patient in self:
            patient.duplicate_count = counts.get(patient.id, 0)

    @api.model
    def _search_duplicate_count(self, operator, value):
        """Only "has any" is asked: the office goes through the list of possible twins."""
        if (operator, value) != (">", 0):
            return NotImplemented
        self.flush_model(["name", "birth_date", "phone_hash", "merged_into_id"])
        rows = self.env.execute_query(SQL(TWINS, SQL("TRUE")))
        return [("id", "in", [row[0] for row in rows])]

    def _duplicate_candidates(self):
        """Return live patients with the same name, birth date and phone."""
        self.ensure_one()
        patient_sudo = self.sudo()
        if not (patient_sudo.phone_hash and patient_sudo.birth_date):
            return self.browse()
        twins = patient_sudo.with_context(active_test=False).search(
            [
                ("id", "!=", self.id),
                ("name", "=", self.name),
                ("birth_date", "=", patient_sudo.birth_date),
                ("phone_hash", "=", patient_sudo.phone_hash),
                ("merged_into_id", "=", False),
            ]
        )
        return twins.with_env(self.env)

    def action_show_duplicates(self):
        """Open the record and its possible twins as a list, to be selected and merged."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Possible duplicates of %s", self.name),
            "res_model": "hospital.patient",
            "view_mode": "list,form",
            "domain": [("id", "in", (self + self._duplicate_candidates()).ids)],
            "context": {"active_test": False},
        }
