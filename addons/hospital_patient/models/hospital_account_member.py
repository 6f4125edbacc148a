from odoo import fields, models

from .hospital_patient import RELATIONS

#: No setting can exceed this many people of one account.
HARD_MEMBER_LIMIT = 20


class HospitalAccountMember(models.Model):
    _name = "hospital.account.member"
    _description = "Patient of a phone account"
    _order = "is_default desc, ordinal"

    account_id = fields.Many2one("hospital.account", required=True, index=True, ondelete="cascade")
    patient_id = fields.Many2one("hospital.patient", required=True, index=True, ondelete="restrict")
    relation = fields.Selection(RELATIONS, required=True, default="other")
    is_default = fields.Boolean()
    verified_at = fields.Datetime(readonly=True)
    ordinal = fields.Integer(required=True, readonly=True)

    _one_row_per_patient = models.Constraint(
        "unique (account_id, patient_id)", "This person is in the family already."
    )
    _one_row_per_ordinal = models.Constraint(
        "unique (account_id, ordinal)", "Somebody else was added at the same moment: try again."
    )
    _ordinal_in_range = models.Constraint(
        f"CHECK (ordinal BETWEEN 1 AND {HARD_MEMBER_LIMIT})", "The family is complete."
    )
    _one_default = models.UniqueIndex(
        "(account_id) WHERE is_default", "One person of an account is the default."
    )

    def _set_default(self):
        """Let booking begin with this person; the caller has proved that it is theirs."""
        self.ensure_one()
        self.check_access("read")
        member_sudo = self.sudo()
        member_sudo.account_id.member_ids.filtered("is_default").is_default = False
        member_sudo.flush_model(["is_default"])
        member_sudo.is_default = True

    def _remove(self):
        """Take the person off the account; the patient's record stays."""
        self.check_access("read")
        self.env["hospital.audit.log"]._record("unlink_member", self, self.patient_id.ids)
        self.sudo().unlink()
