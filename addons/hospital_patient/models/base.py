from odoo import models


class Base(models.AbstractModel):
    _inherit = "base"

    def _auto_init(self):
        """Each table with a patient follows merges, also those of addons above this one."""
        super()._auto_init()
        field = self._fields.get("patient_id")
        if (
            field
            and field.store
            and field.comodel_name == "hospital.patient"
            and self._auto
            and not self._abstract
            and not self._transient
        ):
            self.env["hospital.patient.merge"]._follow_merges(self._table)
