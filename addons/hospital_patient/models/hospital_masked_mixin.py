from odoo import api, fields, models
from odoo.addons.hospital_base.masking import mask_name

#: Fields of a patient that may leave the system without the right to reveal.
OPEN_PATIENT_FIELDS = {"id", ".id", "mrn", "sex", "age", "masked_name", "masked_id", "masked_phone"}


class HospitalMaskedMixin(models.AbstractModel):
    """Rows about a patient: lists mask the name, a form and an export are written down."""

    _name = "hospital.masked.mixin"
    _description = "Rows about a patient, masked"

    patient_masked = fields.Char("Patient (masked)", compute="_compute_patient_masked")

    @api.depends("patient_id.name")
    def _compute_patient_masked(self):
        for row in self:
            row.patient_masked = mask_name(row.patient_id.sudo().name)

    def web_read(self, specification):
        """Opening one row shows whose it is; that is written down."""
        if len(self) == 1 and not self.env.su and self.env.user._is_internal():
            self.env["hospital.audit.log"]._record("read", self, self.patient_id.ids, specification)
        return super().web_read(specification)

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """Write an export down; without the right to reveal, names leave masked."""
        if not self.env.su and not self.env.user.has_group("hospital_base.group_export_personal"):
            fields = [self._masked_path(path) for path in fields]
        if _is_toplevel_call and self:
            names = {"/".join(path) if isinstance(path, list) else path for path in fields}
            self.env["hospital.audit.log"]._record(
                "export", self, self.sudo().patient_id.ids, names
            )
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    @api.model
    def _masked_path(self, path):
        parts = path if isinstance(path, list) else path.split("/")
        if parts[0] != "patient_id" or (len(parts) == 2 and parts[1] in OPEN_PATIENT_FIELDS):
            return path
        return ["patient_masked"]
