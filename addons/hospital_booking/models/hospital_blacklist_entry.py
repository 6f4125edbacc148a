from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class HospitalBlacklistEntry(models.Model):
    _name = "hospital.blacklist.entry"
    _inherit = ["hospital.masked.mixin"]
    _description = "Blacklist entry"
    _order = "start_at desc, id desc"
    _rec_names_search = ["patient_id"]

    patient_id = fields.Many2one(
        "hospital.patient", required=True, index=True, readonly=True, ondelete="restrict"
    )
    rule_id = fields.Many2one(
        "hospital.blacklist.rule", index=True, readonly=True, ondelete="restrict"
    )
    start_at = fields.Datetime(required=True, readonly=True)
    until = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("active", "Locked"), ("released", "Released")], required=True, readonly=True,
        default="active",
    )  # fmt: skip
    appeal_note = fields.Text("Appeal")
    release_reason = fields.Char(readonly=True)
    requested_by = fields.Many2one(
        "res.users", "Release asked by", readonly=True, index=True, ondelete="restrict"
    )
    released_by = fields.Many2one("res.users", readonly=True, index=True, ondelete="restrict")
    released_at = fields.Datetime(readonly=True)

    _one_open_lock = models.UniqueIndex(
        "(patient_id) WHERE state = 'active'", "The patient is locked already."
    )
    _until_after_start = models.Constraint(
        "CHECK (until > start_at)", "A lock ends after it starts."
    )

    @api.depends("patient_id", "rule_id")
    def _compute_display_name(self):
        for entry in self:
            parts = (entry.patient_masked, entry.rule_id.name)
            entry.display_name = " · ".join(filter(None, parts))

    @api.model
    def _is_blocked(self, patient_ids, at):
        """Return the ids among ``patient_ids`` that may not book at ``at`` (UTC)."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT p FROM unnest(%s::integer[]) p WHERE hospital_is_blocked(p, %s)",
                list(patient_ids), at,
            )
        )  # fmt: skip
        return {row[0] for row in rows}

    def _release(self, reason):
        """End the lock by hand.

        :raise UserError: without a reason, or when a second person must agree.
        """
        self.check_access("write")
        if not reason:
            raise UserError(self.env._("Give the reason of the release."))
        now = self.env["hospital.clock"]._now()
        for entry_sudo in self.sudo().filtered(lambda row: row.state == "active"):
            second = entry_sudo.rule_id.second_person
            if second and entry_sudo.requested_by in (self.env["res.users"], self.env.user):
                entry_sudo.write({"requested_by": self.env.uid, "release_reason": reason})
                continue
            entry_sudo.write(
                {"state": "released", "released_by": self.env.uid, "released_at": now,
                 "release_reason": reason}
            )  # fmt: skip
            entry_sudo._tell_unlocked()

    def write(self, vals):
        if not self.env.su and set(vals) - {"appeal_note"}:
            raise UserError(self.env._("A lock ends by its release button only."))
        return super().write(vals)

    @api.model
    def _cron_release(self):
        """End locks whose time is over."""
        now = self.env["hospital.clock"]._now()
        due = self.search([("state", "=", "active"), ("until", "<=", now)])
        due.write({"state": "released"})
        due._tell_unlocked()
        return len(due)

    def _tell_unlocked(self):
        self.env["hospital.message"]._emit(
            "booking.unlocked",
            [
                {"patient_id": entry.patient_id.id, "dedup_key": f"booking.unlocked:{entry.id}"}
                for entry in self
            ],
        )
