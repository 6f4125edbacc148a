from odoo import api, models

from .hospital_message_port import PortResult


class HospitalMessagePortSms(models.AbstractModel):
    """Text messages through the gateway of the hospital."""

    _name = "hospital.message.port.sms"
    _inherit = "hospital.message.port"
    _description = "Text message port of the outbox"

    _external = True

    @api.model
    def _send(self, delivery):
        phone = self._phone(delivery)
        if not phone:
            return PortResult("refused", detail="no_phone")
        result = self._gateway(delivery)._send(phone, delivery.body, "notice")
        return PortResult(result.status, result.reference, result.detail)

    @api.model
    def _query(self, delivery):
        result = self._gateway(delivery)._query(delivery.reference)
        return PortResult(result.status, delivery.reference, result.detail)

    @api.model
    def _phone(self, delivery):
        if delivery.account_id:
            return delivery.account_id.phone
        return delivery.message_id.patient_id._live().phone

    @api.model
    def _gateway(self, delivery):
        """Return the gateway, told our own key so that it can be asked about it later."""
        company = delivery.message_id._company()
        return (
            self.env["hospital.sms"]
            .with_company(company)
            .with_context(hospital_sms_key=delivery.reference)
        )
