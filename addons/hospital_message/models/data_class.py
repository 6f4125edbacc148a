from odoo import api, models


class HospitalDataClass(models.AbstractModel):
    _inherit = "hospital.data.class"

    @api.model
    def _classes(self):
        return super()._classes() | {
            "hospital.message.event": 1,
            "hospital.message.template": 1,
            "hospital.message.preference": 2,
            # Variables and texts name the patient by a masked name at most.
            "hospital.message": 2,
            "hospital.message.delivery": 2,
        }
