import base64
import os
from urllib.parse import quote, urlencode

from markupsafe import Markup

from odoo import http
from odoo.addons.auth_totp.models.totp import TOTP_SECRET_SIZE
from odoo.http import request

from ..models.ir_http import ENROL
from ..qr import qr_svg

SECRET = "hospital_second_factor_secret"


class SecondFactor(http.Controller):
    """Set up the code app before anything else opens."""

    @http.route(
        ENROL,
        type="http",
        auth="user",
        methods=["GET", "POST"],
        sitemap=False,
        website=True,  # where it is installed, its layout needs to know which site
        multilang=False,
    )
    def enrol(self, code="", **kwargs):
        user = request.env.user
        if not user._is_internal() or user.totp_enabled:
            return request.redirect("/odoo", 303)
        if SECRET not in request.session:
            request.session[SECRET] = base64.b32encode(os.urandom(TOTP_SECRET_SIZE // 8)).decode()
        secret = request.session[SECRET]
        digits = "".join(code.split())
        posted = request.httprequest.method == "POST"
        if posted and digits.isdecimal() and user._totp_try_setting(secret, int(digits)):
            request.session.pop(SECRET)
            request.env["hospital.audit.log"]._record("second_factor", user)
            return request.redirect("/odoo", 303)
        response = request.render(
            "hospital_base.second_factor_page",
            {"wrong": posted, "secret": secret, "qr": Markup(qr_svg(self._uri(secret)))},
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def _uri(self, secret):
        issuer = request.env.company.name
        label = quote(f"{issuer}:{request.env.user.login}")
        query = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": 6, "period": 30}
        return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
