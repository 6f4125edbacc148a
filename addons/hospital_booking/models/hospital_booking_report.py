from odoo import fields, models


class HospitalBookingReport(models.Model):
    """Counts per booking; the rate is built from sums, so totals of groups are right."""

    _name = "hospital.booking.report"
    _description = "Booking statistics"
    _auto = False
    _order = "date desc, id desc"

    date = fields.Date(readonly=True)
    doctor_id = fields.Many2one("hospital.doctor", readonly=True)
    department_id = fields.Many2one("hospital.department", readonly=True)
    number_type_id = fields.Many2one("hospital.number.type", readonly=True)
    channel_id = fields.Many2one("hospital.channel", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    bookings = fields.Integer(readonly=True)
    due = fields.Integer("Due and not cancelled", readonly=True)
    arrived = fields.Integer(readonly=True)
    no_show = fields.Integer("No-shows", readonly=True)
    cancelled = fields.Integer(readonly=True)
    no_show_rate = fields.Float(
        "No-show rate", readonly=True, aggregator="avg", help="No-shows ÷ due and not cancelled."
    )

    @property
    def _table_query(self):
        # avg() leaves NULL out: bookings that are not due do not count in the rate.
        # A hold that nobody confirmed never was a booking; of a moved one the new row counts.
        return (
            "SELECT b.id, b.date, b.doctor_id, b.department_id, b.number_type_id, b.channel_id, "
            "b.company_id, 1 AS bookings, (d.due)::integer AS due, "
            "(b.state IN ('checked_in', 'called', 'done'))::integer AS arrived, "
            "(b.state = 'no_show')::integer AS no_show, "
            "(b.state = 'cancelled')::integer AS cancelled, "
            "CASE WHEN d.due THEN (b.state = 'no_show')::integer::float END AS no_show_rate "
            "FROM hospital_booking b CROSS JOIN LATERAL (SELECT b.state IN "
            "('checked_in', 'called', 'done', 'no_show') AS due) d "
            "WHERE b.state NOT IN ('hold', 'expired') AND NOT ("
            "b.state = 'cancelled' AND (b.hold_until IS NOT NULL OR EXISTS ("
            "SELECT 1 FROM hospital_booking n WHERE n.moved_from_id = b.id)))"
        )
