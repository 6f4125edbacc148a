import os

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, tagged

from .. import crypto
from .common import HospitalCommon

PHONE = "19900001234"


class MemoryRing:
    """A key ring for tests: any keys, any suite."""

    def __init__(self, keys, active, suite="sm4"):
        self._keys, self.active_key_id = keys, active
        self.suite, self.index_digest = suite, "sm3"

    def encryption_key(self, key_id):
        if key_id not in self._keys:
            raise crypto.KeyMissing(key_id)
        return self._keys[key_id]

    def key_ids(self):
        return set(self._keys)

    def index_key(self):
        return b"i" * 32


@tagged("post_install", "-at_install")
class TestCrypto(BaseCase):
    def test_sm3_known_answer(self):
        """GB/T 32905-2016, example 1: the digest of "abc"."""
        from cryptography.hazmat.primitives import hashes

        digest = hashes.Hash(hashes.SM3())
        digest.update(b"abc")
        self.assertEqual(
            digest.finalize().hex(),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        )

    def test_sm4_known_answer(self):
        """GB/T 32907-2016, example 1."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        key = bytes.fromhex("0123456789abcdeffedcba9876543210")
        encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
        self.assertEqual(
            (encryptor.update(key) + encryptor.finalize()).hex(),
            "681edf34d206965e86b3e94f536e4246",
        )

    def test_both_suites_open_each_others_tokens(self):
        key = os.urandom(32)
        tokens = []
        for suite in ("sm4", "aes"):
            with crypto.use_provider(MemoryRing({"k1": key}, "k1", suite)):
                tokens.append(crypto.encrypt("secret", "a.b"))
        with crypto.use_provider(MemoryRing({"k1": key}, "k1")):
            self.assertEqual([crypto.decrypt(t, "a.b") for t in tokens], ["secret", "secret"])

    def test_token_is_bound_to_its_field_and_whole(self):
        token = crypto.encrypt("secret", "a.b")
        with self.assertRaises(ValueError):
            crypto.decrypt(token, "a.c")
        with self.assertRaises(ValueError):
            crypto.decrypt(token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"), "a.b")

    def test_missing_key_is_named(self):
        with crypto.use_provider(MemoryRing({"k9": b"9" * 32}, "k9")):
            token = crypto.encrypt("secret", "a.b")
        with self.assertRaises(crypto.KeyMissing):
            crypto.decrypt(token, "a.b")

    def test_hash_folds_writing_and_separates_domains(self):
        self.assertEqual(
            crypto.keyed_hash("１99 0000 1234", "phone"), crypto.keyed_hash(PHONE, "phone")
        )
        self.assertNotEqual(crypto.keyed_hash(PHONE, "phone"), crypto.keyed_hash(PHONE, "card"))
        self.assertIsNone(crypto.keyed_hash("", "phone"))


@tagged("post_install", "-at_install")
class TestEncryptedField(HospitalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Message = cls.env["hospital.sms.sandbox"]
        cls.message = cls._message(PHONE)

    @classmethod
    def _message(cls, phone):
        return cls.Message.create(
            {"phone": phone, "body": "code 123456", "kind": "code", "reference": phone}
        )

    def _column(self, name):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT phone, phone_hash, body FROM hospital_sms_sandbox WHERE id = %s",
            [self.message.id],
        )
        return dict(zip(("phone", "phone_hash", "body"), self.env.cr.fetchone(), strict=True))[name]

    def test_column_holds_cipher_text_and_python_reads_clear(self):
        self.assertTrue(self._column("phone").startswith("enc1.sm4."))
        self.assertNotIn("123456", self._column("body"))
        self.message.invalidate_recordset()
        self.assertEqual((self.message.phone, self.message.body), (PHONE, "code 123456"))

    def test_exact_search_goes_through_the_hash(self):
        other = self._message("19900009999")
        self.assertEqual(self.Message.search([("phone", "=", "199 0000 1234")]), self.message)
        self.assertEqual(self.Message.search([("phone", "in", [PHONE, "1"])]), self.message)
        self.assertIn(other, self.Message.search([("phone", "!=", PHONE)]))

    def test_partial_search_sorting_and_grouping_are_refused(self):
        with self.assertRaises(UserError):
            self.Message.search([("body", "ilike", "code")])
        with self.assertRaises(UserError):
            self.Message.search([("phone", ">", "1")])
        with self.assertRaises(UserError):
            self.Message.search([], order="phone")
        with self.assertRaises(UserError):
            self.Message._read_group([], ["phone"], ["__count"])
        for aggregate in ("phone:array_agg", "body:max", "body:count_distinct"):
            with self.assertRaises(UserError):
                self.Message._read_group([], [], [aggregate])

    def test_pasted_token_is_refused(self):
        with self.assertRaises(ValidationError):
            self._message(self._column("phone"))

    def test_forged_hash_is_refused(self):
        with self.assertRaises(AccessError):
            self.message.write({"phone_hash": "0" * 64})

    def test_write_moves_the_hash(self):
        self.message.write({"phone": "19900005678"})
        self.assertFalse(self.Message.search([("phone", "=", PHONE)]))
        self.assertEqual(self.Message.search([("phone", "=", "19900005678")]), self.message)

    def test_rotation_moves_old_values_and_keeps_search(self):
        ring = crypto.provider()
        old_id = ring.active_key_id
        keys = {old_id: ring.encryption_key(old_id), "k-new": b"n" * 32}
        rotated = MemoryRing(keys, "k-new")
        rotated.index_key = ring.index_key
        self.env.flush_all()
        with crypto.use_provider(rotated):
            while self.Message._rekey(batch_size=1):
                continue
            self.env.invalidate_all()
            self.assertEqual(self._column("phone").split(".")[2], "k-new")
            self.assertEqual(self.message.phone, PHONE)
            self.assertEqual(self.Message.search([("phone", "=", PHONE)]), self.message)

    def test_start_up_check_names_missing_keys(self):
        check = self.env["hospital.key.check"]
        self.env.flush_all()
        self.assertEqual(check._missing_key_ids(), set())
        with crypto.use_provider(MemoryRing({"k9": b"9" * 32}, "k9")):
            self.assertEqual(check._missing_key_ids(), check._key_ids_in_use())
            self.assertTrue(check._missing_key_ids())

    def _ring(self, **changes):
        """Return a copy of the ring in use with other keys or another index key."""
        ring = crypto.provider()
        copy = MemoryRing({key: ring.encryption_key(key) for key in ring.key_ids()}, "")
        copy.active_key_id, copy.index_key = ring.active_key_id, ring.index_key
        for name, value in changes.items():
            setattr(copy, name, value)
        return copy

    def test_canary_opens_with_the_ring_of_the_database_only(self):
        check = self.env["hospital.key.check"]
        self.assertTrue(check._canary_is_readable(), "no canary was written at installation")
        self.assertEqual(check._ring_fault(), "")
        key_id = crypto.provider().active_key_id
        same_name = {key: b"9" * 32 for key in crypto.provider().key_ids()}
        for wrong in (
            self._ring(_keys={"k9": b"9" * 32}),
            self._ring(_keys=same_name),
            self._ring(index_key=lambda: b"9" * 32),
        ):
            with crypto.use_provider(wrong):
                self.assertFalse(check._canary_is_readable())
                self.assertTrue(check._ring_fault())
                with self.assertLogs("odoo.addons.hospital_base", "CRITICAL"):
                    with self.assertRaisesRegex(UserError, "not the one of this database"):
                        check._register_hook()
                with self.assertRaises(UserError):
                    check._ensure_canary()
        self.assertIn(f".{key_id}.", check._canary())

    def test_rotation_moves_the_canary_too(self):
        check = self.env["hospital.key.check"]
        keys = self._ring()._keys
        rotated = self._ring(_keys=keys | {"k-new": b"n" * 32}, active_key_id="k-new")
        with crypto.use_provider(rotated):
            check._ensure_canary()
            self.assertEqual(crypto.token_key_id(check._canary()), "k-new")
            self.assertTrue(check._canary_is_readable())
        self.assertIn("k-new", check._missing_key_ids())

    def test_start_up_check_names_a_ring_that_is_not_there(self):
        class NoRing:
            def __getattr__(self, _name):
                raise crypto.KeyMissing("the key ring /x cannot be read")

        with crypto.use_provider(NoRing()):
            self.assertIn("/x cannot be read", self.env["hospital.key.check"]._ring_fault())

    def test_sandbox_keeps_and_answers(self):
        sms = self.env["hospital.sms"]
        result = sms._send("19900007777", "hello", "notice")
        self.assertEqual(result.status, "sent")
        self.assertEqual(self.Message._last_text("19900007777"), "hello")
        self.assertEqual(sms._query(result.reference).status, "sent")
        self.env.company.hospital_sms_driver = "none"
        self.assertEqual(sms._send("19900007777", "hello", "notice").status, "refused")
