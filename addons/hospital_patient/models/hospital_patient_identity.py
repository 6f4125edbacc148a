import re

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.exceptions import UserError, ValidationError

from ..tools_id import check_resident_id

#: Inputs of forms that show numbers masked, and where they are stored.
TYPED = {
    "new_id_number": "id_number",
    "new_phone": "phone",
    "new_address": "address",
    "new_guardian_id_number": "guardian_id_number",
    "new_guardian_phone": "guardian_phone",
}
#: A change of one of these is checked and stored with the system's right.
IDENTITY = {"name", "id_type", "birth_date", "sex", *TYPED, *TYPED.values()}
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
#: Shapes of the other documents (National Immigration Administration; T/CAC).
_FORMATS = {
    "passport": re.compile(r"[A-Z0-9]{5,15}"),
    "hk_macao": re.compile(r"[HM]\d{8}(\d{2})?", re.ASCII),
    "taiwan": re.compile(r"\d{8}(\d{2})?", re.ASCII),
    "foreign_pr": re.compile(r"([A-Z]{3}\d{12}|9\d{17}|9\d{16}X)", re.ASCII),
    "military": re.compile(r"[\w\u4e00-\u9fff]{6,20}", re.ASCII),
    "birth_cert": re.compile(r"[A-Z]\d{9}", re.ASCII),
}


class HospitalPatient(models.Model):
    _inherit = "hospital.patient"

    new_id_number = fields.Char(
        "New document number", compute="_compute_nothing", inverse="_inverse_typed"
    )
    new_phone = fields.Char("New phone", compute="_compute_nothing", inverse="_inverse_typed")
    new_address = fields.Char("New address", compute="_compute_nothing", inverse="_inverse_typed")
    new_guardian_id_number = fields.Char(
        "Guardian's new document number", compute="_compute_nothing", inverse="_inverse_typed"
    )
    new_guardian_phone = fields.Char(
        "Guardian's new phone", compute="_compute_nothing", inverse="_inverse_typed"
    )

    def _compute_nothing(self):
        """Input only: what was typed is stored encrypted and shown masked."""
        for name in TYPED:
            self[name] = False

    def _inverse_typed(self):
        """``create`` and ``write`` store what was typed; this lets a form offer the inputs."""

    @api.onchange("new_id_number", "id_type")
    def _onchange_new_id_number(self):
        """Show at once what the number says, or what is wrong with it."""
        if not self.new_id_number or self.id_type != "resident":
            return None
        try:
            self.update(self._facts_of_resident_id(self.new_id_number.strip(), {}))
        except ValidationError as error:
            title = self.env._("Compare the number")
            return {"warning": {"title": title, "message": str(error)}}
        return None

    def write(self, vals):
        self._check_protected(vals)
        if not IDENTITY & set(vals):
            return super().write(vals)
        # whoever may register somebody may write the numbers, but not read them back
        self.check_access("write")
        checked = self._checked_changes(vals)
        return super(HospitalPatient, self.sudo()).write(checked)

    def _checked_changes(self, vals):
        """Return ``vals`` of a change, checked against what is on file.

        :raise ValidationError: with what is wrong and what to do.
        """
        vals = self._checked_contacts(self._typed_as_stored(vals))
        for patient in self.sudo():
            vals |= patient._checked_identity(vals)
        return vals

    def _checked_identity(self, vals):
        """Return what else a change by ``vals`` changes of this patient.

        A resident ID tells birth date and sex: they change with it only.  Another name or
        document is not the one that was verified.
        """
        named = vals.get("name", self.name) != self.name
        if not named and not {"id_type", "id_number", "birth_date", "sex"} & set(vals):
            return {}
        old = (self.id_type, self.id_number)
        new = (vals.get("id_type", old[0]), vals["id_number"] if "id_number" in vals else old[1])
        result = {}
        if new[1] and new != old:
            result |= {"id_type": new[0], "id_number": self._checked_number(*new)}
        if new[1] and new[0] == "resident":
            result |= self._facts_of_change(result.get("id_number", new[1]), vals)
        if (named or new != old) and "verified_level" not in vals:
            result |= {"verified_level": "none", "verified_at": False}
        return result

    def _facts_of_change(self, number, vals):
        """Return birth date and sex after a change of a person with a resident ID."""
        said = dict(vals)
        if self.id_type != "resident" and self.birth_date:
            said.setdefault("birth_date", self.birth_date)
        facts = self._facts_of_resident_id(number, said)
        if "id_number" in vals:
            return facts
        for name in facts:
            if name in vals and not vals[name] or vals.get(name) == "unknown":
                raise ValidationError(self._contradiction(name))
        return {}

    @api.model
    def _typed_as_stored(self, vals):
        """Return ``vals`` with what was typed into the masked form under the stored names."""
        vals = dict(vals)
        for typed, stored in TYPED.items():
            if typed in vals and (plain := vals.pop(typed)):
                vals[stored] = plain
        return vals

    @api.model
    def _checked_contacts(self, vals):
        """Return ``vals`` with phones and the guardian's document checked and folded."""
        vals = dict(vals)
        for name in ("phone", "guardian_phone"):
            if vals.get(name):
                vals[name] = self._checked_phone(vals[name])
        if number := vals.get("guardian_id_number"):
            vals["guardian_id_number"] = self._checked_guardian_number(number)
        birth = vals.get("birth_date") and fields.Date.to_date(vals["birth_date"])
        if birth and birth > self.env["hospital.clock"]._today():
            raise ValidationError(self.env._("The birth date lies in the future. Check it."))
        return vals

    @api.model
    def _with_identity(self, vals):
        """Return ``vals`` of a new patient, checked and completed from the document number.

        :raise ValidationError: with what is wrong and what to do.
        """
        vals = self._checked_contacts(self._typed_as_stored(vals))
        if vals.get("id_number"):
            id_type = vals.get("id_type", "resident")
            vals["id_number"] = number = self._checked_number(id_type, vals["id_number"])
            if id_type == "resident":
                vals.update(self._facts_of_resident_id(number, vals))
        return vals

    @api.model
    def _checked_phone(self, phone):
        phone = crypto.normalise(str(phone)).replace("-", "").removeprefix("+86")
        if not _MOBILE.fullmatch(phone):
            raise ValidationError(
                self.env._("This is no mobile number: 11 digits that begin with 13 to 19.")
            )
        return phone

    @api.model
    def _checked_number(self, id_type, number):
        number = crypto.normalise(str(number))
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
            raise ValidationError(self._contradiction("birth_date"))
        if vals.get("sex") not in (None, False, "unknown", sex):
            raise ValidationError(self._contradiction("sex"))
        if birth > self.env["hospital.clock"]._today():
            raise ValidationError(self.env._("The ID number says a birth date in the future."))
        return {"birth_date": birth, "sex": sex}

    def _contradiction(self, name):
        if name == "sex":
            return self.env._("The sex does not agree with the ID number. Check both.")
        return self.env._("The birth date does not agree with the ID number. Check both.")

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
        :raise UserError: when the document is on file under another name, or with a phone
            that the account has not proved: name and number alone are no secret.
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
        if patient and account and not account._proved_phone_of(patient):
            raise UserError(
                self.env._(
                    "This person is on file with another phone. Use that phone, or come to the "
                    "window with the document."
                )
            )
        if not patient:
            patient = Patients.create(checked)
            self.env["hospital.audit.log"]._record("create", patient, patient.ids, checked)
        if account:
            account._add_member(patient, relation)
        return patient.with_env(self.env)
