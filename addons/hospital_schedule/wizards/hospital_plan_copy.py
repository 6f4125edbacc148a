from odoo import fields, models
from odoo.exceptions import UserError


class HospitalPlanCopy(models.TransientModel):
    _name = "hospital.plan.copy"
    _description = "Copy a doctor's plans"

    doctor_id = fields.Many2one("hospital.doctor", required=True)
    date_from = fields.Date("Valid from", required=True)
    date_to = fields.Date("Valid to")

    def action_copy(self):
        """Copy every active plan of the doctor to the new validity."""
        self.ensure_one()
        plans = self.env["hospital.plan"].search(
            [("doctor_id", "=", self.doctor_id.id), ("state", "=", "active"),
             "|", ("date_to", "=", False), ("date_to", ">=", self.env["hospital.clock"]._today())]
        )  # fmt: skip
        if not plans:
            raise UserError(self.env._("The doctor has no active plan to copy."))
        plans._copy_to(self.date_from, self.date_to)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_plan_action"
        )
