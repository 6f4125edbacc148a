import re
from datetime import date, datetime, timezone

from odoo import models

from .hospital_channel_error import ChannelError

KEY = re.compile(r"[\w.-]{8,64}\Z", re.ASCII)
DIGITS = re.compile(r"\d{1,9}\Z", re.ASCII)
#: A document also proves the name; a number of these alone names the patient.
CARD_KINDS = ("visit", "insurance", "e_insurance", "record")
MAX_TEXT = 100


class HospitalChannel(models.Model):
    """What a channel sent, checked; everything else is refused with the field's name."""

    _inherit = "hospital.channel"

    def _bad(self, name):
        sentence = self.env._("%(field)s is missing or not valid.", field=name)
        return ChannelError(422, "bad_input", sentence, field=name)

    def _text(self, data, name, required=True):
        value = data.get(name)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
            raise self._bad(name)
        if required and not value.strip():
            raise self._bad(name)
        return value.strip()

    def _whole(self, data, name, default=None):
        value = data.get(name, default)
        if isinstance(value, str) and DIGITS.match(value):
            value = int(value)
        if type(value) is not int or not 0 < value < 10**9:
            raise self._bad(name)
        return value

    def _day(self, data, name):
        try:
            return date.fromisoformat(self._text(data, name))
        except ValueError:
            raise self._bad(name) from None

    def _moment(self, data, name):
        """Return the naive UTC of a time with its offset, ``None`` when it is absent."""
        if data.get(name) is None:
            return None
        try:
            moment = datetime.fromisoformat(self._text(data, name))
            if moment.tzinfo is None:
                raise self._bad(name)
            return moment.astimezone(timezone.utc).replace(tzinfo=None)
        except (ValueError, OverflowError):
            raise self._bad(name) from None

    def _idempotency_key(self, key):
        if not KEY.match(key):
            raise self._bad("Idempotency-Key")
        return key

    def _named_session(self, data):
        return self.env["hospital.session"].browse(self._whole(data, "session"))

    def _named_patient(self, data):
        """Return the patient of a card, or of a document together with its holder's name.

        :raise ChannelError: 404 in the same words whether nobody has the number or
            somebody of another name.
        """
        person = data.get("patient")
        card = person.get("card") if isinstance(person, dict) else None
        document = person.get("document") if isinstance(person, dict) else None
        patients_sudo = self.env["hospital.patient"].sudo()
        if isinstance(card, dict):
            kind = self._text(card, "kind")
            if kind not in CARD_KINDS:
                raise self._bad("kind")
            patient_sudo = patients_sudo._resolve_card(kind, self._text(card, "number"))
        elif isinstance(document, dict):
            name = self._text(document, "name")
            patient_sudo = patients_sudo._find_by_id_number(
                self._text(document, "type"), self._text(document, "number")
            )
            patient_sudo = patient_sudo.filtered(lambda one: one.name == name)
        else:
            raise self._bad("patient")
        if not patient_sudo:
            sentence = self.env._(
                "No patient has this card or document. Check it, or register at the window."
            )
            raise ChannelError(404, "patient_unknown", sentence)
        return patient_sudo
