from odoo import http
from odoo.http import request

from .base import PEOPLE_ERRORS, PatientPages

PENDING = "h5_sign_in_phone"


class SignInPages(PatientPages):
    @http.route("/h5/sign-in", type="http", auth="public", website=True, methods=["GET"])
    def sign_in(self, next="", **kwargs):
        target = request.env["hospital.portal"]._local_next(next)
        if self._account():
            return self._go(target)
        page = self._page("hospital_portal.sign_in", {"next": target, "step": "phone"})
        return self._ensure_device(page)

    @http.route("/h5/sign-in/code", type="http", auth="public", website=True, methods=["POST"])
    def sign_in_code(self, phone="", next="", **kwargs):
        """Send a code; the phone waits in the session, never in an address."""
        target = request.env["hospital.portal"]._local_next(next)
        values = {"next": target, "step": "phone", "phone": phone}
        if not self._allowed("code", 10, 60):
            values.update(self._limit_words())
            return self._page("hospital_portal.sign_in", values, 429)
        try:
            request.env["hospital.phone.code"].sudo()._request(
                phone.strip(), "sign_in", self._ip(), self._device()
            )
        except PEOPLE_ERRORS as error:
            values["problem"] = self._sentence(error)
            return self._page("hospital_portal.sign_in", values, 422)
        request.session[PENDING] = phone.strip()
        return self._page("hospital_portal.sign_in", {**values, "step": "code"})

    @http.route("/h5/sign-in/check", type="http", auth="public", website=True, methods=["POST"])
    def sign_in_check(self, code="", next="", **kwargs):
        """Open the session of the phone that proved itself with its code."""
        target = request.env["hospital.portal"]._local_next(next)
        phone = request.session.get(PENDING) or ""
        values = {"next": target, "step": "code" if phone else "phone", "phone": phone}
        if not self._allowed("check", 20, 60):
            values.update(self._limit_words())
            return self._page("hospital_portal.sign_in", values, 429)
        user, problem = self._proved_user(phone, code.strip())
        if not user:
            values["problem"] = problem or request.env._(
                "The code is not right or too old. Type it again or ask for a new one."
            )
            return self._page("hospital_portal.sign_in", values, 422)
        request.session.pop(PENDING, None)
        self._open_session(user)
        account = request.env["hospital.account"].with_user(user)._current()
        if not account.member_ids:
            target = request.env["hospital.portal"]._with_next("/h5/register", target)
        return self._go(target)

    def _limit_words(self):
        problem, advice = request.env["hospital.portal"]._refusal("limit")
        return {"problem": problem, "advice": advice}

    def _proved_user(self, phone, code):
        """Return (user, "") when the code is right, else (empty, sentence)."""
        users = request.env["res.users"]
        if not phone:
            return users, ""
        try:
            user = (
                request.env["hospital.account"]
                .sudo()
                ._sign_in(phone, code, self._device(), self._ip())
            )
        except PEOPLE_ERRORS as error:
            return users, self._sentence(error)
        return user or users, ""

    def _open_session(self, user_sudo):
        """Turn the visitor's session into the patient's, under a new session id."""
        request.session["pre_login"] = user_sudo.login
        request.session["pre_uid"] = user_sudo.id
        request.session.finalize(request.env)
        request.update_env(user=user_sudo.id)

    @http.route("/h5/sign-out", type="http", auth="public", website=True, methods=["POST"])
    def sign_out(self, **kwargs):
        request.session.logout(keep_db=True)
        return self._go("/h5/")
