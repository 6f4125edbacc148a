from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import MessageCommon

MUTED = "odoo.addons.hospital_message.models.hospital_message_delivery"


@tagged("post_install", "-at_install")
@freeze_time("2031-01-06 01:00:00")
class TestDelivery(MessageCommon):
    def _states(self, message):
        return {delivery.port: delivery.state for delivery in message.delivery_ids}

    def _later(self, minutes):
        return freeze_time(fields.Datetime.now() + timedelta(minutes=minutes))

    def test_message_reaches_box_and_phone_in_the_own_language(self):
        self.account_a.lang = "en_US"
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        self.assertEqual(
            self.Message._reached("res.partner", [1, 2]), {1: "pending", 2: "not_reached"}
        )
        self.Message._cron_deliver()
        self.assertEqual(self._states(message), {"inapp": "sent", "sms": "sent"})
        self.assertEqual(message.state, "sent")
        box = message.delivery_ids.filtered(lambda d: d.port == "inapp")
        self.assertEqual((box.title, box.body), ("en_US Lin", "inapp: Lin on 2031-01-06"))
        last = self.env["hospital.sms.sandbox"]._last_text(self.account_a.phone)
        self.assertEqual(last, "sms: Lin on 2031-01-06")
        self.assertEqual(self.Message._reached("res.partner", [1]), {1: "reached"})

    def test_running_twice_sends_once(self):
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        with self._gateway() as calls:
            self.Message._cron_deliver()
            message.sudo().planned_at = False
            message.sudo().state = "queued"
            self.Message._cron_deliver()
        self.assertEqual((calls, len(message.delivery_ids)), (["send"], 2))

    def test_every_account_of_the_patient_hears(self):
        self.env["hospital.account.member"].create(
            {
                "account_id": self.account_b.id,
                "patient_id": self.patient_a.id,
                "relation": "parent",
                "ordinal": 2,
            }
        )
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        one, _written = self._emit(self._row(self.patient_a, "k2", account_id=self.account_b.id))
        self.Message._cron_deliver()
        self.assertEqual(message.delivery_ids.account_id, self.account_a | self.account_b)
        self.assertEqual(one.delivery_ids.account_id, self.account_b)

    def test_merged_patient_is_reached_through_the_one_that_lives(self):
        self.patient_a.write({"active": False, "merged_into_id": self.patient_b.id})
        self.account_a.state = "closed"
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        self.Message._cron_deliver()
        self.assertEqual(message.delivery_ids.account_id, self.account_b)

    def test_patient_without_account_is_reached_by_phone(self):
        patient = self._patient(name="Test Person C", phone="13900009999")
        message, _written = self._emit(self._row(patient, "k1"))
        self.Message._cron_deliver()
        self.assertEqual(self._states(message), {"sms": "sent"})
        last = self.env["hospital.sms.sandbox"]._last_text("13900009999")
        self.assertEqual(last, "sms: Lin on 2031-01-06")

    def test_nobody_to_tell_is_a_visible_failure(self):
        self.env.cr.execute(
            "UPDATE hospital_patient SET phone = NULL WHERE id = %s", [self.patient_a.id]
        )
        self.account_a.state = "closed"
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        self.Message._cron_deliver()
        self.assertEqual(message.state, "failed")
        self.assertIn("phone", message.error_text)
        self.assertIn("手机", message.with_context(lang="zh_CN").error_text)
        self.account_a.state = "active"
        message.with_user(self.office).action_retry()
        self.Message._cron_deliver()
        self.assertEqual((message.state, message.error), ("sent", False))

    def test_event_without_template_is_a_visible_failure(self):
        self.event.template_ids.unlink()
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        self.Message._cron_deliver()
        self.assertEqual(message.state, "failed")
        self.assertIn("template", message.error_text)

    def test_switch_silences_only_what_may_be_silenced(self):
        Preference = self.env["hospital.message.preference"]
        Preference._set_enabled(self.account_a, self.event, False)
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        self.Message._cron_deliver()
        self.assertEqual((message.state, len(message.delivery_ids)), ("suppressed", 0))
        self.env.flush_all()
        # Even a switch that got past every constraint does not silence a safety matter.
        self.cr.execute(
            "UPDATE hospital_message_event SET silenceable = false WHERE id = %s", [self.event.id]
        )
        self.env.invalidate_all()
        message, _written = self._emit(self._row(self.patient_a, "k2"))
        self.Message._cron_deliver()
        self.assertEqual(message.state, "sent")

    def test_off_by_default_waits_for_the_switch(self):
        self.event.default_on = False
        off, _written = self._emit(self._row(self.patient_a, "k1"))
        self.env["hospital.message.preference"]._set_enabled(self.account_a, self.event, True)
        self.Message._cron_deliver()
        self.assertEqual(off.state, "sent")

    def test_timed_out_text_is_asked_about_and_never_sent_again(self):
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        with self._gateway(sent="unknown", asked="sent") as calls:
            self.Message._cron_deliver()
            self.assertEqual(self._states(message)["sms"], "unknown")
            self.Message._cron_deliver()
            self.assertEqual(calls, ["send"])
            with self._later(10):
                self.Message._cron_deliver()
        self.assertEqual(calls, ["send", "query"])
        self.assertEqual((self._states(message)["sms"], message.state), ("sent", "sent"))

    def test_text_that_never_left_is_sent_again(self):
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        with self._gateway(sent="unknown", asked="refused") as calls:
            self.Message._cron_deliver()
            with self._later(10):
                self.Message._cron_deliver()
                self.assertEqual(self._states(message)["sms"], "pending")
        with self._gateway() as later_calls, self._later(30):
            self.Message._cron_deliver()
        self.assertEqual((calls, later_calls), (["send", "query"], ["send"]))
        self.assertEqual(message.state, "sent")

    @mute_logger(MUTED)
    def test_gateway_that_never_answers_ends_with_a_person(self):
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        with self._gateway(sent=TimeoutError, asked=TimeoutError) as calls:
            for hour in range(8):
                with self._later(hour * 300):
                    self.Message._cron_deliver()
        self.assertEqual(calls, ["send"] + ["query"] * 5)
        text = message.delivery_ids.filtered(lambda d: d.port == "sms")
        self.assertEqual((text.state, text.needs_person), ("unknown", True))
        self.assertEqual(message.state, "partial")
        text.with_user(self.office).action_confirm_reached()
        self.assertEqual((text.state, message.state), ("sent", "sent"))

    def test_refused_text_fails_and_can_be_tried_again(self):
        self.event.template_ids.filtered(lambda t: t.port == "inapp").unlink()
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        with self._gateway(sent="refused"):
            self.Message._cron_deliver()
        self.assertEqual((message.state, message.delivery_ids.error), ("failed", "refused"))
        self.assertEqual(self.Message._reached("res.partner", [1]), {1: "not_reached"})
        message.with_user(self.office).action_retry()
        self.assertEqual(message.state, "queued")
        with self._gateway():
            self.Message._cron_deliver()
        self.assertEqual(message.state, "sent")

    def test_backoff_grows_and_ends(self):
        message, _written = self._emit(self._row(self.patient_a, "k1"))
        waits, moment = [], fields.Datetime.now()
        with self._gateway(sent="retry") as calls:
            self.Message._cron_deliver()
            text = message.delivery_ids.filtered(lambda d: d.port == "sms")
            while text.state == "pending":
                waits.append((text.next_try_at - moment).total_seconds() / 60)
                moment = text.next_try_at
                with freeze_time(moment):
                    self.Message._cron_deliver()
        self.assertEqual(waits, [1, 5, 15, 60, 240])
        self.assertEqual((text.state, calls, message.state), ("failed", ["send"] * 6, "partial"))

    @mute_logger(MUTED)
    def test_one_bad_row_does_not_end_the_batch(self):
        bad, _written = self._emit(self._row(self.patient_a, "k1", variables={"doctor": "Lin"}))
        broken, _written = self._emit(self._row(self.patient_a, "k2"))
        good, _written = self._emit(self._row(self.patient_b, "k3"))
        Inapp = type(self.env["hospital.message.port.inapp"])
        original = Inapp._send

        def send(port, delivery):
            if delivery.message_id == broken:
                port.env.cr.execute("SELECT 1 / 0")
            return original(port, delivery)

        with patch.object(Inapp, "_send", send), mute_logger("odoo.sql_db"):
            self.Message._cron_deliver()
        self.assertEqual(bad.state, "failed")
        self.assertIn("{date}", bad.delivery_ids[0].error_text)
        self.assertEqual(self._states(broken), {"inapp": "pending", "sms": "sent"})
        self.assertEqual(good.state, "sent")
        with self._later(2):
            self.Message._cron_deliver()
        self.assertEqual(broken.state, "sent")

    def test_reached_speaks_of_the_newest_message(self):
        self._emit(self._row(self.patient_a, "k1", res_id=5))
        self.Message._cron_deliver()
        self._event("test.other")
        self._emit(self._row(self.patient_a, "k2", res_id=5), code="test.other")
        self.assertEqual(self.Message._reached("res.partner", [5]), {5: "pending"})
        self.assertEqual(self.Message._reached("res.partner", [5], "test.moved"), {5: "reached"})
        self.assertEqual(self.Message._reached("res.partner", []), {})

    def test_staff_are_told_in_the_app(self):
        row = {"patient_id": None, "user_id": self.office.id, "dedup_key": "k1"}
        row["variables"] = {"doctor": "Lin", "date": "x"}
        message, _written = self._emit(row)
        self.Message._cron_deliver()
        self.assertEqual(self._states(message), {"inapp": "sent"})

    def test_texts_in_two_languages_are_told_in_the_own_one(self):
        doctor = {"zh_CN": "林医生", "en_US": "Dr Lin"}
        row = self._row(self.patient_a, "k1", variables={"doctor": doctor, "date": "x"})
        other = {**row, "patient_id": self.patient_b.id, "dedup_key": "k2"}
        self.account_a.lang, self.account_b.lang = "en_US", "zh_CN"
        messages, _written = self._emit(row, other)
        self.Message._cron_deliver()
        titles = {m.dedup_key: set(m.delivery_ids.mapped("title")) for m in messages}
        self.assertEqual(titles, {"k1": {"en_US Dr Lin"}, "k2": {"zh_CN 林医生"}})
