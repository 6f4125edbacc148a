from dataclasses import dataclass

from odoo import api, models


@dataclass(frozen=True)
class SmsResult:
    """What a text-message gateway answered.

    ``status``: ``sent`` (the gateway took it), ``refused`` (it will never go out),
    ``unknown`` (no answer: it may have gone out; ask before sending again).
    """

    status: str
    reference: str = ""
    detail: str = ""


class HospitalSms(models.AbstractModel):
    """Port to text messages; a gateway addon extends ``_drivers``."""

    _name = "hospital.sms"
    _description = "Text message port"

    @api.model
    def _send(self, phone, text, kind):
        """Hand one text message to the gateway of the current hospital.

        :param str phone: 11-digit mobile number.
        :param str text: what the person reads, at most 500 characters.
        :param str kind: ``code`` or ``notice``; gateways price and route by it.
        :rtype: SmsResult
        """
        return self._driver()(phone, text, kind)

    @api.model
    def _query(self, reference):
        """Ask the gateway what became of an ``unknown`` message.

        :rtype: SmsResult
        """
        return self._drivers_query()[self.env.company.sudo().hospital_sms_driver](reference)

    @api.model
    def _driver(self):
        return self._drivers()[self.env.company.sudo().hospital_sms_driver]

    @api.model
    def _drivers(self):
        """Return {driver code: callable(phone, text, kind) -> SmsResult}."""
        return {
            "none": self._refuse,
            "sandbox": self.env["hospital.sms.sandbox"]._deliver,
        }

    @api.model
    def _drivers_query(self):
        """Return {driver code: callable(reference) -> SmsResult}."""
        return {
            "none": lambda reference: SmsResult("refused", reference),
            "sandbox": self.env["hospital.sms.sandbox"]._query,
        }

    @api.model
    def _refuse(self, phone, text, kind):
        return SmsResult("refused", detail=self.env._("No text message gateway is set up."))
