from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from .hospital_channel_error import ChannelError


class HospitalChannel(models.Model):
    """Refusals: each with a status, a code for the machine and a sentence for the person."""

    _inherit = "hospital.channel"

    def _need(self, right):
        try:
            self._check_right(right)
        except UserError as error:
            raise ChannelError(403, "channel", str(error.args[0])) from None

    @contextmanager
    def _refusing(self, reason):
        """Give what the business refuses the code ``reason``."""
        try:
            yield
        except UserError as error:
            raise ChannelError(409, reason, str(error.args[0])) from None

    def _claimed_answer(self, result, session):
        """Return the booking of a claim, the same for the first time and for a repetition."""
        if result.outcome in ("ok", "replay"):
            return {"booking": self._told_bookings([result.booking_id])[0]}
        if result.outcome == "closed" and not session.sudo().exists():
            raise self._unknown_session()
        status = 403 if result.outcome == "channel" else 409
        raise ChannelError(status, result.outcome, result.sentence)

    def _unknown_session(self):
        sentence = self.env._("There is no such session. Ask for the sessions again.")
        return ChannelError(404, "session_unknown", sentence)
