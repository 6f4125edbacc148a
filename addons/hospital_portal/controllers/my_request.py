from contextlib import suppress

from psycopg2 import IntegrityError

from odoo import http
from odoo.addons.hospital_base.masking import mask_free_text
from odoo.http import request

from .base import PatientPages
from .my_data import OWN

MAX_WORDS = 500
ASK_LIMIT, ASK_SECONDS = 10, 60
UPCOMING = ("hold", "confirmed", "displaced")


class MyRequestPages(PatientPages):
    """Asking for a correction or a deletion; the office answers with its reason (rule L4)."""

    def _open_request(self, member, kind):
        return request.env["hospital.subject.request"]._find_open(
            member.account_id, member.patient_id, kind
        )

    @http.route("/h5/my-data/<int:member_id>/correct", **OWN, methods=["GET"])
    def correct_ask(self, member_id, **kwargs):
        member = self._own_member(member_id)
        return self._correct_page(member) if member else self._not_found()

    def _correct_page(self, member, status=200, **more):
        return self._page(
            "hospital_portal.my_data_correct",
            {
                "member": member,
                "topics": self._topics(),
                "topic": "",
                "words": "",
                "open": self._open_request(member, "correction"),
                **more,
            },
            status,
        )

    def _topics(self):
        """Return {key: label} of what can be wrong."""
        _ = request.env._
        return {
            "name": _("Name"),
            "document": _("Document"),
            "birth": _("Birth date or sex"),
            "phone": _("Phone"),
            "address": _("Address"),
            "guardian": _("Guardian"),
            "visit": _("A booking or visit"),
            "other": _("Something else"),
        }

    @http.route("/h5/my-data/<int:member_id>/correct", **OWN, methods=["POST"])
    def correct(self, member_id, topic="", words="", **kwargs):
        """Enter the request; the same form sent twice enters it once."""
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        topic_name = self._topics().get(topic)
        words = words.strip()[:MAX_WORDS]
        problem = self._wrong_words(topic_name, words)
        if problem:
            return self._correct_page(member, 422, topic=topic, words=words, problem=problem)
        return self._ask(member, "correction", f"{topic_name}: {words}")

    def _wrong_words(self, topic_name, words):
        _ = request.env._
        if not topic_name or not words:
            return _("Choose what is wrong and say how it should be.")
        if mask_free_text(words) != words:
            return _(
                "Leave document and phone numbers out of the text. The office asks you for them."
            )
        return ""

    @http.route("/h5/my-data/<int:member_id>/delete", **OWN, methods=["GET"])
    def delete_ask(self, member_id, **kwargs):
        """Tell what would go and what the law keeps, before anything is asked for."""
        member = self._own_member(member_id)
        return self._delete_page(member) if member else self._not_found()

    def _delete_page(self, member, status=200, **more):
        bookings = request.env["hospital.booking"].search(
            [
                ("patient_id", "=", member.patient_id.id),
                ("state", "in", UPCOMING),
                ("starts_at", ">", request.env["hospital.clock"]._now()),
            ],
            limit=1,
        )
        return self._page(
            "hospital_portal.my_data_delete",
            {
                "member": member,
                "kept": [
                    (rule, day)
                    for rule, day in member.patient_id._kept_by()
                    if day >= request.env["hospital.clock"]._today()
                ],
                "bookings": bookings,
                "open": self._open_request(member, "deletion"),
                **more,
            },
            status,
        )

    @http.route("/h5/my-data/<int:member_id>/delete", **OWN, methods=["POST"])
    def delete(self, member_id, sure="", **kwargs):
        """Enter the request; nothing is deleted before the office has looked at it."""
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        if sure != "1":
            problem = request.env._("Tick that you have read what will go.")
            return self._delete_page(member, 422, problem=problem)
        return self._ask(member, "deletion", "")

    def _ask(self, member, kind, details):
        if not self._allowed("subject-request", ASK_LIMIT, ASK_SECONDS):
            return self._sorry(
                *request.env["hospital.portal"]._refusal("limit"), "/h5/my-data", 429
            )
        waiting = self._open_request(member, kind)
        if waiting and (waiting.details or "") != details:
            return self._sorry(
                request.env._("A request of this kind is open for this person."),
                request.env["hospital.portal"]._words_due(waiting),
                "/h5/my-data",
                422,
            )
        # a refusal by the index means that the other tap has asked already
        with suppress(IntegrityError), request.env.cr.savepoint():
            request.env["hospital.subject.request"]._open(
                member.account_id, member.patient_id, kind, details
            )
        return self._go("/h5/my-data#asked")
