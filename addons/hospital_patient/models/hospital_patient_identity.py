import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools_id import check_resident_id

_MOBILE = re.compile(r"1[3-9]\d{9}")
#: Shapes of the other documents (National Immigration Administration; T/CAC).
_FORMATS = {
    "passport": re.compile(r"[A-Z0-9]{5,15}"),
    "hk_macao": re.compile(r"[HM]\d{8}(\d{2})?"),
    "taiwan": re.compile(r"\d{8}(\d{2})?"),
    "foreign_pr": re.compile(r"([A-Z]{3}\d{12}|9\d{17}|9\d{16}X)"),
    "military": re.compile(r"[\w\u4e00-\u9fff]{6,20}"),
    "birth_cert": re.compile(r"[A-Z]\d{9}"),
}


class HospitalPatient(models.Model):
    _inherit = "hospital.patient"

    new_id_number = fields.Char(
        "New document number", compute="_compute_nothing", inverse="_inverse_new_id_number"
    )
    new_phone = fields.Char(
        "New phone", compute="_compute_nothing", inverse="_inverse_new_phone"
    )
    new_address = fields.Char(
        "New address", compute="_compute_nothing", inverse="_inverse_new_address"
    )

    def _compute_nothing(self):
        """Input only: what was typed is stored encrypted and shown masked."""
        for patient in self:
            patient.new_id_number = patient.new_phone = patient.new_address = False

    def _inverse_new_id_number(self):
        for patient in self.filtered("new_id_number"):
            patient.sudo().id_number = patient.new_id_number

    def _inverse_new_phone(self):
        for patient in self.filtered("new_phone"):
            patient.sudo().phone = patient.new_phone

    def _inverse_new_address(self):
        for patient in self.filtered("new_address"):
            patient.sudo().address = patient.new_address

    def write(self, vals):
        self._check_protected(vals)
        if not {"id_number", "id_type", "phone", "birth_date", "sex"} & set(vals):
            return super().write(vals)
        if {"birth_date", "sex"} & set(vals) and "id_number" not in vals:
            for patient in self.sudo().filtered(lambda one: one.id_type == "resident"):
                self._facts_of_resident_id(patient.id_number, vals)
        if "id_type" not in vals and "id_number" in vals and len(self.grouped("id_type")) == 1:
            vals = {**vals, "id_type": self[:1].id_type}
        return super().write(self._with_identity(vals))

    @api.model
    def _with_identity(self, vals):
        """Return ``vals`` checked and completed from the document number.

        :raise ValidationError: with what is wrong and what to do.
        """
        vals = dict(vals)
        for typed, stored in (
            ("new_id_number", "id_number"),
            ("new_phone", "phone"),
            ("new_address", "address"),
        ):
            if typed in vals and (plain := vals.pop(typed)):
                vals[stored] = plain
        if vals.get("phone"):
            vals["phone"] = self._checked_phone(vals["phone"])
        if vals.get("id_number"):
            id_type = vals.get("id_type", "resident")
            vals["id_number"] = number = self._checked_number(id_type, vals["id_number"])
            if id_type == "resident":
                vals.update(self._facts_of_resident_id(number, vals))
        return vals

    @api.model
    def _checked_phone(self, phone):
        phone = re.sub(r"[\s-]", "", phone).removeprefix("+86")
        if not _MOBILE.fullmatch(phone):
            raise ValidationError(
                self.env._("This is no mobile number: 11 digits that begin with 13 to 19.")
            )
        return phone

    @api.model
    def _checked_number(self, id_type, number):
        number = re.sub(r"\s", "", number).upper()
        shape = _FORMATS.get(id_type)
        if shape and not shape.fullmatch(number):
            label = dict(self._fields["id_type"]._description_selection(self.env))[id_type]
            raise ValidationError(
                self.env._(
                    "This is no number of the document “%s”. Compare it with the document.", label
                )
            )
        return number

    @api.model
    def _facts_of_resident_id(self, number, vals):
        """Return birth date and sex that the number tells, checked against ``vals``."""
        try:
            birth, sex = check_resident_id(number)
        except ValueError as error:
            raise ValidationError(self._resident_id_sentence(str(error))) from None
        if vals.get("birth_date") and fields.Date.to_date(vals["birth_date"]) != birth:
            raise ValidationError(
                self.env._("The birth date does not agree with the ID number. Check both.")
            )
        if vals.get("sex") not in (None, False, "unknown", sex):
            raise ValidationError(
                self.env._("The sex does not agree with the ID number. Check both.")
            )
        if birth > self.env["hospital.clock"]._today():
            raise ValidationError(self.env._("The ID number says a birth date in the future."))
        return {"birth_date": birth, "sex": sex}

    def _resident_id_sentence(self, code):
        sentences = {
            "length": self.env._("A resident ID number has 18 characters. Count them once more."),
            "digits": self.env._("A resident ID number has 17 digits and a digit or X at the end."),
            "birth": self.env._("Digits 7 to 14 of the ID number are no date. Compare the card."),
            "checksum": self.env._(
                "The ID number does not check: one digit is wrong or two are swapped."
            ),
        }
        return sentences[code]

    @api.model
    def _register_person(self, vals, account=None, relation="self"):
        """Put a person on file, or find the one who is there (R1.1, R1.2).

        :param dict vals: name, id_type, id_number, phone, address, guardian…
        :param account: the ``hospital.account`` that registers them, if any.
        :param str relation: what the person is to the account's owner.
        :return: the patient, new or found by the document.
        :raise ValidationError: when a number is wrong or a guardian is missing.
        :raise UserError: when the document is on file under another name.
        """
        checked = self._with_identity(vals)
        Patients = self.sudo()
        patient = Patients._find_by_id_number(
            checked.get("id_type", "resident"), checked.get("id_number")
        )
        if patient and patient.name.strip() != (checked.get("name") or "").strip():
            raise UserError(
                self.env._(
                    "This document is on file under another name. Please come to the window with "
                    "the document."
                )
            )
        if not patient:
            patient = Patients.create(checked)
            self.env["hospital.audit.log"]._record("create", patient, patient.ids, checked)
        if account:
            account._add_member(patient, relation)
        return patient.with_env(self.env)

    @api.constrains("birth_date", "id_type", "guardian_id", "guardian_name")
    def _check_guardian(self):
        """A child needs somebody who answers for it (L3; real-name booking: 16 years).

        :raise ValidationError: when nobody is named.
        """
        today = self.env["hospital.clock"]._today()
        for patient in self.sudo():
            needs = patient.id_type == "none" or patient._is_minor(today)
            if needs and not (patient.guardian_id or patient.guardian_name):
                raise ValidationError(
                    self.env._(
                        "%s is under 14 or has no document yet: name the guardian.", patient.name
                    )
                )
