from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("normal", "Normal"),
    ("special", "Special clinic"),
    ("expert", "Expert"),
    ("renowned", "Renowned doctor"),
]


class HospitalNumberType(models.Model):
    _name = "hospital.number.type"
    _description = "Number type"
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    kind = fields.Selection(KINDS, required=True, default="normal")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    fee_line_ids = fields.One2many("hospital.number.fee", "type_id", "Fee components", copy=True)
    fee_fen = fields.Integer("Fee (fen)", compute="_compute_fee_fen", store=True)
    revisit_days = fields.Integer("Revisit within (days)", help="0: no revisit fee.")
    revisit_fee_fen = fields.Integer("Revisit fee (fen)")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint(
        "unique (company_id, code)", "Another number type of this hospital has this code."
    )
    _revisit_in_range = models.Constraint(
        "CHECK (revisit_days BETWEEN 0 AND 365 AND revisit_fee_fen >= 0)",
        "Revisits are within 0 to 365 days and their fee is not negative.",
    )

    @api.depends("fee_line_ids.amount_fen")
    def _compute_fee_fen(self):
        for number_type in self:
            number_type.fee_fen = sum(number_type.fee_line_ids.mapped("amount_fen"))

    def write(self, vals):
        if vals.get("active") is False:
            self._refuse_in_use()
        return super().write(vals)

    def _refuse_in_use(self):
        plan = self.env["hospital.plan"].search(
            [("number_type_id", "in", self.ids), ("state", "=", "active")], limit=1
        )
        if plan:
            raise UserError(
                self.env._(
                    "“%s” still gives out such numbers. End or pause the plans first.",
                    plan.display_name,
                )
            )
