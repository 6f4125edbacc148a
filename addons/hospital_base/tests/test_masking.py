import logging
import sys

from odoo.tests import BaseCase, tagged

from ..logging_mask import PersonalDataFilter
from ..masking import mask_address, mask_free_text, mask_id_number, mask_name, mask_phone


@tagged("post_install", "-at_install")
class TestMasking(BaseCase):
    def test_numbers_and_names(self):
        self.assertEqual(mask_id_number("99010119900307123X"), "9" + "*" * 15 + "3X")
        self.assertEqual(mask_phone("19900001234"), "199****1234")
        self.assertEqual(mask_name("王小明"), "*小明")
        self.assertEqual(mask_name("欧阳小明"), "**小明")
        self.assertEqual(mask_name("Ann"), "A**")
        self.assertEqual((mask_id_number(False), mask_phone(""), mask_name(None)), ("", "", ""))

    def test_addresses_keep_the_town(self):
        self.assertEqual(mask_address("浙江省丽水市莲都区中山街800号"), "浙江省丽水市****")
        self.assertEqual(mask_address("莲都"), "莲****")
        self.assertEqual(mask_address(False), "")

    def test_short_values_are_hidden_whole(self):
        self.assertEqual((mask_id_number("1234"), mask_phone("1234567")), ("****", "*******"))

    def test_free_text_keeps_what_is_not_personal(self):
        text = "patient 99010119900307123X called 19900001234 about order 20260107123456789012"
        masked = mask_free_text(text)
        self.assertNotIn("19900307123X", masked)
        self.assertNotIn("19900001234", masked)
        self.assertIn("20260107123456789012", masked)

    def test_a_phone_at_the_end_of_a_sentence_is_masked(self):
        for text in ("Sent to 19900001234.", "tel.19900001234", "(19900001234)", "a,19900001234"):
            self.assertNotIn("19900001234", mask_free_text(text), text)
        self.assertIn("0.19900001234", mask_free_text("took 0.19900001234 s"))

    def test_log_lines_and_tracebacks_are_masked(self):
        try:
            raise ValueError("bad phone 19900001234")
        except ValueError:
            record = logging.LogRecord(
                "x", logging.ERROR, "f", 1, "query %s", ("id='99010119900307123X'",), None
            )
            record.exc_info = sys.exc_info()
        PersonalDataFilter().filter(record)
        line = logging.Formatter("%(message)s").format(record)
        self.assertNotIn("19900307123X", line)
        self.assertNotIn("19900001234", line)
        self.assertIn("199****1234", line)

    def test_filter_is_installed_in_this_server(self):
        handlers = logging.getLogger().handlers
        self.assertTrue(
            any(isinstance(f, PersonalDataFilter) for h in handlers for f in h.filters)
        )
