from odoo import http
from odoo.http import request

from .base import PatientPages


class WaitPages(PatientPages):
    @http.route("/h5/wait", type="http", auth="user", website=True, methods=["GET"])
    def wait_ask(self, session="", **kwargs):
        """Choose for whom to wait for a number of a full session."""
        portal = request.env["hospital.portal"]
        here = self._return_to()
        account = self._account()
        if not account:
            return self._go(portal._with_next("/h5/sign-in", here))
        if not account.member_ids:
            return self._go(portal._with_next("/h5/register", here))
        row = portal._public_session(self._number(session))
        if not row:
            return self._not_found()
        if row["status"] != "full":
            return self._go(f"/h5/session/{row['id']}")
        return self._page("hospital_portal.wait", {"row": row, "members": self._members(account)})
