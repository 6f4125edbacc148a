from odoo import api, models


class HospitalDataClass(models.AbstractModel):
    _inherit = "hospital.data.class"

    @api.model
    def _classes(self):
        return super()._classes() | {
            "hospital.booking": 2,
            "hospital.booking.event": 2,
            "hospital.booking.report": 2,
            "hospital.blacklist.entry": 2,
            "hospital.blacklist.rule": 1,
            "hospital.channel": 1,
            "hospital.channel.rate": 1,
            "hospital.channel.rule": 1,
            "hospital.waitlist": 2,
        }
