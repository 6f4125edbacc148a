from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class HospitalDisposal(models.Model):
    """Proposal to let a patient's data go; two persons decide, no job does."""

    _name = "hospital.disposal"
    _description = "Proposed disposal"
    _order = "id desc"
    _rec_name = "patient_id"

    patient_id = fields.Many2one(
        "hospital.patient", required=True, index=True, readonly=True, ondelete="restrict"
    )
    reason = fields.Text(required=True, readonly=True)
    first_approver_id = fields.Many2one("res.users", readonly=True, copy=False)
    second_approver_id = fields.Many2one("res.users", readonly=True, copy=False)
    done_at = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("approved", "Approved by two"),
            ("done", "Disposed of"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="proposed",
    )

    _two_persons_decide = models.Constraint(
        "CHECK (state NOT IN ('approved', 'done') OR (first_approver_id IS NOT NULL"
        " AND second_approver_id IS NOT NULL))",
        "Two persons approve a disposal.",
    )
    _persons_differ = models.Constraint(
        "CHECK (first_approver_id IS DISTINCT FROM second_approver_id"
        " OR first_approver_id IS NULL)",
        "The second person must be another one.",
    )
    _one_open_proposal = models.UniqueIndex(
        "(patient_id) WHERE state IN ('proposed', 'approved')",
        "There is an open proposal for this patient.",
    )

    @api.model
    def _cron_propose(self):
        """Extend all periods, then propose what has left retention; deletes nothing."""
        Patient = self.env["hospital.patient"].sudo().with_context(active_test=False)
        Patient._refresh_retention()
        open_ones = self.sudo().search([("state", "!=", "done")]).patient_id
        due = Patient.search(
            [
                ("retention_until", "<", self.env["hospital.clock"]._today()),
                ("erased_at", "=", False),
                ("id", "not in", open_ones.ids),
            ]
        )
        return self.sudo().create(
            [{"patient_id": patient.id, "reason": patient._retention_reason()} for patient in due]
        )

    def _check_approver(self):
        if not self.env.user.has_group("hospital_base.group_security_admin"):
            raise AccessError(self.env._("Security administrators decide about disposals."))

    def action_approve(self):
        """Approve as the first or the second person.

        :raise UserError: when the same person approves twice.
        """
        self._check_approver()
        for disposal in self.sudo().filtered(lambda d: d.state == "proposed"):
            if disposal.first_approver_id == self.env.user:
                raise UserError(self.env._("The second person must be another one."))
            if disposal.first_approver_id:
                disposal.write({"second_approver_id": self.env.uid, "state": "approved"})
            else:
                disposal.first_approver_id = self.env.user

    def action_refuse(self):
        """Keep the data; the job does not propose them again."""
        self._check_approver()
        self.sudo().filtered(lambda d: d.state in ("proposed", "approved")).state = "refused"

    def action_dispose(self):
        """Anonymise what two persons have approved, unless a newer visit keeps it."""
        self._check_approver()
        for disposal in self.sudo().filtered(lambda d: d.state == "approved"):
            _erased, refused = disposal.patient_id._erase()
            disposal.state = "refused" if refused else "done"
            disposal.done_at = fields.Datetime.now()
