import re

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .hospital_patient import GROWN_UP_AGE

#: Under this age booking asks for the guardian's document (real-name rule).
DOCUMENT_AGE = 16
_DOCUMENT = re.compile(r"[A-Z0-9\u4e00-\u9fff]{5,20}")


class HospitalPatient(models.Model):
    """Who answers for a child (L3, L14)."""

    _inherit = "hospital.patient"

    guardian_document_missing = fields.Boolean(
        compute="_compute_guardian_document_missing", compute_sudo=True
    )

    @api.depends("birth_date", "guardian_id", "guardian_id_number")
    def _compute_guardian_document_missing(self):
        today = self.env["hospital.clock"]._today()
        for patient in self:
            patient.guardian_document_missing = (
                patient._is_minor(today, DOCUMENT_AGE)
                and not patient.guardian_id_number
                and not patient.guardian_id.id_number
            )

    @api.model
    def _checked_guardian_number(self, number):
        """Return the guardian's number; one of 18 characters is a resident ID of a grown-up."""
        number = re.sub(r"\s", "", number).upper()
        if len(number) == 18 and number[:17].isdecimal():
            birth = self._facts_of_resident_id(number, {})["birth_date"]
            if relativedelta(self.env["hospital.clock"]._today(), birth).years < GROWN_UP_AGE:
                raise ValidationError(
                    self.env._("The guardian's document is that of a child. Name a grown-up.")
                )
        elif not _DOCUMENT.fullmatch(number):
            raise ValidationError(
                self.env._("The guardian's document number is too short or has strange characters.")
            )
        return number

    @api.constrains("birth_date", "id_type", "guardian_id", "guardian_name")
    def _check_guardian(self):
        """A child needs somebody who answers for it (L3; real-name booking: 16 years).

        :raise ValidationError: when nobody is named.
        """
        today = self.env["hospital.clock"]._today()
        for patient in self.sudo():
            needs = patient.id_type == "none" or patient._is_minor(today)
            if patient.guardian_id._is_minor(today, GROWN_UP_AGE):
                raise ValidationError(
                    self.env._("%s is a child and cannot be a guardian.", patient.guardian_id.name)
                )
            if needs and not (patient.guardian_id or patient.guardian_name):
                raise ValidationError(
                    self.env._(
                        "%s is under 14 or has no document yet: name the guardian.", patient.name
                    )
                )
