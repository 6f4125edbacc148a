from urllib.parse import urlencode

from odoo import models
from odoo.http import SessionExpiredException, request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        """Hand patient pages plain text only: no files, no sign that the database refuses."""
        if cls._is_patient_page():
            request.params = {
                name: value.replace("\0", "") if isinstance(value, str) else value
                for name, value in request.params.items()
                if isinstance(value, str | int)
            }
        return super()._dispatch(endpoint)

    @classmethod
    def _serve_fallback(cls):
        """Look for no page under an address that the database refuses to read."""
        if "\0" in request.httprequest.path:
            return None
        return super()._serve_fallback()

    @classmethod
    def _get_error_html(cls, env, code, values):
        """Tell a patient what to do next, in the light layout instead of the website's."""
        if not cls._is_patient_page():
            return super()._get_error_html(env, code, values)
        # controllers import models, not the other way round: known at the call only
        from ..controllers.base import PatientPages

        problem, advice = env["hospital.portal"]._words_error(code)
        page = PatientPages()._sorry(problem, advice, status=code)
        for name, value in page.headers.items():
            if name not in ("Content-Type", "Content-Length"):
                request.future_response.headers[name] = value
        return code, page.render()

    @classmethod
    def _is_patient_page(cls):
        return "/h5/" in f"{request.httprequest.path}/"

    @classmethod
    def _handle_error(cls, exception):
        """Send a patient who must sign in to the patients' sign-in page, never to Odoo's."""
        path = request.httprequest.path
        if isinstance(exception, SessionExpiredException) and cls._is_patient_page():
            back = path if request.httprequest.method == "GET" else "/h5/"
            if back != "/h5/" and request.httprequest.query_string:
                back = f"{back}?{request.httprequest.query_string.decode('ascii', 'replace')}"
            request.session.logout(keep_db=True)
            return request.redirect(f"/h5/sign-in?{urlencode({'next': back})}", 303)
        return super()._handle_error(exception)
