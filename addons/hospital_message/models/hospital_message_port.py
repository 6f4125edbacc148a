from dataclasses import dataclass

from odoo import api, models


@dataclass(frozen=True)
class PortResult:
    """What became of one delivery.

    ``status``: ``sent``; ``refused`` (it did not go out and will not by itself);
    ``retry`` (it did not go out, a later try may succeed); ``unknown`` (it may
    have gone out: ask before sending again).
    """

    status: str
    reference: str = ""
    detail: str = ""


class HospitalMessagePort(models.AbstractModel):
    """A way to a person.  One abstract model per port, named in :meth:`_registry`."""

    _name = "hospital.message.port"
    _description = "Message port"

    #: Whether sending leaves the database, so that an outcome can stay unknown.
    _external = False

    @api.model
    def _registry(self):
        """Return {code: (label, model name)}; another addon adds its own."""
        return {
            "inapp": (self.env._("In the app"), "hospital.message.port.inapp"),
            "sms": (self.env._("Text message"), "hospital.message.port.sms"),
        }

    @api.model
    def _selection(self):
        return [(code, label) for code, (label, _model) in self._registry().items()]

    @api.model
    def _get(self, code):
        """Return the abstract model that serves port ``code``."""
        return self.env[self._registry()[code][1]]

    @api.model
    def _external_codes(self):
        """Return the codes of ports whose sending leaves the database."""
        return [code for code in self._registry() if self._get(code)._external]

    @api.model
    def _send(self, delivery):
        """Send one rendered delivery.

        :rtype: PortResult
        """
        raise NotImplementedError

    @api.model
    def _query(self, delivery):
        """Ask what became of a delivery whose outcome is unknown; sends nothing.

        ``refused`` means that it certainly did not go out.

        :rtype: PortResult
        """
        return PortResult("unknown")
