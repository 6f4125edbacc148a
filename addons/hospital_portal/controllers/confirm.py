import secrets
from urllib.parse import urlencode

from odoo import http
from odoo.http import request

from .base import PEOPLE_ERRORS, PatientPages

CHANNEL = "wechat"
BOOK_LIMIT = 30
BOOK_SECONDS = 60
KEY_LENGTH = 64


class ConfirmPages(PatientPages):
    """The last look before booking, and the booking itself."""

    @http.route("/h5/confirm", type="http", auth="user", website=True, methods=["GET"])
    def confirm(self, session="", period="", patient="", move="", **kwargs):
        account = self._account()
        portal = request.env["hospital.portal"]
        if not account.member_ids:
            way = "/h5/register" if account else "/h5/sign-in"
            return self._go(portal._with_next(way, self._return_to()))
        row = portal._public_session(self._number(session))
        if not row:
            return self._not_found()
        periods = [one for one in portal._periods(row["id"]) if one["value"] == period]
        if not periods:
            return self._go(f"/h5/session/{row['id']}?refused=no_period")
        booking = self._movable(move)
        members = self._members(account)
        chosen = booking.patient_id or self._member_patient(account, patient)
        return self._page(
            "hospital_portal.confirm",
            {
                "row": row,
                "period": periods[0],
                "members": members,
                "chosen": chosen or members[:1].patient_id,
                "key": secrets.token_urlsafe(16),
                "move": booking,
                "hold_minutes": request.env.company.sudo().hospital_hold_minutes,
            },
        )

    def _movable(self, ref):
        """Return the own booking to move, read with the patient's own rights."""
        bookings = request.env["hospital.booking"]
        return bookings.search([("ref", "=", ref)], limit=1) if ref else bookings

    @http.route("/h5/book", type="http", auth="user", methods=["POST"])
    def book(self, session="", period="", patient="", key="", **kwargs):
        """Claim a number for one of the account's own patients.

        ``key`` is made with the form: the same form sent twice books once.
        Renders nothing; answers 303 to the booking or back to the periods.
        """
        if not self._allowed("book", BOOK_LIMIT, BOOK_SECONDS):
            return self._back(session, "limit")
        start = self._period(period)
        if not (self._number(session) and start and 16 <= len(key) <= KEY_LENGTH):
            return self._back(session, "no_period")
        result = request.env["hospital.booking"]._claim_own(
            self._channel(),
            request.env["hospital.patient"].browse(self._number(patient)),
            request.env["hospital.session"].browse(self._number(session)),
            key,
            start,
        )
        if result.outcome in ("ok", "replay"):
            return self._go(f"/h5/booking/{result.ref}")
        if result.outcome == "consent":
            return self._ask_consent(self._number(patient))
        return self._back(session, result.outcome)

    def _ask_consent(self, patient_id):
        """Send on to where the own person ``patient_id`` agrees."""
        members = self._account().member_ids
        member = members.filtered(lambda one: one.patient_id.id == patient_id)
        return self._go(f"/h5/my-data/{member.id}?refused=consent")

    @http.route("/h5/move", type="http", auth="user", website=True, methods=["POST"])
    def move(self, move="", session="", period="", key="", **kwargs):
        """Change an own booking to another session or period in one transaction."""
        booking = self._movable(move)
        if not booking:
            return self._not_found()
        start = self._period(period)
        if not (self._number(session) and start and 16 <= len(key) <= KEY_LENGTH):
            return self._back(session, "no_period")
        key = f"{self._account().id}:{key}"
        target = request.env["hospital.session"].browse(self._number(session))
        try:
            with request.env.cr.savepoint():
                result = booking._reschedule(target, key, period_start=start)
        except PEOPLE_ERRORS as error:
            return self._sorry(self._sentence(error), "", f"/h5/booking/{move}", 422)
        if result.outcome in ("ok", "replay"):
            return self._go(f"/h5/booking/{result.ref}")
        return self._back(session, result.outcome, move=booking.ref)

    @http.route("/h5/wait", type="http", auth="user", website=True, methods=["POST"])
    def wait(self, session="", patient="", **kwargs):
        """Join the wait-list of a full session for an own patient."""
        account = self._account()
        own_patient = (
            self._member_patient(account, patient)
            if patient
            else self._members(account)[:1].patient_id
        )
        if not own_patient or not self._number(session):
            return self._back(session, "not_member")
        row = request.env["hospital.portal"]._public_session(self._number(session))
        if not row:
            return self._not_found()
        if request.env["hospital.consent"]._is_missing(account, own_patient):
            return self._ask_consent(own_patient.id)
        return self._join(row["id"], own_patient, account)

    def _join(self, session_id, patient, account):
        try:
            request.env["hospital.waitlist"]._join(
                request.env["hospital.session"].browse(session_id),
                patient,
                self._channel(),
                account=account,
            )
        except PEOPLE_ERRORS as error:
            return self._sorry(self._sentence(error), "", back=f"/h5/session/{session_id}")
        return self._go("/h5/bookings?tab=waiting")

    def _channel(self):
        portal = request.env["hospital.portal"]
        return request.env["hospital.channel"].sudo().browse(portal._channel_id(CHANNEL))

    def _back(self, session, outcome, **more):
        query = urlencode({"refused": outcome, **more})
        if self._number(str(session)):
            return self._go(f"/h5/session/{session}?{query}")
        return self._go("/h5/departments")
