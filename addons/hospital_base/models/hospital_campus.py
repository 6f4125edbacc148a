from odoo import fields, models


class HospitalCampus(models.Model):
    _name = "hospital.campus"
    _description = "Campus"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", "Hospital", required=True, index=True, default=lambda self: self.env.company
    )
    address = fields.Char(translate=True)
    phone = fields.Char("Switchboard")
    latitude = fields.Float(digits=(9, 6), help="Degrees north (GCJ-02, as Chinese maps use).")
    longitude = fields.Float(digits=(9, 6), help="Degrees east (GCJ-02, as Chinese maps use).")
    department_ids = fields.One2many("hospital.department", "campus_id")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "unique (company_id, code)", "Another campus of this hospital has this code."
    )
