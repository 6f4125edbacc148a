from odoo import api, models

from .hospital_message_port import PortResult


class HospitalMessagePortInapp(models.AbstractModel):
    """The delivery row itself is the message in the person's box."""

    _name = "hospital.message.port.inapp"
    _inherit = "hospital.message.port"
    _description = "Message box in the app"

    @api.model
    def _send(self, delivery):
        if not delivery.account_id and not delivery.user_id:
            return PortResult("refused", detail="no_account")
        return PortResult("sent")

    @api.model
    def _query(self, delivery):
        return PortResult("refused")
