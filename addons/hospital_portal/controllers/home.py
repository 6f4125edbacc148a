from odoo import http
from odoo.http import request

from .base import ELDER_COOKIE, YEAR_SECONDS, PatientPages


class HomePages(PatientPages):
    @http.route(
        ["/h5", "/h5/"], type="http", auth="public", website=True, methods=["GET"], sitemap=True
    )
    def home(self, **kwargs):
        account = self._account()
        values = {"tiles": request.env["hospital.portal"]._sorted_tiles(), "next_booking": None}
        if account:
            values["next_booking"] = request.env["hospital.booking"].search(
                [("state", "in", ("hold", "confirmed", "checked_in", "called", "displaced"))],
                order="starts_at",
                limit=1,
            )
        return self._page("hospital_portal.home", values)

    @http.route("/h5/elder", type="http", auth="public", website=True, methods=["POST"])
    def elder(self, mode="0", back="/h5/", **kwargs):
        """Choose larger type; kept with the account and in the browser."""
        account = self._account()
        if account:
            account._set_elder_mode(mode == "1")
        response = self._go(request.env["hospital.portal"]._local_next(back))
        response.set_cookie(
            ELDER_COOKIE, "1" if mode == "1" else "0", max_age=YEAR_SECONDS, samesite="Lax"
        )
        return response

    @http.route("/h5/language", type="http", auth="public", website=True, methods=["POST"])
    def language(self, code="", back="/h5/", **kwargs):
        """Choose the language; kept with the account and in the browser."""
        language = request.website.language_ids.filtered(lambda lang: lang.code == code)
        address = request.env["hospital.portal"]._local_next(back)
        if not language:
            return self._go(address)
        account = self._account()
        if account:
            account._set_lang(code)
        bare = address[address.index("/h5") :]
        default = request.website.default_lang_id
        response = self._go(bare if language == default else f"/{language.url_code}{bare}")
        response.set_cookie("frontend_lang", code, max_age=YEAR_SECONDS, samesite="Lax")
        return response

    @http.route("/h5/help", type="http", auth="public", website=True, methods=["GET"])
    def help(self, **kwargs):
        return self._page("hospital_portal.help")
