from urllib.parse import urlencode

from odoo import models
from odoo.http import SessionExpiredException, request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        """Hand patient pages plain text only: no files, no sign that the database refuses."""
        if "/h5/" in f"{request.httprequest.path}/":
            request.params = {
                name: value.replace("\0", "") if isinstance(value, str) else value
                for name, value in request.params.items()
                if isinstance(value, str | int)
            }
        return super()._dispatch(endpoint)

    @classmethod
    def _handle_error(cls, exception):
        """Send a patient who must sign in to the patients' sign-in page, never to Odoo's."""
        path = request.httprequest.path
        if isinstance(exception, SessionExpiredException) and "/h5/" in f"{path}/":
            back = path if request.httprequest.method == "GET" else "/h5/"
            if back != "/h5/" and request.httprequest.query_string:
                back = f"{back}?{request.httprequest.query_string.decode()}"
            request.session.logout(keep_db=True)
            return request.redirect(f"/h5/sign-in?{urlencode({'next': back})}", 303)
        return super()._handle_error(exception)
