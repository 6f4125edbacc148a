import json
import re
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.hospital_portal_data import SEEN_PER_PAGE
from .common import PortalCommon


class MyDataCommon(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member_a = cls.account_a.member_ids
        cls.member_b = cls.account_b.member_ids
        cls.Request = cls.env["hospital.subject.request"]

    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)
        self.base = f"/h5/my-data/{self.member_a.id}"
        self.base_b = f"/h5/my-data/{self.member_b.id}"

    def _requests(self, *patients):
        ids = [patient.id for patient in patients] or self.patient_a.ids
        return self.Request.search([("patient_id", "in", ids)])

    def _code(self, phone):
        text = self.env["hospital.sms.sandbox"]._last_text(phone)
        return re.search(r"(?<!\d)\d{6}(?!\d)", text).group()


@tagged("post_install", "-at_install")
class TestMyData(MyDataCommon):
    """What is kept and who used it: own yes and masked, another's no."""

    def test_every_page_of_an_own_person_opens_and_another_familys_is_not_there(self):
        for page in ("", "/seen", "/copy", "/correct", "/delete"):
            with self.subTest(page):
                self.assertEqual(self.url_open(self.base + page).status_code, 200)
                answer = self.url_open(self.base_b + page)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn(self.patient_b.mrn, answer.text)

    def test_numbers_are_masked(self):
        self.patient_a.address = "Secret lane 5"
        page = self.url_open(self.base).text
        self.assertIn(self.patient_a.masked_id, page)
        for clear in (self.patient_a.id_number, self.patient_a.phone, "Secret lane"):
            self.assertNotIn(clear, page)

    def _use(self, user, action, patient, model=None, moment="2031-01-06 02:00:00"):
        with freeze_time(moment):
            log = self.env["hospital.audit.log"].with_user(user)
            return log._record(action, model if model is not None else patient, patient.ids)

    def _seen(self, patient=None, page=1):
        portal = self.env["hospital.portal"].with_user(self.portal_a).with_context(lang="en_US")
        return portal._seen((patient or self.patient_a).with_user(self.portal_a), page)

    def test_the_trail_tells_who_used_the_data_in_plain_words(self):
        self.env["hospital.doctor"].browse(self.doctor.id).user_id = self.doctor_user
        outsider = new_test_user(self.env, "somebody_else_x", "base.group_portal")
        self._use(self.desk, "reveal", self.patient_a)
        self._use(self.desk, "reveal", self.patient_a, moment="2031-01-06 03:00:00")
        self._use(self.doctor_user, "read", self.patient_a, moment="2031-01-06 04:00:00")
        self._use(self.portal_a, "export", self.patient_a, moment="2031-01-06 05:00:00")
        self._use(outsider, "withdraw", self.patient_a, moment="2031-01-06 06:00:00")
        self._use(self.desk, "reveal", self.patient_b, moment="2031-01-06 07:00:00")
        rows, more = self._seen()
        self.assertFalse(more)
        told = [(row["who"], row["what"], row["times"]) for row in rows[:4]]
        self.assertEqual(
            told,
            [
                ("Another phone that this person is on", "Ended a consent", 1),
                ("You", "Took data out as a file", 1),
                (f"Doctor {self.doctor.name}", "Opened the record", 1),
                ("Triage desk", "Saw the whole document number, phone and address", 2),
            ],
        )
        self.assertNotIn(outsider.name, self.url_open(f"{self.base}/seen").text)

    def test_a_day_of_use_is_a_day_of_the_hospital(self):
        self._use(self.desk, "read", self.patient_a, moment="2031-01-06 15:59:00")
        self._use(self.desk, "read", self.patient_a, moment="2031-01-06 16:01:00")
        rows, _more = self._seen()
        self.assertEqual([str(row["day"]) for row in rows[:2]], ["2031-01-07", "2031-01-06"])

    def test_what_was_seen_before_a_merge_is_told_too(self):
        double = self._patient(name="Anna Alpha")
        self._use(self.desk, "reveal", double)
        before = len(self._seen()[0])
        self.env["hospital.patient.merge"]._merge(self.patient_a, double, "test")
        whats = [row["what"] for row in self._seen()[0]]
        self.assertIn("Saw the whole document number, phone and address", whats)
        self.assertGreater(len(whats), before)

    def test_another_familys_trail_is_closed(self):
        with self.assertRaises(AccessError):
            self._seen(self.patient_b)

    def test_a_long_trail_comes_in_pages_with_the_same_queries(self):
        for count in range(SEEN_PER_PAGE + 5):
            moment = f"203{count % 9 + 1}-0{count % 8 + 1}-1{count % 7} 02:00:00"
            self._use(self.desk, "read", self.patient_a, moment=moment)
            self._use(self.office, "reveal", self.patient_a, moment=moment)
        first, more = self._seen()
        second, _more = self._seen(page=2)
        self.assertEqual((len(first), more), (SEEN_PER_PAGE, True))
        self.assertTrue(second)
        self.assertFalse({str(row) for row in first} & {str(row) for row in second})
        self.assertGreaterEqual(first[-1]["at"], second[0]["at"])


@tagged("post_install", "-at_install")
class TestConsents(MyDataCommon):
    """Each purpose is withdrawn and given again by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = cls._text(91)

    @classmethod
    def _text(cls, version, purpose="research"):
        website = cls.env["website"].get_current_website()
        lang = "en_US" if website.default_lang_id.code == "en_US" else "zh_CN"
        return cls.env["hospital.consent.text"].create(
            {
                "purpose": purpose,
                "lang": lang,
                "title": f"Words {version}",
                "body": "…",
                "version": version,
            }
        )

    def _consents(self, patient=None):
        return self.env["hospital.consent"].search(
            [("patient_id", "=", (patient or self.patient_a).id), ("purpose", "=", "research")]
        )

    def _give(self, member=None, text=None):
        member, text = member or self.member_a, text or self.text
        return self._post(f"/h5/my-data/{member.id}/consent/{text.id}")

    def test_a_double_tap_agrees_once(self):
        for _tap in range(2):
            self.assertEqual(self._give().status_code, 303)
        consent = self._consents()
        self.assertEqual(len(consent), 1)
        self.assertEqual((consent.account_id, consent.text_id), (self.account_a, self.text))
        self.assertEqual(consent.text_hash, self.text.sm3_hash)

    def test_withdrawn_and_given_again_leaves_both_on_record(self):
        self._give()
        first = self._consents()
        self._post(f"/h5/my-data/consent/{first.id}/withdraw")
        self._give()
        both = self._consents()
        self.assertEqual(len(both), 2)
        self.assertTrue(first.withdrawn_at)
        self.assertFalse((both - first).withdrawn_at)

    def test_the_page_tells_version_and_day_and_asks_for_new_words(self):
        with freeze_time("2031-01-06 17:00:00"):
            consent = self.env["hospital.consent"]._give(
                self.account_a, self.patient_a, self.text, "portal"
            )
        self.assertEqual(consent.at.isoformat(), "2031-01-06T17:00:00")
        portal = self.env["hospital.portal"].with_context(lang="en_US")
        self.assertEqual(portal._words_version(consent), "Since 2031-01-07, version 91")
        newer = self._text(92)
        page = self.url_open(self.base).text
        self.assertIn(f"/consent/{newer.id}", page)
        self.assertIn(f"/consent/{consent.id}/withdraw", page)
        self.assertEqual(self._give(text=newer).status_code, 303)
        self.assertIn(newer, self._consents().text_id)

    def test_another_familys_person_and_old_words_take_no_consent(self):
        self.assertEqual(self._give(self.member_b).status_code, 404)
        self.assertFalse(self._consents(self.patient_b))
        self._text(93)
        self.assertEqual(self._give().status_code, 404)
        self.assertFalse(self._consents())

    def test_a_foreign_form_agrees_to_nothing(self):
        answer = self._post_bare(f"{self.base}/consent/{self.text.id}")
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._consents())

    def test_what_another_phone_agreed_to_is_shown_and_stays(self):
        self.account_b._add_member(self.patient_a)
        consent = self.env["hospital.consent"]._give(
            self.account_b, self.patient_a, self.text, "portal"
        )
        page = self.url_open(self.base).text
        self.assertNotIn(f"/consent/{consent.id}/withdraw", page)
        answer = self._post(f"/h5/my-data/consent/{consent.id}/withdraw")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(consent.withdrawn_at)

    def test_words_for_children_are_for_children(self):
        child = self._text(94, "child")
        self.assertEqual(self._give(text=child).status_code, 404)
        young = self._patient(
            name="Kid",
            birth=self.env["hospital.clock"]._today() - timedelta(days=3000),
            guardian_name="Anna Alpha",
        )
        member = self.account_a._add_member(young, "child")
        self.assertEqual(self._give(member, child).status_code, 303)
        given = self.env["hospital.consent"].search([("patient_id", "=", young.id)])
        self.assertEqual((given.text_id, given.by_guardian), (child, True))


@tagged("post_install", "-at_install")
class TestCopy(MyDataCommon):
    """The copy holds whole numbers: a fresh code to the person's phone opens it, once."""

    def _fetch(self, code, form="file"):
        return self._post(f"{self.base}/copy", code=code, form=form)

    def _fresh_code(self):
        self.assertEqual(self._post(f"{self.base}/copy/code").status_code, 200)
        return self._code(self.patient_a.phone)

    def _exports(self):
        logs = self.env["hospital.audit.log"].search([("action", "=", "export")])
        return logs.filtered(lambda log: self.patient_a.id in log.patient_ids)

    def test_the_file_holds_the_own_data_and_is_written_down(self):
        code = self._fresh_code()
        answer = self._fetch(code)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        data = json.loads(answer.text)
        self.assertEqual(data["hospital.patient"][0]["id_number"], self.patient_a.id_number)
        self.assertNotIn(self.patient_b.mrn, answer.text)
        self.assertEqual(self._exports().user_id, self.portal_a)
        request = self._requests()
        self.assertEqual((request.kind, request.state), ("copy", "done"))
        self.assertEqual(self._fetch(code).status_code, 422)
        self.assertEqual(len(self._exports()), 1)

    def test_the_page_to_read_says_the_same(self):
        self._book()
        booking = self._bookings(self.patient_a)
        page = self._fetch(self._fresh_code(), "page")
        self.assertEqual((page.status_code, page.headers["Cache-Control"]), (200, "no-store"))
        for value in (self.patient_a.id_number, self.patient_a.phone, booking.ref):
            self.assertIn(value, page.text)
        self.assertNotIn(booking.key, page.text)

    def test_a_wrong_code_a_sign_in_code_and_no_code_open_nothing(self):
        self._fresh_code()
        self.env["hospital.phone.code"]._request(self.account_a.phone, "sign_in")
        for code in ("", "000000x", self._code(self.account_a.phone)):
            answer = self._fetch(code)
            self.assertEqual(answer.status_code, 422)
            self.assertNotIn(self.patient_a.id_number, answer.text)
        self.assertFalse(self._exports())

    def test_a_code_for_one_person_does_not_open_another_of_the_family(self):
        twin = self._patient(name="Ann Other", phone=self.patient_a.phone)
        member = self.account_a._add_member(twin)
        code = self._fresh_code()
        answer = self._post(f"/h5/my-data/{member.id}/copy", code=code, form="file")
        self.assertEqual(answer.status_code, 422)

    def test_the_code_goes_to_the_phone_on_file_whatever_the_form_says(self):
        self._post(f"{self.base}/copy/code", phone="13900008888", member_id=self.member_b.id)
        self.assertFalse(self.env["hospital.sms.sandbox"]._last_text("13900008888"))
        self.assertFalse(self.env["hospital.sms.sandbox"]._last_text(self.patient_b.phone))
        self.assertTrue(self.env["hospital.sms.sandbox"]._last_text(self.patient_a.phone))

    def test_another_family_and_a_foreign_form_get_nothing(self):
        for path in (f"{self.base_b}/copy", f"{self.base_b}/copy/code"):
            self.assertEqual(self._post(path, code="123456").status_code, 404)
        for path in (f"{self.base}/copy", f"{self.base}/copy/code"):
            self.assertEqual(self._post_bare(path, code="123456").status_code, 400)
        for patient in (self.patient_a, self.patient_b):
            self.assertFalse(self.env["hospital.sms.sandbox"]._last_text(patient.phone))
        self.assertFalse(self._exports())


@tagged("post_install", "-at_install")
class TestRequests(MyDataCommon):
    """Correction and deletion: asked once, with due date, answer and reason."""

    def _correct(self, words="Rue de la Paix", topic="address"):
        return self._post(f"{self.base}/correct", topic=topic, words=words)

    def test_a_correction_is_entered_once_with_its_due_date(self):
        for _tap in range(2):
            self.assertEqual(self._correct().status_code, 303)
        request = self._requests()
        self.assertEqual((request.kind, request.state), ("correction", "open"))
        self.assertEqual(request.account_id, self.account_a)
        self.assertIn("Rue de la Paix", request.details)
        page = self.url_open("/h5/my-data").text
        self.assertIn(str(request.due_date), page)
        self.assertIn("Rue de la Paix", page)

    def test_two_taps_at_the_same_moment_enter_it_once(self):
        self._correct()
        nothing = self.Request.browse()
        self.patch(type(self.Request), "_find_open", lambda *_args: nothing)
        with mute_logger("odoo.sql_db"):
            self.assertEqual(self._correct().status_code, 303)
        self.assertEqual(len(self._requests()), 1)

    def test_a_second_correction_is_not_lost_silently(self):
        self._correct()
        answer = self._correct("Other street")
        self.assertEqual(answer.status_code, 422)
        self.assertIn(str(self._requests().due_date), answer.text)
        self.assertNotIn("Other street", self._requests().details)

    def test_odd_words_are_refused_with_a_sentence_and_kept_in_the_form(self):
        number = self._number()
        for topic, words in (
            ("address", ""),
            ("nothing", "x"),
            ("", "x"),
            ("document", f"It is {number}"),
            ("phone", "13900001111 please"),
        ):
            answer = self._correct(words, topic)
            self.assertEqual(answer.status_code, 422)
            self.assertIn('role="alert"', answer.text)
            self.assertIn(words, answer.text)
        self.assertFalse(self._requests())

    def test_long_words_are_cut(self):
        self._correct("x" * 10_000)
        self.assertLess(len(self._requests().details), 600)

    def test_a_deletion_is_asked_for_with_open_eyes(self):
        self.assertEqual(self._post(f"{self.base}/delete").status_code, 422)
        self.assertFalse(self._requests())
        for _tap in range(2):
            self.assertEqual(self._post(f"{self.base}/delete", sure="1").status_code, 303)
        self.assertEqual(self._requests().mapped("kind"), ["deletion"])
        self.assertTrue(self.patient_a.active)

    def test_the_deletion_page_names_the_rule_and_its_last_day(self):
        self._book()
        booking = self._bookings(self.patient_a)
        page = self.url_open(f"{self.base}/delete").text
        self.assertIn(f"/h5/booking/{booking.ref}", page)
        self.assertEqual(self.patient_a._kept_by(), [])
        self.env.cr.execute(
            "UPDATE hospital_booking SET checkin_at = '2031-01-06 02:00:00' WHERE id = %s",
            [booking.id],
        )
        (rule, day), *_others = self.patient_a._kept_by()
        self.assertEqual((rule.code, str(day)), ("outpatient", "2046-01-06"))
        self.assertFalse(self.patient_a.retention_until)
        self.assertIn("2046-01-06", self.url_open(f"{self.base}/delete").text)

    def test_the_answer_with_its_reason_reaches_the_phone(self):
        self._correct()
        request = self._requests()
        security = new_test_user(
            self.env, "my_security_admin", "hospital_base.group_security_admin"
        )
        request.with_user(security).outcome = "The document says otherwise."
        request.with_user(security).action_refuse()
        self.assertIn("The document says otherwise.", self.url_open("/h5/my-data").text)
        message = self.env["hospital.message"].search(
            [("res_model", "=", request._name), ("res_id", "=", request.id)]
        )
        self.assertEqual(message.account_id, self.account_a)
        self.assertEqual(message.event_id.code, "privacy.answered")
        self.env["hospital.message"]._cron_deliver()
        self.assertIn("sent", message.delivery_ids.mapped("state"))

    def test_after_an_erasure_the_answer_is_still_there(self):
        self._post(f"{self.base}/delete", sure="1")
        security = new_test_user(
            self.env, "my_security_admin", "hospital_base.group_security_admin"
        )
        request = self._requests()
        request.with_user(security).action_erase()
        page = self.url_open("/h5/my-data")
        self.assertEqual(page.status_code, 200)
        self.assertIn(request.outcome.splitlines()[0], page.text)
        self.assertEqual(self.url_open(self.base).status_code, 404)

    def test_another_family_and_a_foreign_form_ask_nothing(self):
        self._post(f"{self.base_b}/correct", topic="address", words="x")
        self._post(f"{self.base_b}/delete", sure="1")
        self._post_bare(f"{self.base}/correct", topic="address", words="x")
        self._post_bare(f"{self.base}/delete", sure="1")
        self.assertFalse(self._requests(self.patient_a, self.patient_b))
        self.Request._open(self.account_b, self.patient_b, "correction", "Secret of B")
        self.assertNotIn("Secret of B", self.url_open("/h5/my-data").text)

    def test_who_hammers_is_told_to_wait(self):
        for _count in range(12):
            answer = self._post(f"{self.base}/correct", topic="address", words="x")
        self.assertEqual(answer.status_code, 429)
        self.assertIn('role="alert"', answer.text)
