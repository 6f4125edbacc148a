from odoo import api, fields, models
from odoo.tools import SQL

#: Record numbers shown in a list; the row itself names all.
SHOWN = 3


class HospitalAuditLog(models.Model):
    _inherit = "hospital.audit.log"

    patients = fields.Char(
        compute="_compute_patients",
        search="_search_patients",
        help="Record numbers of the patients concerned.",
    )

    def _compute_patients(self):
        Patient = self.env["hospital.patient"].sudo().with_context(active_test=False)
        shown = {row: (row.patient_ids or [])[:SHOWN] for row in self}
        people = Patient.browse({one for ids in shown.values() for one in ids}).exists()
        numbers = {patient.id: patient.mrn for patient in people}
        for row in self:
            words = [numbers.get(one, f"#{one}") for one in shown[row]]
            more = len(row.patient_ids or []) - len(words)
            row.patients = ", ".join(words) + (f" +{more}" if more else "")

    @api.model
    def _search_patients(self, operator, value):
        """Who looked at this person: found by name, record number, document, phone or card."""
        if operator not in ("ilike", "like", "=", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else [text for text in value if text]
        Patient = self.env["hospital.patient"].sudo().with_context(active_test=False)
        people = Patient.browse()
        for text in texts:
            people |= Patient.search(Patient._find_domain(text.strip()), limit=1000)
        people |= people.merged_into_id
        self.flush_model(["patient_ids"])
        rows = self.env.execute_query(
            SQL(
                "SELECT l.id FROM hospital_audit_log l, unnest(%s::int[]) AS p(id)"
                " WHERE l.patient_ids @> to_jsonb(p.id)",
                people.ids,
            )
        )
        return [("id", "in", [row[0] for row in rows])]
