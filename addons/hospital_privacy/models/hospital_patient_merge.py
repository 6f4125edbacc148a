from odoo import api, models


class HospitalPatientMerge(models.Model):
    _inherit = "hospital.patient.merge"

    @api.model
    def _merge(self, survivor, merged, reason):
        """The survivor is kept as long as either record had to be."""
        merge = super()._merge(survivor, merged, reason)
        merged_sudo, survivor_sudo = merged.sudo(), survivor.sudo()
        until = merged_sudo.retention_until
        if until and (not survivor_sudo.retention_until or survivor_sudo.retention_until < until):
            survivor_sudo.write(
                {"retention_until": until, "retention_rule_id": merged_sudo.retention_rule_id.id}
            )
        return merge
