from odoo import fields, models


class HospitalBlacklistRelease(models.TransientModel):
    _name = "hospital.blacklist.release"
    _description = "Release from the blacklist"

    entry_id = fields.Many2one("hospital.blacklist.entry", required=True, readonly=True)
    second_person = fields.Boolean(related="entry_id.rule_id.second_person")
    requested_by = fields.Many2one(related="entry_id.requested_by")
    requested_reason = fields.Char(related="entry_id.release_reason")
    reason = fields.Char(required=True)

    def action_release(self):
        """Release, or ask the second person when the rule wants one."""
        self.ensure_one()
        self.entry_id._release(self.reason)
        if self.entry_id.state == "released":
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._("Written down. A second person must release now."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
