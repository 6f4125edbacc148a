from odoo import api, fields, models
from odoo.tools import SQL


class HospitalMessagePlanner(models.AbstractModel):
    """Decides who is told a message, and through which ports."""

    _name = "hospital.message.planner"
    _description = "Planner of message deliveries"

    @api.model
    def _plan_batch(self, limit):
        """Write the deliveries of up to ``limit`` due messages.

        Repeating it for the same message adds nothing.

        :return: number of messages planned.
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        due = self.env.execute_query(
            SQL(
                "SELECT id FROM hospital_message"
                " WHERE state = 'queued' AND planned_at IS NULL AND next_try_at <= %s"
                " ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED",
                now,
                limit,
            )
        )
        message_ids = [row[0] for row in due]
        if message_ids:
            self._insert_deliveries(message_ids, now)
            self._close_unplannable(message_ids)
            self.env.execute_query(
                SQL(
                    "UPDATE hospital_message SET planned_at = %s WHERE id = ANY(%s) RETURNING id",
                    now,
                    message_ids,
                )
            )
            self.env["hospital.message"].browse(message_ids).invalidate_recordset()
        return len(message_ids)

    @api.model
    def _insert_deliveries(self, message_ids, now):
        """One row per person and port that has a template, unless switched off."""
        self.env.execute_query(
            SQL(
                "WITH %(recipients)s"
                " INSERT INTO hospital_message_delivery (message_id, account_id, user_id, port,"
                " lang, state, attempts, next_try_at, reference, needs_person, create_uid,"
                " create_date, write_uid, write_date)"
                " SELECT r.message_id, r.account_id, r.user_id, t.port,"
                " (array_agg(t.lang ORDER BY t.lang = r.lang DESC, t.lang DESC))[1], 'pending',"
                " 0, %(now)s, md5(random()::text || gen_random_uuid()::text), false, %(uid)s,"
                " %(now)s, %(uid)s, %(now)s"
                " FROM recipient r JOIN hospital_message_template t ON t.event_id = r.event_id"
                " WHERE r.wanted AND CASE"
                " WHEN r.user_id IS NOT NULL THEN t.port = 'inapp'"
                " WHEN r.account_id IS NULL THEN t.port = 'sms'"
                " ELSE true END"
                " GROUP BY r.message_id, r.account_id, r.user_id, t.port, r.lang"
                " ON CONFLICT DO NOTHING RETURNING id",
                recipients=self._recipients_sql(message_ids),
                now=now,
                uid=self.env.uid,
            )
        )

    @api.model
    def _recipients_sql(self, message_ids):
        """Return the common table ``recipient``: who hears of which message, if they want to.

        A patient whom no account serves, as one who booked by telephone, is
        reached on the own phone.  What concerns safety is always wanted.
        """
        return SQL(
            " RECURSIVE live AS ("
            "  SELECT m.id AS message_id, m.event_id, p.id AS patient_id, p.merged_into_id"
            "  FROM hospital_message m JOIN hospital_patient p ON p.id = m.patient_id"
            "  WHERE m.id = ANY(%(ids)s)"
            "  UNION SELECT l.message_id, l.event_id, p.id, p.merged_into_id"
            "  FROM live l JOIN hospital_patient p ON p.id = l.merged_into_id"
            "), person AS ("
            "  SELECT m.id AS message_id, m.event_id, a.id AS account_id, a.lang"
            "  FROM hospital_message m JOIN hospital_account a ON a.id = m.account_id"
            "  WHERE m.id = ANY(%(ids)s) AND m.user_id IS NULL AND a.state = 'active'"
            "  UNION SELECT l.message_id, l.event_id, a.id, a.lang"
            "  FROM live l JOIN hospital_message m ON m.id = l.message_id"
            "  JOIN hospital_account_member f ON f.patient_id = l.patient_id"
            "  JOIN hospital_account a ON a.id = f.account_id"
            "  WHERE m.account_id IS NULL AND m.user_id IS NULL AND a.state = 'active'"
            "), recipient AS ("
            "  SELECT p.message_id, p.event_id, p.account_id, NULL::int AS user_id, p.lang,"
            "  NOT e.silenceable OR COALESCE(s.enabled, e.default_on, false) AS wanted"
            "  FROM person p JOIN hospital_message_event e ON e.id = p.event_id"
            "  LEFT JOIN hospital_message_preference s"
            "  ON s.account_id = p.account_id AND s.event_id = p.event_id"
            "  UNION ALL SELECT l.message_id, l.event_id, NULL, NULL, 'zh_CN',"
            "  NOT e.silenceable OR COALESCE(e.default_on, false)"
            "  FROM live l JOIN hospital_message_event e ON e.id = l.event_id"
            "  JOIN hospital_message m ON m.id = l.message_id"
            "  JOIN hospital_patient h ON h.id = l.patient_id"
            "  WHERE l.merged_into_id IS NULL AND m.user_id IS NULL AND h.phone IS NOT NULL"
            "  AND NOT EXISTS (SELECT 1 FROM person p WHERE p.message_id = l.message_id)"
            "  UNION ALL SELECT m.id, m.event_id, NULL, m.user_id, u.lang, true"
            "  FROM hospital_message m JOIN res_users v ON v.id = m.user_id"
            "  JOIN res_partner u ON u.id = v.partner_id"
            "  WHERE m.id = ANY(%(ids)s) AND v.active"
            ")",
            ids=message_ids,
        )

    @api.model
    def _close_unplannable(self, message_ids):
        """Give every message that nobody will hear of a state and a reason."""
        rows = self.env.execute_query(
            SQL(
                "WITH %s SELECT m.id, count(r.message_id),"
                " count(r.message_id) FILTER (WHERE r.wanted)"
                " FROM hospital_message m LEFT JOIN recipient r ON r.message_id = m.id"
                " WHERE m.id = ANY(%s) AND NOT EXISTS ("
                "  SELECT 1 FROM hospital_message_delivery d WHERE d.message_id = m.id)"
                " GROUP BY m.id",
                self._recipients_sql(message_ids),
                message_ids,
            )
        )
        Message = self.env["hospital.message"].sudo()
        for message_id, persons, willing in rows:
            message = Message.browse(message_id)
            if persons and not willing:
                message.state = "suppressed"
            elif persons:
                message.write({"state": "failed", "error": "no_template"})
            else:
                message.write({"state": "failed", "error": "nobody"})
        Message.flush_model()
