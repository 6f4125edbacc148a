import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..tools_id import make_resident_id
from .common import BIRTH

WORKERS = 6


@tagged("post_install", "-at_install")
class TestPatientRaces(BaseCase):
    """Requests that arrive together, on real connections that commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())

    def _together(self, work):
        """Run ``work(env, number)`` in parallel transactions; return the outcomes."""
        barrier = threading.Barrier(WORKERS)

        def one(number):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["hospital.patient"].search_count([], limit=1)
                barrier.wait(timeout=20)
                try:
                    result = work(env, number)
                    env.flush_all()
                    cr.commit()
                except (UserError, IntegrityError):
                    cr.rollback()
                    return None
            return result

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(one, range(WORKERS)))

    def _cleaned(self, statements, *params):
        with self.registry.cursor() as cr:
            for statement in statements:
                cr.execute(statement, params)

    @mute_logger("odoo.sql_db")
    def test_one_document_is_registered_once(self):
        number = make_resident_id(BIRTH, "male", 499, area="990102")

        def register(env, _number):
            vals = {"name": "Race", "id_number": number, "phone": "19911110000"}
            return env["hospital.patient"].create(vals).id

        ids = [row for row in self._together(register) if row]
        self.addCleanup(
            self._cleaned, ["DELETE FROM hospital_patient WHERE id = ANY(%s)"], ids
        )
        self.assertEqual(len(ids), 1)

    @mute_logger("odoo.sql_db")
    def test_tries_of_a_code_are_counted_one_by_one(self):
        phone = "19911112222"
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            Code = env["hospital.phone.code"]
            now = fields.Datetime.now()
            key = env["hospital.patient"]._fields["phone"].hash_value(phone)
            code = Code.create(
                {
                    "phone_hash": key,
                    "purpose": "race",
                    "code_hash": Code._code_hash(key, "race", "123456"),
                    "sent_at": now,
                    "expires_at": now + timedelta(minutes=5),
                }
            )
            code_id = code.id
        self.addCleanup(
            self._cleaned, ["DELETE FROM hospital_phone_code WHERE id = %s"], code_id
        )

        def verify(env, _number):
            env.cr.rollback()
            env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            return env["hospital.phone.code"]._verify(phone, "race", "123456")

        self.assertEqual(sum(1 for won in self._together(verify) if won), 1)
        with self.registry.cursor() as cr:
            cr.execute("SELECT tries FROM hospital_phone_code WHERE id = %s", [code_id])
            self.assertEqual(cr.fetchone()[0], 1)
