import time

from odoo import models
from odoo.http import SessionExpiredException, request

SEEN = "hospital_seen_at"
SINCE = "hospital_since"
#: Whoever works without a break signs in again after so long (GB/T 22239 level 3).
DAY_SECONDS = 12 * 3600
#: The session is written at most so often; the limit is exact to this many seconds.
STEP_SECONDS = 60
ENROL = "/hospital/second-factor"
#: What works without a second factor: setting it up, and leaving.
ALWAYS_OPEN = (ENROL, "/web/session/logout", "/web/session/destroy", "/web/login")
#: ``bearer`` takes a browser's session too where no key comes with the request.
GUARDED = ("user", "none", "bearer")


class SecondFactorMissing(SessionExpiredException):
    """The person is signed in but may not work yet; a page leads to the set-up."""


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _authenticate(cls, endpoint):
        """End the sessions of staff who went away or stay too long; ask for the second factor.

        Both look at the session and at caches only: no query per request.
        """
        super()._authenticate(endpoint)
        if endpoint.routing["auth"] not in GUARDED or not request.session.uid:
            return
        user = request.env(user=request.session.uid).user
        if not user._is_internal():
            return
        cls._end_idle_session(user.env)
        if user._lacks_second_factor() and request.httprequest.path not in ALWAYS_OPEN:
            raise SecondFactorMissing(f"user {user.id} has no second factor")

    @classmethod
    def _end_idle_session(cls, env):
        limit = int(env["ir.config_parameter"].sudo().get_param("hospital.idle_minutes", 30)) * 60
        now, seen = int(time.time()), request.session.get(SEEN)
        if limit > 0 and seen and now - seen > limit:
            raise SessionExpiredException(f"user {env.uid} was idle")
        since = request.session.get(SINCE)
        if limit > 0 and since and now - since > DAY_SECONDS:
            raise SessionExpiredException(f"user {env.uid} has been signed in too long")
        if not since:
            request.session[SINCE] = now
        if not seen or now - seen >= STEP_SECONDS:
            request.session[SEEN] = now

    @classmethod
    def _handle_error(cls, exception):
        if isinstance(exception, SecondFactorMissing) and request.dispatcher.routing_type == "http":
            return request.redirect(ENROL, 303)
        return super()._handle_error(exception)
