from odoo import api, models


class HospitalSlot(models.Model):
    _inherit = "hospital.slot"

    @api.depends_context("hospital_slot_time")
    def _compute_display_name(self):
        if not self.env.context.get("hospital_slot_time"):
            return super()._compute_display_name()
        clock = self.env["hospital.clock"]
        for slot in self:
            times = [clock._local(at).strftime("%H:%M") for at in (slot.starts_at, slot.ends_at)]
            slot.display_name = f"{slot.number} · {times[0]}–{times[1]}"
        return None
