from odoo import fields, models


class HospitalBenchSlot(models.Model):
    _name = "hospital.bench.slot"
    _description = "Number of the naive booking"

    number = fields.Integer(required=True)
    state = fields.Selection([("free", "Free"), ("taken", "Taken")], default="free", required=True)

    _free = models.Index("(number) WHERE state = 'free'")
