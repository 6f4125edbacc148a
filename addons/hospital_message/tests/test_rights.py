from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import MessageCommon


@tagged("post_install", "-at_install")
class TestRights(MessageCommon):
    def setUp(self):
        super().setUp()
        self._emit(self._row(self.patient_a, "k1"), self._row(self.patient_b, "k2"))
        self.Message._cron_deliver()

    def test_patient_sees_the_own_box_only(self):
        box = self.Delivery.with_user(self.portal_a).search([])
        self.assertEqual(box.mapped("title"), ["zh_CN Lin"])
        self.assertEqual(box.sudo().account_id, self.account_a)
        other = self.Delivery.search([("account_id", "=", self.account_b.id)])
        with self.assertRaises(AccessError):
            other.with_user(self.portal_a)._mark_read()
        self.assertEqual(other.mapped("read_at"), [False, False])
        box._mark_read()
        self.assertTrue(box.sudo().read_at)

    def test_patient_reads_no_outbox_and_writes_no_delivery(self):
        with self.assertRaises(AccessError):
            self.Message.with_user(self.portal_a).search([])
        box = self.Delivery.with_user(self.portal_a).search([])
        with self.assertRaises(AccessError):
            box.body = "other"
        self.assertNotEqual(box.sudo().body, "other")

    def test_patient_hands_no_switch_to_another_account(self):
        """A rule is asked before a write only: an own switch could be given away."""
        Preference = self.env["hospital.message.preference"].with_user(self.portal_a)
        own = Preference._set_enabled(self.account_a, self.event, False).with_user(self.portal_a)
        self.assertEqual(own.account_id, self.account_a)
        with self.assertRaises(AccessError):
            own.write({"account_id": self.account_b.id})
        for account in (self.account_a, self.account_b):
            with self.assertRaises(AccessError):
                Preference.create({"account_id": account.id, "event_id": self.event.id})

    def test_doctor_sees_no_messages_of_patients(self):
        with self.assertRaises(AccessError):
            self.Message.with_user(self.doctor_user).search([])
        self.assertFalse(self.Delivery.with_user(self.doctor_user).search([]))

    def test_only_the_office_sends_again(self):
        message = self.Message.search([("dedup_key", "=", "k1")])
        for user in (self.desk, self.doctor_user):
            with self.assertRaises(AccessError):
                message.with_user(user).action_retry()
            with self.assertRaises(AccessError):
                message.delivery_ids.with_user(user).action_confirm_not_reached()
        with self.assertRaises(AccessError):
            message.with_user(self.office).write({"state": "failed"})
        self.assertEqual(message.state, "sent")

    def test_exports_want_the_right_are_masked_and_written_down(self):
        exporter = new_test_user(
            self.env, "message_exporter",
            "hospital_base.group_outpatient_office,base.group_allow_export",
        )  # fmt: skip
        self.desk.group_ids -= self.env.ref("base.group_allow_export")
        logs = self.env["hospital.audit.log"]
        message = self.Message.search([("dedup_key", "=", "k1")])
        for records in (message, message.delivery_ids[:1]):
            paths = ["patient_id", "patient_id/name", "patient_id/phone", "event_id"]
            with self.assertRaises(UserError):
                records.with_user(self.desk).export_data(paths)
            ((name, again, phone, _event),) = records.with_user(exporter).export_data(paths)[
                "datas"
            ]
            self.assertNotIn("Person A", f"{name} {again} {phone}")
            row = logs.search([("action", "=", "export")], limit=1)
            self.assertEqual((row.user_id, row.model), (exporter, records._name))
            self.assertEqual(row.patient_ids, self.patient_a.ids)

    def test_lists_mask_and_opening_is_written_down(self):
        message = self.Message.search([("dedup_key", "=", "k1")])
        self.assertNotIn("Person", message.patient_masked)
        message.with_user(self.desk).web_read({"patient_id": {}})
        row = self.env["hospital.audit.log"].search([], limit=1)
        self.assertEqual((row.action, row.model, row.user_id), ("read", message._name, self.desk))
        self.assertEqual(row.patient_ids, self.patient_a.ids)

    def test_the_log_of_one_patient_is_found(self):
        found = self.Delivery.with_user(self.desk).search([("patient_id", "=", self.patient_a.id)])
        self.assertEqual(found.message_id.mapped("dedup_key"), ["k1"])
