from odoo.exceptions import AccessError
from odoo.tests import tagged

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
