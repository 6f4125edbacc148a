from odoo import api, fields, models
from odoo.exceptions import UserError


class HospitalPlanCopy(models.TransientModel):
    _name = "hospital.plan.copy"
    _description = "Copy plans"

    doctor_id = fields.Many2one("hospital.doctor", "Plans of")
    plan_ids = fields.Many2many(
        "hospital.plan", string="Plans", compute="_compute_plan_ids", store=True, readonly=False
    )
    target_doctor_id = fields.Many2one(
        "hospital.doctor",
        "For another doctor",
        help="Empty: the copies replace the plans, which end the day before.",
    )
    date_from = fields.Date("Valid from", required=True)
    date_to = fields.Date("Valid to")

    @api.depends("doctor_id")
    def _compute_plan_ids(self):
        today = self.env["hospital.clock"]._today()
        for wizard in self.filtered("doctor_id"):
            wizard.plan_ids = self.env["hospital.plan"].search(
                [("doctor_id", "=", wizard.doctor_id.id), ("state", "=", "active"),
                 "|", ("date_to", "=", False), ("date_to", ">=", today)]
            )  # fmt: skip

    def action_copy(self):
        """Copy the plans to the new validity, or to another doctor."""
        self.ensure_one()
        if not self.plan_ids:
            raise UserError(self.env._("The doctor has no active plan to copy."))
        self.plan_ids._copy_to(self.date_from, self.date_to, self.target_doctor_id)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_plan_action"
        )
