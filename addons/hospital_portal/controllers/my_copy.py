from odoo import http
from odoo.http import request

from .base import PEOPLE_ERRORS, PatientPages
from .my_data import OWN

CODE_LIMIT, CHECK_LIMIT, SECONDS = 10, 20, 60


class MyCopyPages(PatientPages):
    """A copy of a person's data, after a fresh code to that person's phone (rule L4)."""

    @http.route("/h5/my-data/<int:member_id>/copy", **OWN, methods=["GET"])
    def copy_ask(self, member_id, **kwargs):
        """Tell what the copy holds and to which phone the code goes."""
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        return self._copy_page(member)

    def _copy_page(self, member, status=200, **more):
        values = {"member": member, "masked_phone": self._masked(member), "code_sent": False}
        return self._page("hospital_portal.my_data_copy", {**values, **more}, status)

    def _proof_phone(self, member):
        """Return the phone that must agree: the person's own, else that of the account."""
        return member.patient_id.sudo().phone or member.account_id.sudo().phone

    def _masked(self, member):
        return member.patient_id.masked_phone or member.account_id.masked_phone

    def _purpose(self, member):
        """Return what the code is good for: this person's copy and nothing else."""
        return f"copy-{member.patient_id.id}"

    def _limit_words(self):
        problem, advice = request.env["hospital.portal"]._refusal("limit")
        return {"problem": problem, "advice": advice}

    @http.route("/h5/my-data/<int:member_id>/copy/code", **OWN, methods=["POST"])
    def copy_code(self, member_id, **kwargs):
        """Send the code; the phone is read from the record, never from the form."""
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        if not self._allowed("copy-code", CODE_LIMIT, SECONDS):
            return self._copy_page(member, 429, **self._limit_words())
        try:
            request.env["hospital.phone.code"].sudo()._request(
                self._proof_phone(member), self._purpose(member), self._ip(), self._device()
            )
        except PEOPLE_ERRORS as error:
            return self._copy_page(member, 422, code_sent=True, problem=self._sentence(error))
        return self._copy_page(member, code_sent=True)

    @http.route("/h5/my-data/<int:member_id>/copy", **OWN, methods=["POST"])
    def copy(self, member_id, code="", form="page", **kwargs):
        """Hand the copy out as a page to read or as a file; written down in the audit trail."""
        member = self._own_member(member_id)
        if not member:
            return self._not_found()
        if not self._allowed("copy-check", CHECK_LIMIT, SECONDS):
            return self._copy_page(member, 429, code_sent=True, **self._limit_words())
        codes_sudo = request.env["hospital.phone.code"].sudo()
        if not codes_sudo._verify(self._proof_phone(member), self._purpose(member), code.strip()):
            problem = request.env._(
                "The code is not right or too old. Type it again or ask for a new one."
            )
            return self._copy_page(member, 422, code_sent=True, problem=problem)
        patient = member.patient_id
        request.env["hospital.portal"]._write_copy_down(member.account_id, patient)
        if form == "file":
            return self._file(patient)
        return self._page(
            "hospital_portal.my_data_readable",
            {
                "member": member,
                "sections": request.env["hospital.portal"]._copy_sections(patient),
            },
        )

    def _file(self, patient):
        response = request.make_response(
            patient._personal_json(),
            [
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Disposition", f'attachment; filename="patient-{patient.mrn}.json"'),
            ],
        )
        return self._secure(response)
