import re
from datetime import timedelta

from odoo.addons.hospital_patient.tests.common import PatientCommon
from odoo.addons.hospital_schedule.tests.common import ScheduleCommon
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..controllers import rate_limit

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="key" value="([^"]+)"')


class PortalCommon(ScheduleCommon, PatientCommon, HttpCase):
    """Two accounts with a patient each, and a session with numbers two days ahead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.patient_a = cls._patient(name="Anna Alpha")
        cls.patient_b = cls._patient(name="Bert Beta")
        cls.account_a = cls._account(cls.portal_a, cls.patient_a)
        cls.account_b = cls._account(cls.portal_b, cls.patient_b)
        cls.consent_a = cls._agree(cls.account_a, cls.patient_a)
        cls._agree(cls.account_b, cls.patient_b)
        cls.day = cls.env["hospital.clock"]._today() + timedelta(days=2)
        cls.department.bookable = True
        cls.clinic = cls._session(cls.day, doctor=cls.doctor, numbers=4)
        cls.channel = cls.env["hospital.channel"].search([("code", "=", "wechat")])

    def setUp(self):
        super().setUp()
        # A browser that has chosen Chinese; without it the test client is sent to /en/.
        self._choose_language()
        rate_limit.forget()
        self.addCleanup(rate_limit.forget)

    def _choose_language(self):
        website = self.env["website"].get_current_website()
        self.opener.cookies["frontend_lang"] = website.default_lang_id.code

    def _sign_in_as(self, user):
        self.authenticate(user.login, user.login)
        self._choose_language()

    def _token(self, path="/h5/"):
        return TOKEN.search(self.url_open(path).text).group(1)

    def _post(self, path, csrf=True, **data):
        """POST a form and return the answer without following it."""
        if csrf:
            data["csrf_token"] = self._token()
        return self.url_open(path, data=data or {"x": "1"}, allow_redirects=False)

    def _post_bare(self, path, **data):
        """POST as a foreign page would make the browser do: signed in, without the token."""
        with mute_logger("odoo.http"):
            return self._post(path, csrf=False, **data)

    def _period(self, clinic=None):
        portal = self.env["hospital.portal"]
        return portal._periods((clinic or self.clinic).id)[0]["value"]

    def _book(self, patient=None, **more):
        """Book through the form, as the signed-in patient would."""
        page = self.url_open(f"/h5/confirm?session={self.clinic.id}&period={self._period()}").text
        values = {
            "csrf_token": TOKEN.search(page).group(1),
            "key": KEY.search(page).group(1),
            "session": self.clinic.id,
            "period": self._period(),
            "patient": (patient or self.patient_a).id,
            **more,
        }
        return self.url_open("/h5/book", data=values, allow_redirects=False), values

    def _bookings(self, patient):
        return self.env["hospital.booking"].search([("patient_id", "=", patient.id)])
