import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base.masking import mask_name
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .hospital_message_port import PortResult

_logger = logging.getLogger(__name__)

#: Minutes to wait after the first, second… try that may be repeated.
BACKOFF_MINUTES = (1, 5, 15, 60, 240)

#: Minutes after which a worker that took a row up is taken for dead.
LEASE_MINUTES = 5


class HospitalMessageDelivery(models.Model):
    """One message to one person through one port.

    ``unknown`` is written and committed before a row leaves the database: a worker
    that dies then leaves a row that says the truth, and the next one asks the port
    before it sends anything again.
    """

    _name = "hospital.message.delivery"
    _inherit = ["hospital.masked.mixin", "hospital.message.error"]
    _description = "Message delivery"
    _order = "id desc"
    _rec_name = "title"

    message_id = fields.Many2one(
        "hospital.message", required=True, index=True, readonly=True, ondelete="cascade"
    )
    event_id = fields.Many2one(related="message_id.event_id", store=False)
    patient_id = fields.Many2one(related="message_id.patient_id", store=False)
    account_id = fields.Many2one(
        "hospital.account", readonly=True, ondelete="cascade", help="Empty: the patient's phone."
    )
    user_id = fields.Many2one(
        "res.users", "Member of staff", index=True, readonly=True, ondelete="cascade"
    )
    port = fields.Selection(
        selection=lambda self: self.env["hospital.message.port"]._selection(),
        required=True,
        readonly=True,
    )
    lang = fields.Char("Language", readonly=True)
    title = fields.Char(readonly=True)
    body = fields.Text(readonly=True)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("unknown", "Outcome unknown"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    sent_at = fields.Datetime(readonly=True)
    read_at = fields.Datetime(readonly=True)
    reference = fields.Char(readonly=True, copy=False, help="Our key at the gateway.")
    needs_person = fields.Boolean(
        "Somebody must look", readonly=True, help="The gateway does not know what became of it."
    )

    _once_per_person_and_port = models.UniqueIndex(
        "(message_id, port, COALESCE(account_id, 0), COALESCE(user_id, 0))",
        "The message is on its way to this person through this port already.",
    )
    _sent_has_a_moment = models.Constraint(
        "CHECK (state <> 'sent' OR sent_at IS NOT NULL)", "What was sent was sent at a moment."
    )
    _due_idx = models.Index(
        "(next_try_at, id) WHERE state IN ('pending', 'unknown') AND needs_person IS NOT TRUE"
    )
    _box_idx = models.Index("(account_id, id DESC) WHERE port = 'inapp'")
    _account_idx = models.Index("(account_id)")

    @api.model
    def _deliver_batch(self, limit):
        """Take up to ``limit`` due deliveries and bring each to an outcome.

        :return: number of deliveries taken up.
        """
        taken = self._claim(limit)
        if not taken:
            return 0
        Message = self.env["hospital.message"]
        Message._checkpoint()
        for delivery_id, asked_before in taken:
            delivery = self.sudo().browse(delivery_id)
            delivery._deliver(asked_before)
            if delivery.port in self.env["hospital.message.port"]._external_codes():
                Message._checkpoint()
        self.browse([row[0] for row in taken]).sudo().message_id._sum_up()
        return len(taken)

    @api.model
    def _claim(self, limit):
        """Lease due rows; those that will leave the database become ``unknown`` now.

        :return: list of (id, whether the outcome was unknown before).
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                "UPDATE hospital_message_delivery d SET attempts = d.attempts + 1,"
                " next_try_at = %(lease)s,"
                " state = CASE WHEN d.port = ANY(%(external)s) THEN 'unknown' ELSE d.state END"
                " FROM (SELECT id, state FROM hospital_message_delivery"
                "  WHERE state IN ('pending', 'unknown') AND needs_person IS NOT TRUE"
                "  AND next_try_at <= %(now)s"
                "  ORDER BY next_try_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due"
                " WHERE d.id = due.id RETURNING d.id, due.state = 'unknown'",
                lease=now + timedelta(minutes=LEASE_MINUTES),
                external=self.env["hospital.message.port"]._external_codes(),
                now=now,
                limit=limit,
            )
        )
        self.browse([row[0] for row in rows]).invalidate_recordset()
        return sorted(rows)

    def _deliver(self, outcome_unknown):
        """Send the row, or ask about it, and write down what the port said."""
        self.ensure_one()
        port = self.env["hospital.message.port"]._get(self.port)
        try:
            with self.env.cr.savepoint():
                result = port._query(self) if outcome_unknown else self._render_and_send(port)
                if outcome_unknown and result.status == "refused":
                    result = PortResult("retry", detail=result.detail)
                self._note(result)
        except Exception as error:
            # One bad row never ends a batch, and the next try asks before it sends.
            _logger.warning("Delivery %s: %s", self.id, type(error).__name__)
            self.invalidate_recordset()
            status = "unknown" if port._external else "retry"
            self._note(PortResult(status, detail=type(error).__name__))

    def _render_and_send(self, port):
        try:
            self._render()
        except KeyError as error:
            return PortResult("refused", detail=f"no_variable:{{{error.args[0]}}}")
        return port._send(self)

    def _render(self):
        """Fill title and body in the person's language.

        :raise KeyError: naming a variable that the message does not carry.
        """
        message = self.message_id
        template = message.event_id.template_ids.filtered(
            lambda t: t.port == self.port and t.lang == self.lang
        )
        variables = {
            "patient": mask_name(message.patient_id.name) if message.patient_id else "",
            "hospital": message._company().name,
            **(message.variables or {}),
        }
        self.title, self.body = template._render(variables)

    def _note(self, result):
        """Write down an outcome.

        :param PortResult result: what the port said.
        """
        now = fields.Datetime.now()
        spent = self.attempts > len(BACKOFF_MINUTES)
        wait = BACKOFF_MINUTES[min(self.attempts, len(BACKOFF_MINUTES)) - 1]
        vals = {"error": result.detail or False, "next_try_at": now + timedelta(minutes=wait)}
        if result.status == "sent":
            vals |= {"state": "sent", "sent_at": now, "error": False}
        elif result.status == "unknown":
            vals |= {"state": "unknown", "needs_person": spent}
        elif result.status == "retry" and not spent:
            vals["state"] = "pending"
        else:
            vals["state"] = "failed"
        if result.reference:
            vals["reference"] = result.reference
        self.write(vals)
        self.flush_recordset()

    def _queue_again(self):
        """Start anew; a row whose outcome is unknown is asked about, not sent."""
        now = fields.Datetime.now()
        for delivery in self.sudo():
            state = "unknown" if delivery.state == "unknown" else "pending"
            delivery.write(
                {"state": state, "attempts": 0, "next_try_at": now, "needs_person": False}
            )
        self.sudo().message_id._sum_up()

    def _check_office(self):
        if not self.env.user.has_group("hospital_base.group_outpatient_office"):
            raise AccessError(self.env._("Only the outpatient office sends messages again."))

    def action_retry(self):
        """Try a failed delivery again; ask the gateway about an unknown one."""
        self._check_office()
        self.filtered(lambda d: d.state in ("failed", "unknown"))._queue_again()
        self.env["hospital.message"]._wake()

    def action_confirm_reached(self):
        """Close an unknown delivery: a person has asked the patient, who knows."""
        self._settle("sent")

    def action_confirm_not_reached(self):
        """Close an unknown delivery as failed, so that it can be sent again."""
        self._settle("failed")

    def _settle(self, state):
        self._check_office()
        unknown_sudo = self.sudo().filtered(lambda d: d.state == "unknown")
        sent_at = fields.Datetime.now() if state == "sent" else False
        unknown_sudo.write({"state": state, "sent_at": sent_at, "needs_person": False})
        unknown_sudo.message_id._sum_up()

    def _mark_read(self):
        """Note that the person has opened these messages; the rows must be readable to them."""
        self.check_access("read")
        self.sudo().filtered(lambda d: not d.read_at).read_at = fields.Datetime.now()
