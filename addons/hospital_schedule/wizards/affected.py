"""What the wizards that change sessions have in common."""

from odoo import api


class AffectedPatients:
    """Base of wizards that show whom a change affects before it is made."""

    __slots__ = ()

    #: The field that holds the sessions.
    _sessions_field = None

    @api.depends(lambda self: [self._sessions_field])
    def _compute_affected(self):
        for wizard in self:
            sessions = wizard[self._sessions_field]._origin
            wizard.affected_count = sessions._affected_bookings_count()
            wizard.affected_html = sessions._affected_html()

    def _begin(self):
        """Announce the change and return the sessions as they are now."""
        self.env["hospital.session"]._before_change()
        self.ensure_one()
        return self[self._sessions_field]
