from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KINDS = [("no_show", "No-shows"), ("late", "Late arrivals"), ("cancel", "Cancellations")]
COUNTED = {
    "no_show": SQL("b.state = 'no_show'"),
    "late": SQL("b.is_late"),
    # a hold that was given back was no booking yet
    "cancel": SQL("b.state = 'cancelled' AND b.cancel_by = 'patient' AND b.hold_until IS NULL"),
}
#: The day of the visit counts, not the night in which a job found out.
MOMENT = {
    "no_show": SQL("b.ends_at"),
    "late": SQL("b.checkin_at"),
    "cancel": SQL("b.cancelled_at"),
}


class HospitalBlacklistRule(models.Model):
    _name = "hospital.blacklist.rule"
    _description = "Blacklist rule"
    _order = "kind, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="no_show")
    count = fields.Integer(required=True, default=3, help="This many within the window lock.")
    window_days = fields.Integer("Window (days)", required=True, default=30)
    lock_days = fields.Integer("Lock (days)", required=True, default=90)
    second_person = fields.Boolean(
        "Second person releases", help="Whoever asks for a release cannot grant it."
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    sentence = fields.Char("In words", compute="_compute_sentence")

    _in_range = models.Constraint(
        "CHECK (count BETWEEN 1 AND 100 AND window_days BETWEEN 1 AND 730 "
        "AND lock_days BETWEEN 1 AND 730)",
        "Count, window and lock are positive.",
    )

    @api.depends("kind", "count", "window_days", "lock_days", "second_person")
    def _compute_sentence(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            rule.sentence = self.env._(
                "%(kind)s ≥ %(count)s within %(window)s days lock for %(lock)s days.",
                kind=kinds.get(rule.kind, ""), count=rule.count, window=rule.window_days,
                lock=rule.lock_days,
            )  # fmt: skip
            if rule.count > 1:
                rule.sentence += " " + self.env._(
                    "A warning goes out at %(warned)s.", warned=rule.count - 1
                )

    @api.model
    def _apply(self, patient_ids):
        """Lock patients who reached a rule; warn who is one short of it."""
        self.env["hospital.blacklist.entry"].sudo()._cron_release()
        self.env.flush_all()
        now = self.env["hospital.clock"]._now()
        for rule in self.search([]):
            counts = rule._counts(patient_ids, now)
            rule._lock([patient for patient, count, _last in counts if count >= rule.count], now)
            rule._warn([row for row in counts if row[1] == rule.count - 1])

    def _counts(self, patient_ids, now):
        """Return [(patient, closed events since window and last release, the last of them)]."""
        return self.env.execute_query(
            SQL(
                "SELECT b.patient_id, count(*), max(%(moment)s) FROM hospital_booking b "
                "LEFT JOIN (SELECT patient_id, max(COALESCE(released_at, until)) AS at "
                "FROM hospital_blacklist_entry WHERE state = 'released' GROUP BY patient_id) r "
                "ON r.patient_id = b.patient_id WHERE b.patient_id = ANY(%(patients)s) "
                "AND b.company_id = %(company)s AND %(counted)s AND %(moment)s > %(since)s "
                "AND (r.at IS NULL OR (%(moment)s > r.at AND b.ends_at > r.at)) "
                "GROUP BY b.patient_id",
                patients=list(patient_ids),
                company=self.company_id.id,
                counted=COUNTED[self.kind],
                moment=MOMENT[self.kind],
                since=now - timedelta(days=self.window_days),
            )
        )

    def _lock(self, patient_ids, now):
        """Lock once; a longer lock of another rule takes the place of a shorter one."""
        if not patient_ids:
            return
        until = now + timedelta(days=self.lock_days)
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO hospital_blacklist_entry AS lock (patient_id, rule_id, start_at, "
                "until, state, create_uid, create_date, write_uid, write_date) "
                "SELECT p, %(rule)s, %(now)s, %(until)s, 'active', %(uid)s, %(now)s, %(uid)s, "
                "%(now)s FROM unnest(%(patients)s::integer[]) p "
                "ON CONFLICT (patient_id) WHERE state = 'active' DO UPDATE SET "
                "until = excluded.until, rule_id = excluded.rule_id, requested_by = NULL, "
                "release_reason = NULL, write_date = excluded.write_date "
                "WHERE lock.rule_id IS DISTINCT FROM excluded.rule_id "
                "AND lock.until < excluded.until RETURNING patient_id",
                rule=self.id, now=now, until=until, uid=self.env.uid, patients=list(patient_ids),
            )
        )  # fmt: skip
        self.env["hospital.blacklist.entry"].invalidate_model()
        local = self.env["hospital.clock"]._local(until)
        told = {"until": f"{local:%Y-%m-%d}", **self._words()}
        mark = f"{now:%Y%m%d%H%M%S}"
        self._tell("booking.locked", [(row[0], mark, told) for row in rows])

    def _warn(self, counts):
        """Warn once per event that leads up to a lock."""
        told = {"days": f"{self.window_days}", **self._words()}
        self._tell(
            "booking.lock_warning",
            [
                (patient, f"{last:%Y%m%d%H%M%S}", {"count": f"{count}", **told})
                for patient, count, last in counts
            ],
        )

    def _words(self):
        """Return what the rule counts, in the languages of messages."""
        return {
            "what": {
                lang: dict(
                    self._fields["kind"]._description_selection(self.with_context(lang=lang).env)
                )[self.kind]
                for lang in ("zh_CN", "en_US")
            }
        }

    def _tell(self, code, rows):
        self.env["hospital.message"]._emit(
            code,
            [
                {
                    "patient_id": patient,
                    "dedup_key": f"{code}:{self.id}:{patient}:{mark}",
                    "variables": variables,
                }
                for patient, mark, variables in rows
            ],
        )
