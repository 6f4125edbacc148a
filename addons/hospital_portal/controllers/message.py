from odoo import http
from odoo.http import request

from .base import PatientPages

PER_PAGE = 30


class MessagePages(PatientPages):
    """In-app messages of the account, and the switch of every event."""

    def _deliveries(self, account, *more):
        return [("account_id", "=", account.id), ("port", "=", "inapp"), *more]

    @http.route("/h5/messages", type="http", auth="user", website=True, methods=["GET"])
    def messages(self, **kwargs):
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/messages")
        deliveries = request.env["hospital.message.delivery"]
        return self._page(
            "hospital_portal.messages",
            {
                "messages": deliveries.search(
                    self._deliveries(account, ("state", "=", "sent")),
                    order="id desc",
                    limit=PER_PAGE,
                ),
            },
        )

    @http.route("/h5/messages/read", type="http", auth="user", website=True, methods=["POST"])
    def messages_read(self, **kwargs):
        """Mark the account's unread messages as read."""
        account = self._account()
        unread = request.env["hospital.message.delivery"].search(
            self._deliveries(account, ("read_at", "=", False), ("state", "=", "sent"))
        )
        # The domain above is the proof of ownership; patients have no right to write.
        unread.sudo().write({"read_at": request.env["hospital.clock"]._now()})
        return self._go("/h5/messages")

    @http.route("/h5/messages/switches", type="http", auth="user", website=True, methods=["GET"])
    def switches(self, **kwargs):
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/messages/switches")
        events = self._events()
        chosen = self._choices(account)
        return self._page(
            "hospital_portal.switches",
            {
                "events": events,
                "enabled": {
                    event.id: chosen.get(event.id, event.default_on) or not event.silenceable
                    for event in events
                },
            },
        )

    def _events(self):
        return (
            request.env["hospital.message.event"]
            .sudo()
            .search([("audience", "=", "patient"), ("active", "=", True)])
        )

    def _choices(self, account):
        preferences = request.env["hospital.message.preference"].search(
            [("account_id", "=", account.id)]
        )
        return {preference.event_id.id: preference.enabled for preference in preferences}

    @http.route("/h5/messages/switches", type="http", auth="user", website=True, methods=["POST"])
    def switches_save(self, **post):
        """Keep the switches of the own account; what protects patients stays on."""
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/messages/switches")
        preferences = request.env["hospital.message.preference"].sudo()
        known = {
            preference.event_id: preference
            for preference in preferences.search([("account_id", "=", account.id)])
        }
        for event in self._events().filtered("silenceable"):
            enabled = post.get(f"event_{event.id}") == "1"
            if event in known:
                known[event].enabled = enabled
            elif enabled != event.default_on:
                preferences.create(
                    {"account_id": account.id, "event_id": event.id, "enabled": enabled}
                )
        return self._go("/h5/messages/switches?saved=1")
