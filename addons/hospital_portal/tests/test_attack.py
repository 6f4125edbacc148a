import io
import re
from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCommon

ODD = (
    "",
    "-1",
    "²",
    "9" * 40,
    "a\0b",
    "x" * 5000,
    "%s%(a)s{0}",
    "'\"><script>alert(1)</script>",
)
ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/h5//evil.example",
    "/h5/..//evil.example",
    "/h5/\r\nLocation: https://evil.example",
    "/h5/\nX-Evil: 1",
    "/h5/@evil.example\t",
    "/web/login",
    " /h5/",
    "/h5/ ",
    "evil/h5/",
)


@tagged("post_install", "-at_install")
class TestAttack(PortalCommon):
    """Another family's numbers, odd values and foreign addresses in every field of every form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.booking_b = cls._claimed(cls.patient_b, cls.account_b)
        cls.full = cls._session(cls.day, half_day="pm", doctor=cls.doctor2, numbers=1)
        cls._take(cls.full.slot_ids)
        cls.entry_b = cls.env["hospital.waitlist"]._join(
            cls.full, cls.patient_b, cls.channel, account=cls.account_b
        )
        cls.consent_text = cls.env["hospital.consent.text"].create(
            {"purpose": "research", "title": "Words", "body": "…", "version": 99}
        )
        cls.consent_b = cls.env["hospital.consent"]._give(
            cls.account_b, cls.patient_b, cls.consent_text, "portal"
        )
        cls.request_b = cls.env["hospital.subject.request"]._open(
            cls.account_b, cls.patient_b, "correction", "words of B"
        )
        cls.member_b = cls.account_b.member_ids

    @classmethod
    def _claimed(cls, patient, account):
        done = cls.env["hospital.booking"]._claim(
            cls.channel, patient, cls.clinic, f"attack-{patient.id}", account=account, confirm=True
        )
        return cls.env["hospital.booking"].browse(done.booking_id)

    def setUp(self):
        super().setUp()
        self._sign_in_as(self.portal_a)
        self.csrf = self._token()

    def _forms(self):
        """Return {address: fields} of every form that changes something."""
        member, ref = self.account_a.member_ids.id, "unknown"
        return {
            "/h5/book": ("session", "period", "patient", "key"),
            "/h5/move": ("move", "session", "period", "key"),
            "/h5/wait": ("session", "patient"),
            "/h5/family/code": ("phone", "relation"),
            "/h5/family/save": ("name", "id_type", "id_number", "birth_date", "sex", "phone",
                                "relation", "code", "guardian_phone", "next"),
            f"/h5/family/{member}/default": ("member_id",),
            "/h5/messages/switches": ("event_1",),
            f"/h5/booking/{ref}/confirm": ("ref",),
            f"/h5/booking/{ref}/cancel": ("ref", "reason"),
            f"/h5/booking/{ref}/choose": ("ref", "choice"),
            f"/h5/my-data/{member}/copy": ("code", "form"),
            f"/h5/my-data/{member}/correct": ("topic", "words"),
            f"/h5/my-data/{member}/delete": ("sure",),
            f"/h5/my-data/{member}/consent/1": ("text_id",),
            "/h5/sign-in/code": ("phone", "next"),
            "/h5/sign-in/check": ("code", "next"),
            "/h5/elder": ("mode", "back"),
            "/h5/language": ("code", "back"),
        }  # fmt: skip

    def _send(self, path, data=None, **options):
        data = {"csrf_token": self.csrf, **(data or {})}
        return self.url_open(path, data=data, allow_redirects=False, **options)

    def test_odd_values_in_every_field_break_nothing(self):
        for path, fields in self._forms().items():
            for count in range(0, len(ODD), len(fields)):
                # every field gets another odd value, every value gets its turn
                values = [ODD[(count + place) % len(ODD)] for place in range(len(fields))]
                with self.subTest(path, count=count):
                    answer = self._send(path, dict(zip(fields, values, strict=True)))
                    self.assertLess(answer.status_code, 500)
                    self.assertNotIn("<script>alert", answer.text)
        self.assertFalse(self._bookings(self.patient_a))

    def test_files_in_place_of_text_break_nothing(self):
        for path, fields in self._forms().items():
            files = {name: ("x.txt", io.BytesIO(b"x")) for name in fields}
            with self.subTest(path):
                self.assertLess(self._send(path, files=files).status_code, 500)

    def test_odd_addresses_break_nothing(self):
        for path in (
            "/h5/department/{}", "/h5/department/{}/about", "/h5/session/{}", "/h5/left/{}",
            "/h5/doctor/{}", "/h5/doctor/{}/photo", "/h5/booking/{}", "/h5/booking/{}/move",
            "/h5/arrive/{}", "/h5/my-data/{}", "/h5/my-data/{}/seen", "/h5/bookings?tab={}",
            "/h5/bookings?page={}", "/h5/departments?q={}", "/h5/departments?mode={}",
            "/h5/confirm?session={}&period={}&patient={}&move={}",
            "/h5/department/1?date={}&mode={}", "/h5/session/1?refused={}&move={}",
            "/h5/sign-in?next={}", "/h5/register?next={}", "/h5/wait?session={}",
        ):  # fmt: skip
            for value in ("9" * 30, "a%00b", "x" * 3000, "%ff"):
                with self.subTest(path, value=value[:20]):
                    answer = self.url_open(path.replace("{}", value), allow_redirects=False)
                    self.assertLess(answer.status_code, 500)

    def test_other_methods_are_refused(self):
        for path in [*self._forms(), "/h5/", "/h5/bookings", "/h5/my-data"]:
            for method in ("PUT", "PATCH", "DELETE"):
                with self.subTest(path, method=method), mute_logger("odoo.http"):
                    answer = self.opener.request(method, self.base_url() + path)
                    self.assertIn(answer.status_code, (400, 404, 405))

    def test_another_familys_numbers_change_nothing_in_any_form(self):
        period = self._period()
        values = {
            "patient": self.patient_b.id, "patient_id": self.patient_b.id,
            "member_id": self.member_b.id, "account_id": self.account_b.id,
            "ref": self.booking_b.ref, "move": self.booking_b.ref, "session": self.clinic.id,
            "period": period, "key": "attack-key-0123456789", "entry_id": self.entry_b.id,
            "consent_id": self.consent_b.id, "request_id": self.request_b.id, "choice": "cancel",
            "topic": "other", "words": "of A", "sure": "1", "reason": "x", "code": "123456",
        }  # fmt: skip
        paths = [path for path in self._forms() if "sign-in" not in path and "save" not in path]
        paths += [
            f"/h5/booking/{self.booking_b.ref}/{step}" for step in ("confirm", "cancel", "choose")
        ]
        paths += [
            f"/h5/wait/{self.entry_b.id}/cancel",
            f"/h5/family/{self.member_b.id}/remove",
            f"/h5/family/{self.member_b.id}/default",
            f"/h5/my-data/consent/{self.consent_b.id}/withdraw",
        ]
        paths += [
            f"/h5/my-data/{self.member_b.id}/{step}"
            for step in (
                "copy",
                "copy/code",
                "correct",
                "delete",
                f"consent/{self.consent_text.id}",
            )
        ]
        before = self._state_of_b()
        for path in paths:
            with self.subTest(path):
                answer = self._send(path, values)
                self.assertLess(answer.status_code, 500)
                for secret in ("words of B", self.patient_b.mrn, self.patient_b.masked_id):
                    self.assertNotIn(secret, answer.text)
        self.assertEqual(self._state_of_b(), before)
        self.assertFalse(self.env["hospital.sms.sandbox"]._last_text(self.patient_b.phone))

    def _state_of_b(self):
        self.env.invalidate_all()
        consents = self.env["hospital.consent"].search([("patient_id", "=", self.patient_b.id)])
        requests = self.env["hospital.subject.request"].search(
            [("patient_id", "=", self.patient_b.id)]
        )
        return (
            self.booking_b.state,
            self._bookings(self.patient_b),
            self.entry_b.state,
            self.account_b.member_ids,
            self.member_b.is_default,
            consents.mapped("withdrawn_at"),
            requests.mapped(lambda one: (one.state, one.details)),
        )

    def test_no_form_leads_to_another_host(self):
        for address in ELSEWHERE:
            for path, name in (("/h5/elder", "back"), ("/h5/language", "back")):
                for code in ("1", "en_US", "zh_CN"):
                    answer = self._send(path, {name: address, "code": code, "mode": "0"})
                    self._assert_stays_here(answer, address)
            answer = self.url_open("/h5/sign-in", params={"next": address}, allow_redirects=False)
            self._assert_stays_here(answer, address)

    def _assert_stays_here(self, answer, address):
        with self.subTest(address):
            self.assertEqual(answer.status_code, 303)
            target = urlsplit(answer.headers["Location"])
            self.assertIn(target.netloc, ("", urlsplit(self.base_url()).netloc))
            self.assertRegex(target.path, r"^(/[a-z]{2}(_[A-Z]{2})?)?/h5(/|$)")
            self.assertNotIn("X-Evil", answer.headers)

    def test_a_form_without_a_session_changes_nothing(self):
        self.authenticate(None, None)
        self._choose_language()
        for path in self._forms():
            if "sign-in" in path or path in ("/h5/elder", "/h5/language"):
                continue
            with self.subTest(path), mute_logger("odoo.http"):
                answer = self.url_open(path, data={"csrf_token": self.csrf}, allow_redirects=False)
                self.assertIn(answer.status_code, (303, 400))
                if answer.status_code == 303:
                    self.assertIn("/h5/sign-in", answer.headers["Location"])
        self.assertFalse(self._bookings(self.patient_a))


@tagged("post_install", "-at_install")
class TestErrors(PortalCommon):
    """What goes wrong is told in the light layout with what to do next, and kept nowhere."""

    def _assert_told(self, answer, status):
        self.assertEqual(answer.status_code, status)
        self.assertIn('role="alert"', answer.text)
        self.assertNotIn("web.assets", answer.text)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])

    def test_an_unknown_page_and_an_old_form_say_what_to_do(self):
        for path in ("/h5/nothing", "/h5/booking/", "/h5/a%00b", "/en/h5/nothing"):
            with self.subTest(path):
                self._assert_told(self.url_open(path), 404)
        for path in ("/h5/elder", "/h5/sign-in/code"):
            with self.subTest(path):
                self._assert_told(self._post_bare(path), 400)

    def test_other_pages_keep_their_own_errors(self):
        answer = self.url_open("/nothing")
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn('class="h5"', answer.text)


@tagged("post_install", "-at_install")
class TestSession(PortalCommon):
    """The session of a visitor is worth nothing after somebody has signed in with it."""

    def _sign_in_by_code(self, phone):
        self._post("/h5/sign-in/code", phone=phone)
        text = self.env["hospital.sms.sandbox"]._last_text(phone)
        code = re.search(r"(?<!\d)\d{6}(?!\d)", text).group()
        return self._post("/h5/sign-in/check", code=code)

    def _sid(self):
        return self.opener.cookies.get("session_id")

    def test_the_session_changes_its_name_at_sign_in_and_dies_at_sign_out(self):
        self.authenticate(None, None)
        self._choose_language()
        self.url_open("/h5/sign-in")
        visitor = self._sid()
        self.assertTrue(visitor)
        self.assertEqual(self._sign_in_by_code("13900007777").status_code, 303)
        signed_in = self._sid()
        self.assertNotEqual(visitor, signed_in)
        self.assertEqual(self.url_open("/h5/family", allow_redirects=False).status_code, 200)
        self._post("/h5/sign-out")
        for dead in (visitor, signed_in):
            self.opener.cookies["session_id"] = dead
            answer = self.url_open("/h5/family", allow_redirects=False)
            self.assertEqual(answer.status_code, 303)
