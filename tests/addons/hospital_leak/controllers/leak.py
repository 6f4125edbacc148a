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

    @http.route("/leak/write/<int:partner_id>", type="http", auth="user", methods=["POST"])
    def write(self, partner_id, **kwargs):
        """Change a record by its number and tell nothing."""
        request.env["res.partner"].sudo().browse(partner_id).exists().write({"comment": "leak"})
        return "ok"
