from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base.guard import GuardedFields
from odoo.exceptions import UserError


class HospitalSubjectRequest(GuardedFields, models.Model):
    """What a person asks about the own data, and what became of it."""

    _name = "hospital.subject.request"
    _description = "Request of a data subject"
    _order = "due_date, id"
    _rec_name = "kind"

    _guarded_fields = frozenset(
        ("patient_id", "account_id", "kind", "received_at", "state", "closed_at", "handler_id")
    )
    _given_fields = frozenset(("patient_id", "account_id", "kind"))

    patient_id = fields.Many2one("hospital.patient", required=True, index=True, ondelete="restrict")
    account_id = fields.Many2one("hospital.account", index=True, ondelete="set null")
    kind = fields.Selection(
        [
            ("access", "Access"),
            ("copy", "Copy"),
            ("correction", "Correction"),
            ("transfer", "Transfer to another hospital"),
            ("withdrawal", "Withdrawal of consent"),
            ("deletion", "Deletion"),
        ],
        required=True,
    )
    details = fields.Text(groups="hospital_base.group_security_admin,base.group_portal")
    received_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    due_date = fields.Date(
        compute="_compute_due_date", store=True, help="Working days of the hospital's calendar."
    )
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("done", "Granted"),
            ("partial", "Partly granted"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    outcome = fields.Text(copy=False, groups="hospital_base.group_security_admin,base.group_portal")
    closed_at = fields.Datetime(readonly=True, copy=False)
    handler_id = fields.Many2one("res.users", "Handled by", readonly=True, copy=False)

    _outcome_when_closed = models.Constraint(
        "CHECK (state = 'open' OR (outcome <> '' AND closed_at IS NOT NULL) IS TRUE)",
        "Say what became of the request before you close it.",
    )
    _open_idx = models.Index("(due_date) WHERE state = 'open'")
    _one_open_request = models.UniqueIndex(
        "(patient_id, account_id, kind) WHERE state = 'open'",
        "This request is open already. Wait for the answer.",
    )

    @api.depends("received_at")
    def _compute_due_date(self):
        clock = self.env["hospital.clock"]
        working_days = self.env.company.sudo().hospital_request_days
        for request in self.filtered("received_at"):
            day, left = clock._local(request.received_at).date(), working_days
            while left:
                day += timedelta(days=1)
                left -= clock._is_workday(day)
            request.due_date = day

    @api.depends("due_date", "state")
    def _compute_is_overdue(self):
        today = self.env["hospital.clock"]._today()
        for request in self:
            late = request.due_date and request.due_date < today
            request.is_overdue = bool(request.state == "open" and late)

    @api.model
    def _open(self, account, patient, kind, details=""):
        """Enter a request of ``account`` about ``patient``; returns the open one if there is one.

        The caller has made sure that the patient belongs to the account.
        """
        return self._find_open(account, patient, kind) or self.sudo().create(
            {
                "account_id": account.id,
                "patient_id": patient.id,
                "kind": kind,
                "details": details,
            }
        )

    @api.model
    def _find_open(self, account, patient, kind):
        """Return the request of this kind that ``account`` waits for, else an empty record."""
        return self.sudo().search(
            [
                ("patient_id", "=", patient.id),
                ("account_id", "=", account.id),
                ("kind", "=", kind),
                ("state", "=", "open"),
            ],
            limit=1,
        )

    def _close(self, state, outcome):
        self.ensure_one()
        if self.state != "open":
            raise UserError(self.env._("This request is closed already."))
        self._as_writer().write(
            {
                "state": state,
                "outcome": outcome,
                "closed_at": fields.Datetime.now(),
                "handler_id": self.env.uid,
            }
        )
        self.flush_recordset()

    def action_done(self):
        """Close as granted; the outcome says what was done.

        :raise UserError: when the outcome is empty, or for a deletion, which is
            carried out by :meth:`action_erase`.
        """
        for request in self:
            if request.kind == "deletion":
                raise UserError(self.env._("Carry the deletion out; it is closed by that."))
            request._close("done", request._required_outcome())
            if request.kind == "withdrawal":
                request._withdraw_optional_consents()

    def _withdraw_optional_consents(self):
        """Withdraw every consent of the patient that the service can do without."""
        consents_sudo = self.env["hospital.consent"].sudo()
        consents_sudo.search(
            [
                ("patient_id", "=", self.patient_id.id),
                ("withdrawn_at", "=", False),
                ("text_id.required", "=", False),
            ]
        )._withdraw()

    def action_refuse(self):
        """Close as refused; the outcome says why."""
        for request in self:
            request._close("refused", request._required_outcome())

    def _required_outcome(self):
        if not (self.outcome or "").strip():
            raise UserError(self.env._("Say what became of the request before you close it."))
        return self.outcome

    def action_erase(self):
        """Carry a deletion out: what may go goes, the rest is refused with its reason."""
        self.check_access("write")
        for request in self:
            if request.kind != "deletion" or request.state != "open":
                raise UserError(self.env._("Only an open request for deletion is carried out."))
            erased, refused = request.patient_id._erase()
            request._close("partial" if refused else "done", "\n".join([*erased, *refused]))

    def action_export(self):
        """Return the download of the person's copy."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/hospital/privacy/export/{self.id}",
            "target": "download",
        }
