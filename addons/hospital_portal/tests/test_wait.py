from odoo.tests import tagged

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestWait(PortalCommon):
    """Joining and leaving the wait-list of a full session."""

    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)
        self._take(self.clinic.slot_ids)

    def _entries(self, *patients):
        ids = [patient.id for patient in patients] or self.patient_a.ids
        return self.env["hospital.waitlist"].search([("patient_id", "in", ids)])

    def _join(self, **more):
        return self._post("/h5/wait", session=self.clinic.id, **more)

    def test_a_double_tap_joins_once(self):
        self.assertEqual(self._join().status_code, 303)
        self.assertIn('role="alert"', self._join().text)
        entry = self._entries()
        self.assertEqual((len(entry), entry.state), (1, "waiting"))
        self.assertEqual(entry.account_id, self.account_a)

    def test_who_has_withdrawn_the_consent_waits_for_nothing(self):
        self.consent_a._withdraw()
        self.assertIn("refused=consent", self._join().headers["Location"])
        self.assertFalse(self._entries())

    def test_the_page_asks_for_whom(self):
        sister = self._patient(name="Cleo Alpha")
        self.account_a._add_member(sister)
        page = self.url_open(f"/h5/wait?session={self.clinic.id}").text
        self.assertIn(f'name="patient" required="required" value="{sister.id}"', page)
        self.assertNotIn(f'value="{self.patient_b.id}"', page)
        self._agree(self.account_a, sister)
        self._join(patient=sister.id)
        self.assertEqual(self._entries(self.patient_a, sister).patient_id, sister)

    def test_a_session_with_numbers_needs_no_wait_list(self):
        free = self._session(self.day, half_day="pm", doctor=self.doctor2, numbers=2)
        answer = self.url_open(f"/h5/wait?session={free.id}", allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith(f"/h5/session/{free.id}"))

    def test_another_familys_patient_never_joins(self):
        self._join(patient=self.patient_b.id)
        self.assertFalse(self._entries(self.patient_b))

    def test_a_foreign_form_joins_nobody(self):
        self.assertEqual(self._post_bare("/h5/wait", session=self.clinic.id).status_code, 400)
        self.assertFalse(self._entries(self.patient_a, self.patient_b))

    def test_odd_sessions_join_nobody(self):
        for session in ("", "x", "0", str(self.clinic.id + 10_000)):
            self.assertNotEqual(self._post("/h5/wait", session=session).status_code, 500)
        self.assertFalse(self._entries())

    def test_leaving_twice_leaves_once(self):
        self._join()
        entry = self._entries()
        for _tap in range(2):
            self.assertEqual(self._post(f"/h5/wait/{entry.id}/cancel").status_code, 303)
        self.assertEqual(entry.state, "cancelled")

    def test_another_family_and_a_foreign_form_leave_the_entry(self):
        self._join()
        entry = self._entries()
        self.assertEqual(self._post_bare(f"/h5/wait/{entry.id}/cancel").status_code, 400)
        self._sign_in_as(self.portal_b)
        self.assertEqual(self._post(f"/h5/wait/{entry.id}/cancel").status_code, 404)
        self.assertEqual(entry.state, "waiting")


@tagged("post_install", "-at_install")
class TestConsentAndSwitches(PortalCommon):
    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)

    def _consent(self, account, patient):
        text = self.env["hospital.consent.text"].create(
            {"purpose": "research", "title": "Words", "body": "…", "version": 90 + patient.id}
        )
        return self.env["hospital.consent"]._give(account, patient, text, "portal")

    def test_an_own_consent_is_withdrawn_once(self):
        consent = self._consent(self.account_a, self.patient_a)
        path = f"/h5/my-data/consent/{consent.id}/withdraw"
        self.assertEqual(self._post_bare(path).status_code, 400)
        self.assertFalse(consent.withdrawn_at)
        self.assertEqual(self._post(path).status_code, 303)
        moment = consent.withdrawn_at
        self.assertTrue(moment)
        self.assertEqual(self._post(path).status_code, 404)
        self.assertEqual(consent.withdrawn_at, moment)

    def test_another_familys_consent_stays(self):
        consent = self._consent(self.account_b, self.patient_b)
        self.assertEqual(self._post(f"/h5/my-data/consent/{consent.id}/withdraw").status_code, 404)
        self.assertFalse(consent.withdrawn_at)

    def _switches(self, account):
        return dict(self.env["hospital.message.preference"]._switches(account))

    def test_switches_change_the_own_account_only_and_a_foreign_form_nothing(self):
        before_b, before_a = self._switches(self.account_b), self._switches(self.account_a)
        self.assertEqual(self._post_bare("/h5/messages/switches").status_code, 400)
        self.assertEqual(self._switches(self.account_a), before_a)
        for _tap in range(2):
            self.assertEqual(self._post("/h5/messages/switches").status_code, 303)
        self.assertEqual(self._switches(self.account_b), before_b)
        after = self._switches(self.account_a)
        self.assertTrue(any(not event.silenceable for event in after))
        self.assertTrue(any(event.silenceable for event in after))
        for event, enabled in after.items():
            self.assertEqual(enabled, not event.silenceable, event.code)

    def test_asking_for_silence_by_name_does_not_silence_a_safety_message(self):
        event = self.env["hospital.message.event"].search([("code", "=", "booking.displaced")])
        self.assertFalse(event.silenceable)
        self._post("/h5/messages/switches", **{f"event_{event.id}": "0"})
        self.assertTrue(self._switches(self.account_a)[event])
