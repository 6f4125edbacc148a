from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.hospital_base.models.hospital_sms import SmsResult
from odoo.addons.hospital_patient.tests.common import PatientCommon


class MessageCommon(PatientCommon):
    """Two patients with an account each, and one event with all templates."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Message = cls.env["hospital.message"]
        cls.Delivery = cls.env["hospital.message.delivery"]
        # Rows that another test run or a demo left are none of our business.
        cls.env.cr.execute("UPDATE hospital_message SET planned_at = at WHERE state = 'queued'")
        cls.env.cr.execute("UPDATE hospital_message_delivery SET needs_person = true")
        cls.event = cls._event("test.moved")
        cls.patient_a = cls._patient(name="Test Person A")
        cls.patient_b = cls._patient(name="Test Person B")
        cls.account_a = cls._account(cls.portal_a, cls.patient_a)
        cls.account_b = cls._account(cls.portal_b, cls.patient_b)

    @classmethod
    def _event(cls, code, ports=("inapp", "sms"), **values):
        event = cls.env["hospital.message.event"].create(
            {"code": code, "name": code, "variables": "doctor, date", **values}
        )
        cls.env["hospital.message.template"].create(
            [
                {
                    "event_id": event.id,
                    "lang": lang,
                    "port": port,
                    "title": f"{lang} {{doctor}}",
                    "body": f"{port}: {{doctor}} on {{date}}",
                }
                for lang in ("zh_CN", "en_US")
                for port in ports
            ]
        )
        return event

    @classmethod
    def _row(cls, patient, key, **values):
        return {
            "patient_id": patient.id,
            "dedup_key": key,
            "res_model": "res.partner",
            "res_id": 1,
            "variables": {"doctor": "Lin", "date": "2031-01-06"},
            **values,
        }

    def _emit(self, *rows, code="test.moved"):
        written = self.Message._emit(code, list(rows))
        keys = [row["dedup_key"] for row in rows]
        return self.Message.search([("dedup_key", "in", keys)]), written

    @contextmanager
    def _gateway(self, sent="sent", asked="sent"):
        """Patch the text message gateway; a class of exception is raised.

        Yields the list of calls, ``send`` or ``query``.
        """
        calls = []

        def answer(word, status):
            calls.append(word)
            if isinstance(status, type):
                raise status("no answer")
            return SmsResult(status, detail=status)

        Sms = type(self.env["hospital.sms"])
        with (
            patch.object(Sms, "_send", lambda *args: answer("send", sent)),
            patch.object(Sms, "_query", lambda *args: answer("query", asked)),
        ):
            yield calls
