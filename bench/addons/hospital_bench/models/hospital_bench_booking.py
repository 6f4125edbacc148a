from odoo import fields, models


class HospitalBenchBooking(models.Model):
    _name = "hospital.bench.booking"
    _description = "Booking made by search and write"

    slot_id = fields.Many2one("hospital.bench.slot", required=True, index=True)
    user_id = fields.Many2one("res.users", required=True, index=True)

    def _book(self):
        """Book the way it is usually written: search a free number, write, create."""
        slot = self.env["hospital.bench.slot"].search(
            [("state", "=", "free")], order="number", limit=1
        )
        if not slot or self.search_count([("user_id", "=", self.env.uid)], limit=1):
            return self.browse()
        slot.state = "taken"
        return self.create({"slot_id": slot.id, "user_id": self.env.uid})
