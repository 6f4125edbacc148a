from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KINDS = [("no_show", "No-shows"), ("late", "Late arrivals"), ("cancel", "Cancellations")]
COUNTED = {
    "no_show": SQL("b.state = 'no_show'"),
    "late": SQL("b.is_late"),
    "cancel": SQL("b.state = 'cancelled' AND b.cancel_by = 'patient'"),
}
MOMENT = {
    "no_show": SQL("COALESCE(b.no_show_at, b.ends_at)"),
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
                "%(kind)s ≥ %(count)s within %(window)s days lock for %(lock)s days; "
                "a warning goes out at %(warned)s.",
                kind=kinds.get(rule.kind, ""), count=rule.count, window=rule.window_days,
                lock=rule.lock_days, warned=rule.count - 1,
            )  # fmt: skip

    @api.model
    def _apply(self, patient_ids):
        """Lock patients who reached a rule; warn who is one short of it."""
        self.env.flush_all()
        now = self.env["hospital.clock"]._now()
        for rule in self.search([]):
            counts = rule._counts(patient_ids, now)
            reached = [patient for patient, count in counts if count >= rule.count]
            rule._lock(reached, now)
            warned = [patient for patient, count in counts if count == rule.count - 1]
            rule._tell("booking.lock_warning", warned, now)

    def _counts(self, patient_ids, now):
        """Return [(patient, closed events since the window began and the last release)]."""
        return self.env.execute_query(
            SQL(
                "SELECT b.patient_id, count(*) FROM hospital_booking b "
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
        if not patient_ids:
            return
        until = now + timedelta(days=self.lock_days)
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO hospital_blacklist_entry (patient_id, rule_id, start_at, until, "
                "state, create_uid, create_date, write_uid, write_date) "
                "SELECT p, %(rule)s, %(now)s, %(until)s, 'active', %(uid)s, %(now)s, %(uid)s, "
                "%(now)s FROM unnest(%(patients)s::integer[]) p "
                "ON CONFLICT DO NOTHING RETURNING patient_id",
                rule=self.id, now=now, until=until, uid=self.env.uid, patients=list(patient_ids),
            )
        )  # fmt: skip
        self.env["hospital.blacklist.entry"].invalidate_model()
        self._tell("booking.locked", [row[0] for row in rows], now)

    def _tell(self, code, patient_ids, now):
        self.env["hospital.message"]._emit(
            code,
            [
                {"patient_id": patient, "dedup_key": f"{code}:{self.id}:{patient}:{now:%Y%m%d}"}
                for patient in patient_ids
            ],
        )
