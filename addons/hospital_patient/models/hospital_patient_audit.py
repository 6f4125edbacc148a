from odoo import models

#: Changes of these say nothing about the person.
_TECHNICAL = {"write_date", "write_uid", "message_ids"}


class HospitalPatient(models.Model):
    _inherit = "hospital.patient"

    def web_read(self, specification):
        """Opening one patient is written down; a list shows masked values only."""
        seen = set(specification) - {"display_name"}
        if len(self) == 1 and seen and not self.env.su and self.env.user._is_internal():
            self.env["hospital.audit.log"]._record("read", self, self.ids, specification)
        return super().web_read(specification)

    def write(self, vals):
        result = super().write(vals)
        names = set(vals) - _TECHNICAL
        if names:
            self.env["hospital.audit.log"]._record("write", self, self.ids, names)
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """An export of patients is written down with the names of its columns."""
        if _is_toplevel_call and self:
            names = {path[0] if isinstance(path, list) else path.split("/")[0] for path in fields}
            self.env["hospital.audit.log"]._record("export", self, self.ids, names)
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    def action_reveal(self):
        """Ask for the reason, then show the numbers in clear (L5)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reveal personal data"),
            "res_model": "hospital.patient.reveal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_patient_id": self.id},
        }
