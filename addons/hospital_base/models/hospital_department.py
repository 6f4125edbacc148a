from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("clinic", "Outpatient clinic"),
    ("medtech", "Medical technology"),
    ("emergency", "Emergency"),
    ("ward", "Ward"),
    ("admin", "Administration"),
]


class HospitalDepartment(models.Model):
    _name = "hospital.department"
    _description = "Department"
    _inherit = ["image.mixin"]
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    kind = fields.Selection(KINDS, required=True, default="clinic")
    parent_id = fields.Many2one(
        "hospital.department", "First-level department", index=True, ondelete="restrict"
    )
    child_ids = fields.One2many("hospital.department", "parent_id", "Second-level departments")
    campus_id = fields.Many2one("hospital.campus", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="campus_id.company_id", store=True, index=True)
    introduction = fields.Html(translate=True, sanitize_style=True)
    building = fields.Char(translate=True)
    floor = fields.Char()
    room = fields.Char()
    location = fields.Char(compute="_compute_location")
    bookable = fields.Boolean(help="Patients may book numbers of this department (R2.1).")
    booking_horizon_days = fields.Integer(
        "Booking horizon (days)",
        help="How many days ahead patients can book; 0 takes the hospital's setting (R2.3).",
    )
    doctor_ids = fields.Many2many("hospital.doctor", string="Doctors")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "unique (company_id, code)", "Another department of this hospital has this code."
    )
    _horizon_in_range = models.Constraint(
        "CHECK (booking_horizon_days BETWEEN 0 AND 90)",
        "The booking horizon is between 0 (the hospital's setting) and 90 days.",
    )
    _not_own_parent = models.Constraint(
        "CHECK (parent_id <> id)", "A department cannot stand below itself."
    )

    @api.depends("campus_id.name", "building", "floor", "room")
    def _compute_location(self):
        for department in self:
            department.location = department._place()

    def _place(self, room=""):
        """Return where to go: campus, building, floor, and ``room`` or the department's own."""
        self.ensure_one()
        parts = (self.campus_id.name, self.building, self.floor, room or self.room)
        return " ".join(part for part in parts if part)

    @api.depends("name", "parent_id.name")
    def _compute_display_name(self):
        for department in self:
            names = (department.parent_id.name, department.name)
            department.display_name = " / ".join(name for name in names if name)

    @api.constrains("parent_id")
    def _check_two_levels(self):
        for department in self:
            if department.parent_id.parent_id or (department.parent_id and department.child_ids):
                raise ValidationError(
                    self.env._(
                        "%(name)s: departments have two levels. Choose a first-level department "
                        "as the parent.",
                        name=department.name,
                    )
                )

    @api.constrains("parent_id", "campus_id")
    def _check_same_hospital(self):
        for department in self.filtered("parent_id"):
            if department.company_id != department.parent_id.company_id:
                raise ValidationError(
                    self.env._("%s: both levels belong to one hospital.", department.name)
                )

    def _horizon_days(self):
        """Return how many days ahead this department can be booked (R2.3)."""
        self.ensure_one()
        return self.booking_horizon_days or self.company_id.sudo().hospital_horizon_days
