from odoo.tests import freeze_time, tagged

from .api_common import ApiCommon
from .common import NOW


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestApiInput(ApiCommon):
    """Odd input gets a sentence; who a patient is stays with those who know."""

    def test_a_body_that_is_no_object_is_refused(self):
        for body in ("", "{", "[]", "null", "[" * 16000, b"\xff\xfe"):
            reply = self._send("POST", "hold", data=body)
            self.assertRefused(reply, 422, "bad_json")

    def test_a_large_body_is_refused(self):
        reply = self._send("POST", "hold", data="x" * (16 * 1024 + 1))
        self.assertRefused(reply, 413, "too_large")

    def test_each_bad_field_is_named(self):
        bad = {
            "session": (None, "x", 0, -1, 1.5, True, 10**12, [1]),
            "number": ("x", 0, {}),
            "period": ("tomorrow", "2031-03-04T08:00:00", 5, "0001-01-01T00:00:00+23:00"),
            "patient": (None, "x", {}, {"card": 1}, {"document": []}),
        }
        for name, values in bad.items():
            for value in values:
                reply = self._hold(**{name: value})
                self.assertRefused(reply, 422, "bad_input")
                self.assertEqual(reply[1]["error"]["field"], name)

    def test_text_is_bounded_and_printable(self):
        for number in ("", "  ", "a\x00b", "x" * 101, 7, None):
            reply = self._hold(patient={"card": {"kind": "visit", "number": number}})
            self.assertRefused(reply, 422, "bad_input")
        for kind in ("id", "phone", "other"):
            reply = self._hold(patient={"card": {"kind": kind, "number": "1"}})
            self.assertRefused(reply, 422, "bad_input")

    def test_the_queries_of_lists_are_checked(self):
        for query in (
            {"from": "2031-03-04"},
            {"from": "2031-03-04", "to": "2031-03-18"},
            {"from": "2031-03-04", "to": "2031-03-03"},
            {"from": "2031-03-04", "to": "2031-03-04", "page": "0"},
            {"from": "4.3.", "to": "2031-03-04"},
        ):
            self.assertRefused(self._get("sessions", **query), 422, "bad_input")
        self.assertRefused(self._get("periods", session="1e3"), 422, "bad_input")
        self.assertRefused(self._get("booking"), 422, "bad_input")

    def _document(self, number, name="Test Person"):
        return {"document": {"type": "resident", "number": number, "name": name}}

    def test_a_document_needs_its_holders_name(self):
        number = self.patient.sudo().id_number
        self.assertEqual(self._hold(patient=self._document(number))[0], 200)

    def test_a_wrong_name_looks_like_an_unknown_number(self):
        number = self.patient.sudo().id_number
        wrong = self._hold(patient=self._document(number, "Someone Else"))
        unknown = self._hold(patient=self._document(self._number()))
        self.assertRefused(wrong, 404, "patient_unknown")
        self.assertEqual(wrong, unknown)

    def test_an_unknown_card_is_told_what_to_do(self):
        reply = self._hold(patient={"card": {"kind": "visit", "number": "V-0"}})
        self.assertRefused(reply, 404, "patient_unknown")
        self.assertIn("window", reply[1]["error"]["message"])

    def test_sentences_are_chinese_unless_english_is_asked_for(self):
        chinese = self._send("POST", "hold", headers={"Accept-Language": None}, data="{")
        english = self._send("POST", "hold", headers={"Accept-Language": "en-US"}, data="{")
        self.assertEqual(chinese[1]["error"]["message"], "请求体必须是一个 JSON 对象。")
        self.assertEqual(english[1]["error"]["message"], "The body must be one JSON object.")
        large = self._send("POST", "hold", headers={"Accept-Language": "zh-CN"}, data="x" * 17000)
        self.assertEqual(large[1]["error"]["message"], "请求过大，最多 16 kB。")
