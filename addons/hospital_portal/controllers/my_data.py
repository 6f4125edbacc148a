from contextlib import suppress

from psycopg2 import IntegrityError

from odoo import http
from odoo.http import request

from .base import PatientPages

REQUESTS_SHOWN = 30
CONSENT_LIMIT, CONSENT_SECONDS = 30, 60
OWN = {"type": "http", "auth": "user", "website": True}


class MyDataPages(PatientPages):
    """What the hospital keeps about the family, who used it, and what is agreed (rule L4)."""

    @http.route("/h5/my-data", **OWN, methods=["GET"])
    def my_data(self, **kwargs):
        """The family, and what was asked about its data."""
        account = self._account()
        if not account:
            return self._go("/h5/sign-in?next=/h5/my-data")
        requests = request.env["hospital.subject.request"].search(
            [("account_id", "=", account.id)], order="id desc", limit=REQUESTS_SHOWN
        )
        return self._page(
            "hospital_portal.my_data",
            {
                "members": self._members(account),
                "requests": requests.sorted(lambda one: one.state != "open"),
                "answer_days": request.env.company.sudo().hospital_request_days,
            },
        )

    @http.route("/h5/my-data/<int:member_id>", **OWN, methods=["GET"])
    def person(self, member_id, refused="", **kwargs):
        """One person: data masked, what is agreed, and the ways on.

        :param refused: ``consent`` when a booking was refused for the lack of one.
        """
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        if refused != "consent":
            return self._person_page(member)
        return self._person_page(member, *request.env["hospital.portal"]._refusal(refused))

    def _person_page(self, member, problem=None, advice=None, status=200):
        patient = member.patient_id
        return self._page(
            "hospital_portal.my_data_person",
            {
                "member": member,
                "patient": patient,
                # kept encrypted and shown in part only; the member above is the proof
                "patient_sudo": patient.sudo(),
                "agreements": request.env["hospital.portal"]._agreements(
                    self._account(), patient, self._lang()
                ),
                "problem": problem,
                "advice": advice,
            },
            status,
        )

    @http.route("/h5/my-data/<int:member_id>/seen", **OWN, methods=["GET"])
    def seen(self, member_id, page="1", **kwargs):
        """Who used the person's data, from the audit trail."""
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        number = max(1, self._number(page))
        rows, more = request.env["hospital.portal"]._seen(member.patient_id, number)
        return self._page(
            "hospital_portal.my_data_seen",
            {
                "member": member,
                "rows": rows,
                "more": more,
                "page": number,
                "keep_days": request.env.company.sudo().hospital_audit_keep_days,
            },
        )

    @http.route("/h5/my-data/consent/<int:consent_id>/withdraw", **OWN, methods=["POST"])
    def withdraw(self, consent_id, **kwargs):
        """End an own consent; what was done before stays lawful."""
        account = self._account()
        consent = request.env["hospital.consent"].search(
            [
                ("id", "=", consent_id),
                ("account_id", "=", account.id),
                ("withdrawn_at", "=", False),
            ]
        )
        if not consent:
            return self._not_found()
        # Ownership was proved with the patient's own rights in the lines above.
        consent.sudo()._withdraw()
        return self._go(self._person_address(account, consent.patient_id.id))

    def _person_address(self, account, patient_id):
        member = account.member_ids.filtered(lambda one: one.patient_id.id == patient_id)
        return f"/h5/my-data/{member.id}#agreed" if member else "/h5/my-data"

    @http.route("/h5/my-data/<int:member_id>/consent/<int:text_id>", **OWN, methods=["POST"])
    def give(self, member_id, text_id, **kwargs):
        """Agree, again or to newer words; the same tap twice agrees once."""
        member = self._own_member(member_id)
        account = self._account()
        rows = member and request.env["hospital.portal"]._agreements(
            account, member.patient_id, self._lang()
        )
        texts = [row["text"] for row in rows or () if row["text"].id == text_id]
        if not texts:
            return self._not_found()
        if not self._allowed("consent", CONSENT_LIMIT, CONSENT_SECONDS):
            problem, advice = request.env["hospital.portal"]._refusal("limit")
            return self._person_page(member, problem, advice, 429)
        # a refusal by the index means that the other tap has agreed already
        with suppress(IntegrityError), request.env.cr.savepoint():
            request.env["hospital.consent"]._give(
                account, member.patient_id, texts[0], "portal", self._ip()
            )
        return self._go(f"/h5/my-data/{member_id}#agreed")
