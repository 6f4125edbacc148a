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
        switches = request.env["hospital.message.preference"]._switches(account)
        return self._page("hospital_portal.switches", {"switches": switches})

    @http.route("/h5/messages/switches", type="http", auth="user", website=True, methods=["POST"])
    def switches_save(self, **post):
        """Keep the switches of the own account; what protects patients stays on."""
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/messages/switches")
        preferences = request.env["hospital.message.preference"]
        for event, enabled in preferences._switches(account):
            wanted = post.get(f"event_{event.id}") == "1"
            if event.silenceable and wanted != enabled:
                preferences._set_enabled(account, event, wanted)
        return self._go("/h5/messages/switches")
