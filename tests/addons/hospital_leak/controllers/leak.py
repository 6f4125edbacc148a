from odoo import http
from odoo.http import request


class LeakController(http.Controller):
    """Each route makes one classic mistake on purpose."""

    @http.route("/leak/token", type="http", auth="public", methods=["GET"])
    def token(self):
        """Give a session its form token; no fault, the matrix needs it for POST."""
        return request.csrf_token()

    @http.route("/leak/page/<int:partner_id>", type="http", auth="user", methods=["GET"])
    def page(self, partner_id, **kwargs):
        """Read a record by its number without asking whose it is."""
        return request.env["res.partner"].sudo().browse(partner_id).exists().name or "-"

    @http.route("/leak/json", type="jsonrpc", auth="public")
    def answer(self, partner_id=0, **kwargs):
        """Do the same for everybody, as JSON."""
        return request.env["res.partner"].sudo().browse(int(partner_id)).exists().name

    @http.route("/leak/exists/<string:ref>", type="http", auth="public", methods=["GET"])
    def exists(self, ref, **kwargs):
        """Show nothing, but answer otherwise when there is something."""
        found = request.env["hospital.booking"].sudo().search_count([("ref", "=", ref)], limit=1)
        return request.make_response("-", status=403 if found else 404)

    @http.route("/leak/hospital", type="http", auth="user", methods=["GET"])
    def hospital(self, **kwargs):
        """Name the departments of every hospital."""
        return ", ".join(request.env["hospital.department"].sudo().search([]).mapped("name"))

    @http.route("/leak/add/<int:user_id>", type="http", auth="user", methods=["POST"])
    def add(self, user_id, **kwargs):
        """Add a row to somebody else's, and change none."""
        account = request.env["hospital.account"].sudo().search([("user_id", "=", user_id)])
        request.env["hospital.risk.event"]._record("booking_limit", account=account)
        return "ok"

    @http.route("/leak/write/<int:partner_id>", type="http", auth="user", methods=["POST"])
    def write(self, partner_id, **kwargs):
        """Change a record by its number and tell nothing."""
        request.env["res.partner"].sudo().browse(partner_id).exists().write({"comment": "leak"})
        return "ok"
