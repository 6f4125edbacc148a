from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.hospital_base.fields_encrypted import EncryptedChar
from odoo.addons.hospital_base.masking import (
    mask_address,
    mask_id_number,
    mask_name,
    mask_phone,
)
from odoo.exceptions import AccessError, UserError

ID_TYPES = [
    ("resident", "Resident ID card"),
    ("passport", "Passport"),
    ("hk_macao", "Hong Kong and Macao permit"),
    ("taiwan", "Taiwan permit"),
    ("foreign_pr", "Foreign permanent resident card"),
    ("military", "Military officer ID"),
    ("birth_cert", "Birth certificate"),
    ("none", "None yet (newborn)"),
]
SEXES = [("male", "Male"), ("female", "Female"), ("unknown", "Unknown")]
RELATIONS = [
    ("self", "Self"),
    ("spouse", "Spouse"),
    ("child", "Child"),
    ("parent", "Parent"),
    ("other", "Other"),
]
VERIFIED_LEVELS = [
    ("none", "Not verified"),
    ("ocr", "Document photographed"),
    ("police", "Checked with the police database"),
    ("window", "Document seen at the window"),
]
#: Personal Information Protection Law art. 31: below this age a guardian consents.
CONSENT_AGE = 14
#: From this age on somebody may answer for a child.
GROWN_UP_AGE = 18
STAFF = "hospital_base.group_staff"
STAFF_AND_SELF = "hospital_base.group_staff,base.group_portal"
#: Clear text; who may only reveal sees it in the wizard that asks for a reason.
CLEAR = "hospital_base.group_export_personal"


class HospitalPatient(models.Model):
    """One person, however many cards they hold (R6.1).

    Identity numbers, phones and addresses live here, encrypted; the partner that
    invoices need is a pseudonym without any of them.
    """

    _name = "hospital.patient"
    _inherit = ["hospital.encrypted.mixin"]
    _description = "Patient"
    _order = "id desc"

    name = fields.Char("Full name", required=True, index=True)
    mrn = fields.Char("Record number", required=True, readonly=True, copy=False, default="/")
    sex = fields.Selection(SEXES, required=True, default="unknown")
    birth_date = fields.Date(groups=STAFF_AND_SELF)
    age = fields.Integer(compute="_compute_age", groups=STAFF_AND_SELF)
    id_type = fields.Selection(ID_TYPES, "Document", required=True, default="resident")
    id_number = EncryptedChar(
        "Document number",
        hash_field="id_number_hash",
        last4_field="id_last4",
        domain="id_number",
        groups=CLEAR,
    )
    id_number_hash = fields.Char(copy=False, groups="base.group_system")
    id_last4 = fields.Char("Document, last four", copy=False, groups=STAFF)
    phone = EncryptedChar(
        hash_field="phone_hash", last4_field="phone_last4", domain="phone", groups=CLEAR
    )
    phone_hash = fields.Char(copy=False, groups="base.group_system")
    phone_last4 = fields.Char("Phone, last four", copy=False, groups=STAFF)
    address = EncryptedChar(groups=CLEAR)
    ethnicity = fields.Char(groups=STAFF_AND_SELF)
    guardian_id = fields.Many2one(
        "hospital.patient", "Guardian on file", index=True, ondelete="restrict"
    )
    guardian_relation = fields.Selection(RELATIONS, "Guardian is the")
    guardian_name = fields.Char(groups=STAFF_AND_SELF)
    guardian_id_number = EncryptedChar("Guardian's document number", groups=CLEAR)
    guardian_phone = EncryptedChar("Guardian's phone", groups=CLEAR)
    verified_level = fields.Selection(
        VERIFIED_LEVELS, required=True, readonly=True, default="none", copy=False
    )
    verified_at = fields.Datetime(readonly=True, copy=False)
    active = fields.Boolean(default=True)
    merged_into_id = fields.Many2one(
        "hospital.patient", readonly=True, copy=False, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", "Invoice pseudonym", readonly=True, copy=False, index=True, groups=STAFF
    )
    card_ids = fields.One2many("hospital.patient.card", "patient_id", "Cards", groups=STAFF)
    member_ids = fields.One2many("hospital.account.member", "patient_id", "Phone accounts")
    credit_event_ids = fields.One2many(
        "hospital.credit.event", "patient_id", "Credit history", groups=STAFF
    )
    credit_score = fields.Integer(compute="_compute_credit_score", groups=STAFF)
    masked_id = fields.Char("Document (masked)", compute="_compute_masked", compute_sudo=True)
    masked_phone = fields.Char("Phone (masked)", compute="_compute_masked", compute_sudo=True)
    masked_name = fields.Char("Name (masked)", compute="_compute_masked", compute_sudo=True)
    masked_address = fields.Char("Address (masked)", compute="_compute_masked", compute_sudo=True)
    masked_guardian_id = fields.Char(
        "Guardian's document (masked)", compute="_compute_masked", compute_sudo=True
    )
    masked_guardian_phone = fields.Char(
        "Guardian's phone (masked)", compute="_compute_masked", compute_sudo=True
    )

    _mrn_unique = models.Constraint("unique (mrn)", "Two patients have one record number.")
    _one_person_per_document = models.UniqueIndex(
        "(id_type, id_number_hash) WHERE id_number_hash IS NOT NULL AND merged_into_id IS NULL",
        "A patient with this document is already on file.",
    )
    _phone_hash_idx = models.Index("(phone_hash) WHERE phone_hash IS NOT NULL")
    _id_number_hash_idx = models.Index("(id_number_hash) WHERE id_number_hash IS NOT NULL")
    _id_last4_idx = models.Index("(id_last4) WHERE id_last4 IS NOT NULL")
    _phone_last4_idx = models.Index("(phone_last4) WHERE phone_last4 IS NOT NULL")
    _namesake_idx = models.Index("(name, birth_date, phone_hash)")
    _not_own_guardian = models.Constraint(
        "CHECK (guardian_id <> id)", "A patient cannot be their own guardian."
    )
    _merged_is_inactive = models.Constraint(
        "CHECK (merged_into_id IS NULL OR (merged_into_id <> id AND NOT active))",
        "A merged record points to another one and is archived.",
    )
    _document_or_none = models.Constraint(
        "CHECK ((id_type = 'none') = (id_number_hash IS NULL))",
        "Give the document number, or say that there is no document yet.",
    )

    @api.depends("birth_date")
    def _compute_age(self):
        today = self.env["hospital.clock"]._today()
        for patient in self:
            patient.age = patient._age_on(today) or 0

    def _compute_masked(self):
        for patient in self:
            patient.masked_id = mask_id_number(patient.id_number)
            patient.masked_phone = mask_phone(patient.phone)
            patient.masked_name = mask_name(patient.name)
            patient.masked_address = mask_address(patient.address)
            patient.masked_guardian_id = mask_id_number(patient.guardian_id_number)
            patient.masked_guardian_phone = mask_phone(patient.guardian_phone)

    @api.depends("credit_event_ids.points")
    def _compute_credit_score(self):
        totals = dict(
            self.env["hospital.credit.event"]
            .sudo()
            ._read_group([("patient_id", "in", self.ids)], ["patient_id"], ["points:sum"])
        )
        for patient in self:
            patient.credit_score = 100 + totals.get(patient, 0)

    @api.depends("name", "mrn")
    def _compute_display_name(self):
        for patient in self:
            patient.display_name = f"{patient.name} {patient.mrn}" if patient.mrn else patient.name

    @api.model_create_multi
    def create(self, vals_list):
        sequence = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            self._check_protected(vals)
        for vals in vals_list:
            vals.setdefault("mrn", sequence.next_by_code("hospital.patient"))
        # whoever may register somebody may write the numbers, but not read them back
        self.check_access("create")
        checked = [self._with_identity(vals) for vals in vals_list]
        return super(HospitalPatient, self.sudo()).create(checked).with_env(self.env)

    @api.model
    def _protected_fields(self):
        """Return what only the system's own steps set, whatever a form or a remote call sends."""
        return {"mrn", "verified_level", "verified_at", "merged_into_id", "partner_id"}

    @api.model
    def _check_protected(self, vals):
        """A read-only field of a form is no guard against remote calls.

        :raise AccessError: when somebody sets what only the system sets.
        """
        if not self.env.su and self._protected_fields() & set(vals):
            raise AccessError(
                self.env._("Record number, verification and merges are not set by hand.")
            )

    def _patients_concerned(self):
        return self

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """Health records are kept; erasure anonymises what retention lets go (L4, L11)."""
        raise UserError(
            self.env._("Patients are not deleted: archive the record or answer a deletion request.")
        )

    def _age_on(self, day):
        """Return the age in whole years on ``day`` (date), or ``None`` when unknown."""
        birth = self.sudo().birth_date
        return relativedelta(day, birth).years if birth else None

    def _is_minor(self, day, age=CONSENT_AGE):
        """Tell whether the person is younger than ``age`` years on ``day``.

        Unknown birth dates count as adult: a document shows the age, a missing one
        is asked for at the window.
        """
        years = self._age_on(day)
        return years is not None and years < age

    def _live(self):
        """Return the record that stands for this person after merges."""
        patient = self
        while patient.merged_into_id:
            patient = patient.merged_into_id
        return patient

    def _invoice_partner(self):
        """Return the pseudonym partner for invoices: record number, nothing else."""
        self.ensure_one()
        patient_sudo = self.sudo()
        if not patient_sudo.partner_id:
            patient_sudo.partner_id = self.env["res.partner"].sudo().create(
                {"name": self.mrn, "ref": self.mrn}
            )
        return patient_sudo.partner_id
