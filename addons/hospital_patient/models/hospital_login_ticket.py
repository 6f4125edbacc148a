import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.tools import SQL

LIFE_SECONDS = 60


class HospitalLoginTicket(models.Model):
    """Proof, for one minute and one use, that a phone code was right."""

    _name = "hospital.login.ticket"
    _description = "One-time sign-in ticket"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    ticket_hash = fields.Char(required=True, readonly=True, groups="base.group_system")
    expires_at = fields.Datetime(required=True, readonly=True)

    _one_row_per_ticket = models.Constraint("unique (ticket_hash)", "This ticket exists already.")

    @api.model
    def _issue(self, user):
        """Return a fresh ticket (text) for ``user``; only its hash is stored."""
        ticket = secrets.token_urlsafe(32)
        self.sudo().create(
            {
                "user_id": user.id,
                "ticket_hash": crypto.keyed_hash(ticket, "login.ticket"),
                "expires_at": fields.Datetime.now() + timedelta(seconds=LIFE_SECONDS),
            }
        )
        return ticket

    @api.model
    def _redeem(self, user, ticket):
        """Use the ticket up; True once for a live ticket of ``user``."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "DELETE FROM hospital_login_ticket"
                " WHERE ticket_hash = %s AND user_id = %s AND expires_at > %s RETURNING id",
                crypto.keyed_hash(ticket, "login.ticket"),
                user.id,
                fields.Datetime.now(),
            )
        )
        self.invalidate_model()
        return bool(rows)

    @api.autovacuum
    def _gc_expired(self):
        self.sudo().search([("expires_at", "<", fields.Datetime.now())]).unlink()
