from odoo import api, fields, models


class HospitalMessagePreference(models.Model):
    _name = "hospital.message.preference"
    _description = "Message switch of one account"
    _rec_name = "event_id"

    account_id = fields.Many2one("hospital.account", required=True, index=True, ondelete="cascade")
    event_id = fields.Many2one(
        "hospital.message.event", required=True, index=True, ondelete="cascade"
    )
    enabled = fields.Boolean(default=True)
    event_silenceable = fields.Boolean(related="event_id.silenceable", store=True, precompute=True)

    _one_switch_per_event = models.Constraint(
        "unique (account_id, event_id)", "There is a switch for this event already."
    )
    _safety_stays_on = models.Constraint(
        "CHECK (enabled IS TRUE OR event_silenceable IS TRUE)",
        "This message concerns your safety and cannot be switched off.",
    )

    @api.model
    def _switches(self, account):
        """Return [(event, enabled)] for every patient event, as ``account`` has set them.

        :param account: one ``hospital.account``.
        """
        chosen = {
            preference.event_id: preference.enabled
            for preference in self.sudo().search([("account_id", "=", account.id)])
        }
        events = self.env["hospital.message.event"].sudo().search([("audience", "=", "patient")])
        return [
            (event, not event.silenceable or chosen.get(event, event.default_on))
            for event in events
        ]

    @api.model
    def _set_enabled(self, account, event, enabled):
        """Switch ``event`` on or off for ``account``; repeat at will.

        The caller has made sure that the account is the user's own.

        :raise psycopg2.errors.CheckViolation: for an event that concerns safety.
        """
        preference = self.sudo().search(
            [("account_id", "=", account.id), ("event_id", "=", event.id)], limit=1
        )
        if preference:
            preference.enabled = enabled
        else:
            preference = preference.create(
                {"account_id": account.id, "event_id": event.id, "enabled": enabled}
            )
        preference.flush_recordset()
        return preference
