from odoo import api, models


class HospitalDataClass(models.AbstractModel):
    _inherit = "hospital.data.class"

    @api.model
    def _classes(self):
        """Rosters are about staff at work; they hold nothing about patients."""
        return super()._classes() | {
            "hospital.number.type": 1,
            "hospital.number.fee": 1,
            "hospital.plan": 1,
            "hospital.plan.period": 1,
            "hospital.session": 1,
            "hospital.session.event": 2,
            "hospital.slot": 1,
            "hospital.suspension": 2,
        }
