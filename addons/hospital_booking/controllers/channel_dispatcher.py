import json

from werkzeug.exceptions import HTTPException

from odoo.exceptions import UserError
from odoo.http import Dispatcher
from odoo.tools.translate import LazyTranslate, get_translation

from ..models.hospital_channel_error import ChannelError

_lt = LazyTranslate(__name__)
ADDON = "hospital_booking"
TOO_LARGE = _lt("This request is too large. Send at most 16 kB.")
NOT_POSSIBLE = _lt("This request cannot be answered. Look into the documentation.")
BROKEN = _lt("Something went wrong here. Send the same request again, with the same key.")


class ChannelDispatcher(Dispatcher):
    """JSON in, JSON out, a sentence in every error; no form, hence no form's token."""

    routing_type = "hospital_channel"
    mimetypes = ("application/json",)

    @classmethod
    def is_compatible_with(cls, request):
        return True

    def language(self):
        """Return ``zh_CN``, or ``en_US`` when the caller prefers English."""
        accepted = self.request.httprequest.accept_languages
        best = accepted.best_match(["zh-CN", "en"], default="zh-CN")
        return "en_US" if best == "en" else "zh_CN"

    def context(self):
        """Return the context of the request: the language, as far as it is installed."""
        installed = self.request.env["res.lang"]._get_data(code=self.language())
        return {"lang": installed.code or "en_US"}

    def dispatch(self, endpoint, args):
        """Call the endpoint with ``data``: the query of a GET, the JSON object of a POST."""
        http_request = self.request.httprequest
        data = self._body() if http_request.method == "POST" else http_request.args.to_dict()
        self.request.params = {"data": data}
        answer = self.request.registry["ir.http"]._dispatch(endpoint)
        return self._json(answer, 200)

    def _body(self):
        try:
            data = json.loads(self.request.httprequest.get_data())
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            sentence = self.request.env._("The body must be one JSON object.")
            raise ChannelError(422, "bad_json", sentence)
        return data

    def _json(self, answer, status, headers=()):
        safe = [("Cache-Control", "no-store"), *headers]
        return self.request.make_json_response(answer, headers=safe, status=status)

    def handle_error(self, exc):
        """Answer with ``{"error": {"code", "message"}}``; the cursor may be closed by now."""
        if isinstance(exc, ChannelError):
            headers = [("Retry-After", str(exc.retry_after))] if exc.retry_after else []
            if exc.code == 401:
                headers.append(("WWW-Authenticate", "Bearer"))
            error = {"code": exc.reason, "message": exc.description, **exc.more}
            return self._json({"error": error}, exc.code, headers)
        if isinstance(exc, UserError):
            return self._error(409, "refused", str(exc.args[0]))
        status = exc.code if isinstance(exc, HTTPException) and exc.code else 500
        if status == 413:
            return self._error(status, "too_large", self._translated(TOO_LARGE))
        if status < 500:
            return self._error(status, "bad_request", self._translated(NOT_POSSIBLE))
        return self._error(500, "server_error", self._translated(BROKEN))

    def _translated(self, term):
        return get_translation(ADDON, self.language(), term._source, ())

    def _error(self, status, reason, sentence):
        return self._json({"error": {"code": reason, "message": sentence}}, status)
