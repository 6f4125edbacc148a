from odoo import fields, models


class HospitalNumberFee(models.Model):
    _name = "hospital.number.fee"
    _description = "Fee component of a number type"
    _order = "sequence, id"

    type_id = fields.Many2one("hospital.number.type", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="type_id.company_id", store=True, index=True)
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    amount_fen = fields.Integer("Amount (fen)", required=True)
    sequence = fields.Integer(default=10)

    _amount_not_negative = models.Constraint(
        "CHECK (amount_fen >= 0)", "A fee component is not negative."
    )
    _code_unique = models.Constraint(
        "unique (type_id, code)", "The number type already has a component with this code."
    )
