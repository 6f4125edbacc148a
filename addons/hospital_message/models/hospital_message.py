import json
import re

from odoo import api, fields, models, modules
from odoo.exceptions import AccessError
from odoo.tools import SQL

#: An ID number or a mobile number has no business in a message's variables.
PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")

EMIT_COLUMNS = SQL(
    "patient_id int, account_id int, user_id int, dedup_key varchar, res_model varchar,"
    " res_id int, variables jsonb"
)


class HospitalMessage(models.Model):
    """Outbox: what happened, to whom, written in the transaction in which it happened."""

    _name = "hospital.message"
    _inherit = ["hospital.masked.mixin", "hospital.message.error"]
    _description = "Message"
    _order = "id desc"
    _rec_name = "event_id"

    event_id = fields.Many2one(
        "hospital.message.event", required=True, index=True, readonly=True, ondelete="restrict"
    )
    patient_id = fields.Many2one("hospital.patient", index=True, readonly=True, ondelete="restrict")
    account_id = fields.Many2one(
        "hospital.account",
        index=True,
        readonly=True,
        ondelete="cascade",
        help="Empty: every account of the patient.",
    )
    user_id = fields.Many2one(
        "res.users", "Member of staff", index=True, readonly=True, ondelete="cascade"
    )
    dedup_key = fields.Char("Key", required=True, readonly=True, copy=False)
    res_model = fields.Char("Record type", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    variables = fields.Json(readonly=True)
    state = fields.Selection(
        [
            ("queued", "On its way"),
            ("sent", "Reached"),
            ("partial", "Partly reached"),
            ("failed", "Not reached"),
            ("suppressed", "Switched off"),
        ],
        required=True,
        readonly=True,
        default="queued",
    )
    at = fields.Datetime("Happened at", readonly=True, default=fields.Datetime.now)
    next_try_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    planned_at = fields.Datetime(readonly=True, copy=False)
    delivery_ids = fields.One2many("hospital.message.delivery", "message_id", "Deliveries")

    _dedup_key_unique = models.Constraint(
        "unique (dedup_key)", "This message has been written already."
    )
    _somebody_is_addressed = models.Constraint(
        "CHECK (num_nonnulls(patient_id, account_id, user_id) > 0)",
        "A message needs a patient, an account or a member of staff.",
    )
    _to_plan_idx = models.Index("(next_try_at, id) WHERE state = 'queued' AND planned_at IS NULL")
    _record_idx = models.Index("(res_model, res_id, id)")

    def init(self):
        """Let rows written by other addons' SQL start queued."""
        self.env.cr.execute("ALTER TABLE hospital_message ALTER COLUMN state SET DEFAULT 'queued'")

    # Writing ---------------------------------------------------------------

    @api.model
    def _emit(self, code, rows):
        """Write one message per row, in the caller's transaction; known keys are skipped.

        :param str code: an event that an addon has declared.
        :param rows: dicts of ``patient_id``, ``dedup_key`` and optionally
            ``account_id``, ``user_id``, ``res_model``, ``res_id``, ``variables``.
        :return: number of messages written.
        :raise ValueError: for an unknown event, or variables it does not declare.
        """
        event = self.env["hospital.message.event"]._by_code(code)
        if not rows or not event.active:
            return 0
        self._check_variables(event, rows)
        self.env.flush_all()
        now = fields.Datetime.now()
        written = self.env.execute_query(
            SQL(
                "INSERT INTO hospital_message (event_id, patient_id, account_id, user_id,"
                " dedup_key, res_model, res_id, variables, state, at, next_try_at, create_uid,"
                " create_date, write_uid, write_date)"
                " SELECT %(event)s, r.patient_id, r.account_id, r.user_id, r.dedup_key,"
                " r.res_model, r.res_id, r.variables, 'queued', %(now)s, %(now)s, %(uid)s,"
                " %(now)s, %(uid)s, %(now)s"
                " FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(%(columns)s)"
                " ON CONFLICT (dedup_key) DO NOTHING RETURNING id",
                event=event.id,
                now=now,
                uid=self.env.uid,
                rows=json.dumps(list(rows), ensure_ascii=False),
                columns=EMIT_COLUMNS,
            )
        )
        if written:
            self._wake()
        return len(written)

    @api.model
    def _check_variables(self, event, rows):
        allowed = event._variable_names()
        for row in rows:
            variables = row.get("variables") or {}
            if unknown := set(variables) - allowed:
                raise ValueError(f"Event {event.code!r} declares no {sorted(unknown)}")
            if any(PERSONAL_NUMBER.search(str(value)) for value in variables.values()):
                raise ValueError(f"Event {event.code!r}: a personal number in the variables")

    @api.model
    def _wake(self):
        """Have the outbox looked at as soon as this transaction is committed."""
        self.env.ref("hospital_message.ir_cron_deliver").sudo()._trigger()

    # Delivering ------------------------------------------------------------

    @api.model
    def _cron_deliver(self, batch_size=100):
        """Plan and deliver everything that is due, in committed batches.

        :param int batch_size: messages or deliveries taken up per batch.
        """
        Planner = self.env["hospital.message.planner"]
        Delivery = self.env["hospital.message.delivery"]
        while done := Planner._plan_batch(batch_size) + Delivery._deliver_batch(batch_size):
            if not self._checkpoint(done):
                break

    @api.model
    def _checkpoint(self, done=0):
        """Make what was done durable; tell whether the job has time left."""
        if modules.module.current_test:
            self.env.flush_all()
            return True
        return self.env["ir.cron"]._commit_progress(done) > 0

    def _sum_up(self):
        """Set the state of messages from the states of their deliveries."""
        if not self:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE hospital_message m SET state = CASE"
                " WHEN t.open > 0 THEN 'queued'"
                " WHEN t.sent = t.total THEN 'sent'"
                " WHEN t.sent > 0 THEN 'partial' ELSE 'failed' END"
                " FROM (SELECT message_id, count(*) AS total,"
                " count(*) FILTER (WHERE state = 'sent') AS sent,"
                " count(*) FILTER (WHERE state = 'pending' OR state = 'unknown'"
                " AND needs_person IS NOT TRUE) AS open"
                " FROM hospital_message_delivery WHERE message_id = ANY(%s)"
                " GROUP BY message_id) t"
                " WHERE m.id = t.message_id RETURNING m.id",
                self.ids,
            )
        )
        self.invalidate_recordset(["state"])

    def _company(self):
        """Return the hospital that speaks: that of the record, or the current one."""
        self.ensure_one()
        if self.res_model in self.env and self.res_id:
            record = self.env[self.res_model].sudo().browse(self.res_id).exists()
            if record and "company_id" in record._fields and record.company_id:
                return record.company_id
        return self.env.company

    # Asking ----------------------------------------------------------------

    @api.model
    def _reached(self, res_model, res_ids, *codes):
        """Tell for each record whether its patient was told the newest message about it.

        :param codes: look at messages of these events only.
        :return: {res_id: ``reached`` | ``not_reached`` | ``pending``}; a record
            about which nothing was written is ``not_reached``.
        """
        result = dict.fromkeys(res_ids, "not_reached")
        if not result:
            return result
        self.env.flush_all()
        words = {"queued": "pending", "sent": "reached", "partial": "reached"}
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (m.res_id) m.res_id, m.state, EXISTS ("
                " SELECT 1 FROM hospital_message_delivery d"
                " WHERE d.message_id = m.id AND d.state = 'sent')"
                " FROM hospital_message m JOIN hospital_message_event e ON e.id = m.event_id"
                " WHERE m.res_model = %s AND m.res_id = ANY(%s) AND (%s OR e.code = ANY(%s))"
                " ORDER BY m.res_id, m.id DESC",
                res_model,
                list(result),
                not codes,
                list(codes),
            )
        )
        for res_id, state, delivered in rows:
            result[res_id] = "reached" if delivered else words.get(state, "not_reached")
        return result

    def action_retry(self):
        """Try again whatever did not arrive.

        :raise AccessError: for anyone but the outpatient office.
        """
        if not self.env.user.has_group("hospital_base.group_outpatient_office"):
            raise AccessError(self.env._("Only the outpatient office sends messages again."))
        messages_sudo = self.sudo().filtered(lambda m: m.state in ("failed", "partial"))
        messages_sudo.write({"error": False, "next_try_at": fields.Datetime.now()})
        unplanned = messages_sudo.filtered(lambda message: not message.delivery_ids)
        unplanned.write({"state": "queued", "planned_at": False})
        messages_sudo.delivery_ids.filtered(lambda d: d.state != "sent")._queue_again()
        self._wake()
