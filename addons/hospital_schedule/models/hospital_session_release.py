from odoo import api, models
from odoo.tools import SQL

from .hospital_plan_generate import RELEASE_AT


class HospitalSession(models.Model):
    """When the numbers of a session open."""

    _inherit = "hospital.session"

    @api.model
    def _release_due(self):
        """Open drafts whose release has come; return how many."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "WITH due AS (SELECT id FROM hospital_session WHERE state = 'draft' "
                "AND release_at <= %(now)s FOR UPDATE SKIP LOCKED) "
                "UPDATE hospital_session s SET state = 'released', write_date = %(now)s "
                "FROM due WHERE s.id = due.id RETURNING s.id",
                now=self.env["hospital.clock"]._now(),
            )
        )
        if rows:
            self.invalidate_model(["state"])
        return len(rows)

    @api.model
    def _plan_release(self, where):
        """Set the release of sessions that wait for it to what the settings say now.

        :param SQL where: which of the sessions ``s``, in departments ``e`` of companies ``c``.
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE hospital_session s SET release_at = %(release)s "
                "FROM hospital_department e JOIN res_company c ON c.id = e.company_id "
                "WHERE e.id = s.department_id AND %(where)s AND (s.state = 'draft' "
                "OR s.state = 'suspended' AND s.release_at > %(now)s) RETURNING s.id",
                release=SQL(RELEASE_AT, day=SQL("s.date")),
                where=where,
                now=self.env["hospital.clock"]._now(),
            )
        )
        self.invalidate_model(["release_at"])
