from odoo import http
from odoo.http import request

from .base import PatientPages


class MyDataPages(PatientPages):
    """What the hospital keeps about the account's patients, masked; consents to withdraw."""

    @http.route("/h5/my-data", type="http", auth="user", website=True, methods=["GET"])
    def my_data(self, asked="", **kwargs):
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/my-data")
        return self._page(
            "hospital_portal.my_data",
            {
                "members": self._members(account),
                "consents": self._consents(account),
                "can_ask": "hospital.subject.request" in request.env,
                "asked": asked == "1",
            },
        )

    def _consents(self, account):
        return request.env["hospital.consent"].search(
            [("account_id", "=", account.id), ("withdrawn_at", "=", False)]
        )

    @http.route(
        "/h5/my-data/consent/<int:consent_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def withdraw(self, consent_id, **kwargs):
        consent = self._consents(self._account()).filtered(lambda one: one.id == consent_id)
        if not consent:
            return self._not_found()
        # Ownership was proved with the patient's own rights in the line above.
        consent.sudo()._withdraw()
        return self._go("/h5/my-data")
