from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.tools import SQL

from .. import crypto

MAX_FAILURES = 5
LOCK_MINUTES = 30


class HospitalLoginLock(models.Model):
    """Failed sign-ins per account, shared by all workers (GB/T 22239 level 3).

    Odoo counts per address in the memory of one worker: one ward behind one
    address would lock itself out, and an attacker with many addresses is never
    stopped.
    """

    _name = "hospital.login.lock"
    _description = "Account locked after failed sign-ins"
    _order = "last_failed_at desc"
    _log_access = False
    _rec_name = "login_hash"

    login_hash = fields.Char("Key of the login", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Account", compute="_compute_user_id")
    failures = fields.Integer(required=True, readonly=True)
    last_failed_at = fields.Datetime(required=True, readonly=True)
    locked_until = fields.Datetime(readonly=True)

    _one_row_per_account = models.Constraint("unique (login_hash)", "One row per account.")

    def _compute_user_id(self):
        """The employee behind the hash; patients have no password to get wrong."""
        staff = self.env["res.users"].sudo().search([("share", "=", False)])
        by_hash = {self._hash(user.login): user.id for user in staff}
        for lock in self:
            lock.user_id = by_hash.get(lock.login_hash)

    @api.model
    def _hash(self, login):
        return crypto.keyed_hash(login, "login.lock")

    @api.model
    def _wait_for_turn(self, login):
        """Let sign-ins of one account follow one another until the transaction ends."""
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [self._hash(login)]
        )

    @api.model
    def _check(self, login):
        """Refuse a sign-in while the account is locked.

        :raise AccessDenied: with the sentence for the person.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT 1 FROM hospital_login_lock WHERE login_hash = %s AND locked_until > %s",
                self._hash(login),
                fields.Datetime.now(),
            )
        )
        if rows:
            raise AccessDenied(
                self.env._(
                    "Too many failed sign-ins: this account is locked for %s minutes. Ask the "
                    "security administrator to unlock it sooner.",
                    LOCK_MINUTES,
                )
            )

    @api.model
    def _count_failure(self, login):
        """Count one failure; the fifth within half an hour locks the account.

        The caller's transaction is not the request's, which a failure rolls back.
        """
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hospital_login_lock AS l (login_hash, failures, last_failed_at)
                VALUES (%(hash)s, 1, %(now)s)
                ON CONFLICT (login_hash) DO UPDATE SET
                    failures = CASE WHEN l.last_failed_at < %(forget)s THEN 1
                                    ELSE l.failures + 1 END,
                    locked_until = CASE WHEN l.last_failed_at >= %(forget)s
                                         AND l.failures + 1 >= %(max)s
                                        THEN %(until)s::timestamp END,
                    last_failed_at = %(now)s
                """,
                hash=self._hash(login),
                now=now,
                forget=now - timedelta(minutes=LOCK_MINUTES),
                max=MAX_FAILURES,
                until=now + timedelta(minutes=LOCK_MINUTES),
            )
        )

    @api.model
    def _forget(self, login):
        """A success ends the count."""
        self.env.execute_query(
            SQL(
                "DELETE FROM hospital_login_lock WHERE login_hash = %s RETURNING id",
                self._hash(login),
            )
        )

    def action_unlock(self):
        """Let the accounts try again; written to the audit trail."""
        self.check_access("unlink")
        self.env["hospital.audit.log"]._record("unlock", self)
        self.unlink()
