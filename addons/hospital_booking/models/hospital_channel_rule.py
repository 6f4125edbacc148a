from odoo import fields, models


class HospitalChannelRule(models.Model):
    """At most so many numbers of one session for a channel: a rule, not a pool."""

    _name = "hospital.channel.rule"
    _description = "Channel quota"

    channel_id = fields.Many2one("hospital.channel", required=True, index=True, ondelete="cascade")
    department_id = fields.Many2one(
        "hospital.department", index="btree_not_null", ondelete="cascade"
    )
    number_type_id = fields.Many2one(
        "hospital.number.type", index="btree_not_null", ondelete="cascade"
    )
    maximum = fields.Integer("Numbers per session", required=True, default=10)
    active = fields.Boolean(default=True)

    _maximum_in_range = models.Constraint(
        "CHECK (maximum BETWEEN 0 AND 1000)", "A quota is between 0 and 1000 numbers."
    )
