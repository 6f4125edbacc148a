from odoo import api, fields, models
from odoo.tools import SQL

#: What each count counts, for a session ``s`` and its number ``o``.
COUNTS = {
    "total_count": SQL("TRUE"),
    "free_count": SQL("o.state = 'free' AND s.state IN ('draft', 'released')"),
    "taken_count": SQL("o.state = 'taken'"),
    "stopped_count": SQL(
        "o.state = 'stopped' OR o.state = 'free' AND s.state IN ('suspended', 'closed')"
    ),
}
FULLNESS = [
    ("draft", "Not released"),
    ("free", "Numbers free"),
    ("few", "Few numbers left"),
    ("full", "Full"),
    ("suspended", "Suspended"),
    ("closed", "Closed"),
]
COLORS = {"draft": 0, "free": 10, "few": 3, "full": 2, "suspended": 1, "closed": 4}


class HospitalSession(models.Model):
    """How many numbers a session has; true in lists, sums and pivots."""

    _inherit = "hospital.session"

    total_count = fields.Integer("Total", compute="_compute_counts")
    free_count = fields.Integer("Free", compute="_compute_counts")
    taken_count = fields.Integer("Booked", compute="_compute_counts")
    stopped_count = fields.Integer(
        "Stopped", compute="_compute_counts", help="Withdrawn, or free in a suspended session."
    )
    fullness = fields.Selection(FULLNESS, "Availability", compute="_compute_fullness")
    color = fields.Integer(compute="_compute_fullness", aggregator=None)

    @api.depends("state")
    def _compute_counts(self):
        self.env["hospital.slot"].flush_model()
        self.flush_model(["state"])
        counts = {}
        if self.ids:
            columns = SQL(", ").join(SQL("count(*) FILTER (WHERE %s)", COUNTS[n]) for n in COUNTS)
            rows = self.env.execute_query(
                SQL(
                    "SELECT o.session_id, %s FROM hospital_slot o "
                    "JOIN hospital_session s ON s.id = o.session_id "
                    "WHERE o.session_id = ANY(%s) GROUP BY o.session_id",
                    columns,
                    self.ids,
                )
            )
            counts = {row[0]: row[1:] for row in rows}
        for session in self:
            found = counts.get(session._origin.id, (0,) * len(COUNTS))
            for name, count in zip(COUNTS, found, strict=True):
                session[name] = count

    @api.depends("state")
    def _compute_fullness(self):
        for session in self:
            fullness = session.state
            if fullness == "released":
                left, total = session.free_count, session.free_count + session.taken_count
                fullness = "free" if left * 5 > total else "few" if left else "full"
            session.fullness = fullness
            session.color = COLORS.get(fullness, 0)

    def _read_group_select(self, aggregate_spec, query):
        """Sum the counts in the database, so that groups and pivots show them."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in COUNTS or function != "sum":
            return super()._read_group_select(aggregate_spec, query)
        self.env["hospital.slot"].flush_model()
        return SQL(
            "SUM((SELECT count(*) FROM hospital_slot o JOIN hospital_session s "
            "ON s.id = o.session_id WHERE o.session_id = %s AND (%s)))::bigint",
            SQL.identifier(self._table, "id"),
            COUNTS[name],
        )
