from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import TODAY, PrivacyCommon


@tagged("post_install", "-at_install")
@freeze_time("2031-01-06 01:00:00")
class TestSubjectRequest(PrivacyCommon):
    def _request(self, kind="deletion"):
        return self.env["hospital.subject.request"]._open(self.account, self.patient, kind)

    def test_due_after_fifteen_working_days(self):
        self.env["hospital.holiday"].search([("date", ">=", "2031-01-01")]).unlink()
        self.assertEqual(self._request("copy").due_date, date(2031, 1, 27))
        self.env["hospital.holiday"].create(
            [
                {"date": "2031-01-08", "name": "Test holiday"},
                {"date": "2031-01-11", "name": "Make-up day", "is_workday": True},
                {"date": "2031-01-27", "name": "Test holiday"},
            ]
        )
        self.assertEqual(self._request("access").due_date, date(2031, 1, 28))

    def test_due_days_are_a_setting(self):
        self.env.company.hospital_request_days = 1
        self.assertEqual(self._request().due_date, date(2031, 1, 7))

    def test_day_begins_in_the_hospitals_time(self):
        self.env.company.hospital_request_days = 1
        with freeze_time("2031-01-06 16:30:00"):
            self.assertEqual(self._request().due_date, date(2031, 1, 8))

    def test_same_request_is_entered_once(self):
        self.assertEqual(self._request(), self._request())

    def test_what_became_of_it_is_written_by_the_buttons_only(self):
        request = self._request("copy").with_user(self.security)
        for vals in (
            {"state": "done", "outcome": "x", "closed_at": "2031-01-06 00:00:00"},
            {"handler_id": self.security.id},
            {"patient_id": self.patient.id},
            {"account_id": False},
            {"received_at": "2031-01-01 00:00:00"},
        ):
            with self.assertRaises(UserError):
                request.with_context(hospital_writer=True).write(vals)
        request.outcome = "Handed over"
        request.action_done()
        self.assertEqual((request.state, request.handler_id), ("done", self.security))

    def test_erasure_inside_retention_is_refused_with_the_rule(self):
        self.patient._keep("outpatient", TODAY)
        request = self._request()
        request.with_user(self.security).action_erase()
        self.assertEqual(request.state, "partial")
        self.assertIn("art. 53", request.outcome)
        self.assertIn("2046-01-06", request.outcome)
        self.assertEqual(self.patient.name, "Test Person A")
        self.assertFalse(self.patient.sudo().member_ids)

    def test_erasure_after_retention_anonymises(self):
        self._outlive(self.patient, date(2031, 1, 5))
        request = self._request()
        request.with_user(self.security).action_erase()
        patient_sudo = self.patient.sudo()
        self.assertEqual((request.state, patient_sudo.active), ("done", False))
        self.assertEqual(
            [patient_sudo[name] for name in ("phone", "id_number", "address", "birth_date")],
            [False] * 4,
        )
        self.assertEqual(patient_sudo.name, self.env._("Anonymised"))
        self.assertTrue(patient_sudo.erased_at)
        self.assertFalse(self.env["hospital.patient"].search([("phone", "=", "13900001111")]))

    def test_closing_needs_an_outcome_and_happens_once(self):
        request = self._request("correction").with_user(self.security)
        with self.assertRaises(UserError):
            request.action_done()
        request.outcome = "Corrected"
        request.action_done()
        self.assertEqual((request.state, request.handler_id), ("done", self.security))
        with self.assertRaises(UserError):
            request.action_refuse()
        with self.assertRaises(UserError):
            self._request("deletion").action_done()

    def test_withdrawal_ends_optional_consents_only(self):
        Text = self.env["hospital.consent.text"]
        texts = Text.create(
            [
                {
                    "purpose": Text._fields["purpose"].get_values(self.env)[0],
                    "version": 90 + required,
                    "title": "Test",
                    "body": f"Test {required}",
                    "required": bool(required),
                }
                for required in (0, 1)
            ]
        )
        Consent = self.env["hospital.consent"]
        Consent._give(self.account, self.patient, texts, "window")
        request = self._request("withdrawal").with_user(self.security)
        request.outcome = "Withdrawn"
        request.action_done()
        given = Consent.sudo().search([("patient_id", "=", self.patient.id)])
        self.assertEqual(given.filtered("withdrawn_at").text_id, texts[0])
        self.assertEqual((given - given.filtered("withdrawn_at")).text_id, texts[1])

    def test_overdue_while_open(self):
        request = self._request()
        with freeze_time("2031-03-06 01:00:00"):
            request.invalidate_recordset(["is_overdue"])
            self.assertTrue(request.is_overdue)

    def test_patient_sees_the_own_requests_only(self):
        mine = self._request()
        self.assertEqual(mine.with_user(self.portal_a).search([]), mine)
        self.assertFalse(mine.with_user(self.portal_b).search([]))
        with self.assertRaises(AccessError):
            mine.with_user(self.portal_b).read(["kind"])
        with self.assertRaises(AccessError):
            mine.with_user(self.portal_a).write({"details": "x"})
        for user in (self.office, self.desk, self.doctor_user):
            with self.assertRaises(AccessError):
                mine.with_user(user).read(["kind"])

    def test_request_list_needs_few_queries(self):
        Request = self.env["hospital.subject.request"]
        for _count in range(10):
            Request._open(self.account, self._patient(), "transfer")
        self.env.flush_all()
        Request = Request.with_user(self.security)
        spec = {name: {} for name in ("due_date", "kind", "received_at", "state", "is_overdue")}
        spec |= {name: {"fields": {"display_name": {}}} for name in ("patient_id", "handler_id")}
        Request.web_search_read([], spec, limit=80)
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            Request.web_search_read([], spec, limit=80)
