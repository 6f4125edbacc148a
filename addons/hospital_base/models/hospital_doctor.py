import secrets

from odoo import api, fields, models

from ..qr import qr_png_base64

TITLES = [
    ("resident", "Resident physician"),
    ("attending", "Attending physician"),
    ("associate_chief", "Associate chief physician"),
    ("chief", "Chief physician"),
]
EDUCATION = [
    ("college", "Junior college"),
    ("bachelor", "Bachelor"),
    ("master", "Master"),
    ("doctor", "Doctor"),
]
#: The public page of a doctor, served by the patient pages.
PUBLIC_PATH = "/h5/doctor/"


class HospitalDoctor(models.Model):
    _name = "hospital.doctor"
    _description = "Doctor"
    _inherit = ["image.mixin"]
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, groups="hospital_base.group_staff")
    public_ref = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(9),
        help="Opaque name of the public page; not guessable from the staff code.",
    )
    title = fields.Selection(TITLES, required=True, default="attending")
    honour = fields.Char(translate=True, help="For example: provincial renowned TCM doctor.")
    education = fields.Selection(EDUCATION)
    sex = fields.Selection([("male", "Male"), ("female", "Female")])
    specialty = fields.Text(translate=True)
    introduction = fields.Html(translate=True)
    department_id = fields.Many2one(
        "hospital.department", "Main department", required=True, index=True, ondelete="restrict"
    )
    department_ids = fields.Many2many("hospital.department", string="Departments")
    company_id = fields.Many2one(related="department_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users", "Odoo user", index=True, copy=False, groups="hospital_base.group_staff"
    )
    public_url = fields.Char(compute="_compute_public_url")
    qr_image = fields.Binary("QR code", compute="_compute_qr_image")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "unique (company_id, code)", "Another doctor of this hospital has this code."
    )
    _public_ref_unique = models.Constraint("unique (public_ref)", "Two doctors share one page.")
    _one_user_one_doctor = models.UniqueIndex(
        "(user_id) WHERE user_id IS NOT NULL", "This user already belongs to another doctor."
    )

    @api.model_create_multi
    def create(self, vals_list):
        doctors = super().create(vals_list)
        doctors._join_main_department()
        return doctors

    def write(self, vals):
        result = super().write(vals)
        if "department_id" in vals:
            self._join_main_department()
        return result

    def _join_main_department(self):
        """A doctor belongs to the main department too."""
        for doctor in self:
            if doctor.department_id not in doctor.department_ids:
                doctor.department_ids += doctor.department_id

    @api.depends("public_ref")
    def _compute_public_url(self):
        base_url = self.get_base_url()
        for doctor in self:
            doctor.public_url = f"{base_url}{PUBLIC_PATH}{doctor.public_ref}"

    @api.depends("public_url")
    def _compute_qr_image(self):
        for doctor in self:
            doctor.qr_image = qr_png_base64(doctor.public_url)
