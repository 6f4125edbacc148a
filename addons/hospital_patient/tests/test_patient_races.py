import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError, OperationalError
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import ConcurrencyError, UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..tools_id import make_resident_id
from .common import BIRTH

WORKERS = 8
CLEAN = (
    "DELETE FROM hospital_risk_event WHERE id > %(risk)s",
    "DELETE FROM hospital_phone_code WHERE id > %(code)s",
    "DELETE FROM hospital_sms_sandbox WHERE id > %(sms)s",
    "DELETE FROM hospital_patient_merge WHERE id > %(merge)s",
    "DELETE FROM hospital_patient_card WHERE id > %(card)s",
    "DELETE FROM hospital_account WHERE id > %(account)s",
    "DELETE FROM hospital_patient WHERE id > %(patient)s",
    "UPDATE res_company SET hospital_code_ip_limit = %(ip_limit)s",
)
NEWEST = (
    "SELECT (SELECT coalesce(max(id), 0) FROM hospital_risk_event) AS risk,"
    " (SELECT coalesce(max(id), 0) FROM hospital_phone_code) AS code,"
    " (SELECT coalesce(max(id), 0) FROM hospital_sms_sandbox) AS sms,"
    " (SELECT coalesce(max(id), 0) FROM hospital_patient_merge) AS merge,"
    " (SELECT coalesce(max(id), 0) FROM hospital_patient_card) AS card,"
    " (SELECT coalesce(max(id), 0) FROM hospital_account) AS account,"
    " (SELECT coalesce(max(id), 0) FROM hospital_patient) AS patient,"
    " (SELECT min(hospital_code_ip_limit) FROM res_company) AS ip_limit"
)


class RaceCase(BaseCase):
    """Requests that arrive together, on real connections that commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            cr.execute(NEWEST)
            self.before = cr.dictfetchone()
        self.addCleanup(self._clean)

    def _clean(self):
        with self.registry.cursor() as cr:
            for statement in CLEAN:
                cr.execute(statement, self.before)

    def _made(self, make):
        """Return what ``make(env)`` returned, committed."""
        with self.registry.cursor() as cr:
            return make(api.Environment(cr, SUPERUSER_ID, {}))

    def _together(self, work, count=WORKERS):
        """Run ``work(env, number)`` like requests that begin with one view of the data.

        A collision runs the work again as Odoo does; a refusal counts as ``None``.
        """
        barrier = threading.Barrier(count, timeout=60)

        def one(number):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["hospital.patient"].search_count([], limit=1)
                barrier.wait()
                for _attempt in range(5):
                    try:
                        result = work(env, number)
                        env.flush_all()
                        cr.commit()
                        return result
                    except (UserError, IntegrityError):
                        cr.rollback()
                        return None
                    except (OperationalError, ConcurrencyError):
                        cr.rollback()
                        env.transaction.reset()
                raise AssertionError("five collisions")

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    def _patients(self, count):
        """Return ids of fictional people, without the cost of their registration."""

        def make(env):
            env.cr.execute(
                "INSERT INTO hospital_patient"
                " (name, mrn, sex, id_type, verified_level, active)"
                " SELECT 'Race', 'race-' || n, 'unknown', 'none', 'none', true"
                " FROM generate_series(1, %s) n RETURNING id",
                [count],
            )
            return [row[0] for row in env.cr.fetchall()]

        return self._made(make)


@tagged("post_install", "-at_install", "concurrency")
class TestPatientRaces(RaceCase):
    @mute_logger("odoo.sql_db")
    def test_one_document_is_registered_once(self):
        number = make_resident_id(BIRTH, "male", 499, area="990102")

        def register(env, _number):
            vals = {"name": "Race", "id_number": number, "phone": "19911110000"}
            return env["hospital.patient"].create(vals).id

        self.assertEqual(len(list(filter(None, self._together(register)))), 1)

    @mute_logger("odoo.sql_db")
    def test_the_last_place_of_a_family_is_given_once(self):
        people = self._patients(4 + WORKERS)

        def make(env):
            account = env["hospital.account"]._create_with_user("19911113333")
            for person in env["hospital.patient"].browse(people[:4]):
                account._add_member(person)
            return account.id

        account_id = self._made(make)

        def add(env, number):
            person = env["hospital.patient"].browse(people[4 + number])
            return env["hospital.account"].browse(account_id)._add_member(person).id

        self.assertEqual(len(list(filter(None, self._together(add)))), 1)
        ordinals = self._made(
            lambda env: env["hospital.account"].browse(account_id).member_ids.mapped("ordinal")
        )
        self.assertEqual(sorted(ordinals), [1, 2, 3, 4, 5])

    @mute_logger("odoo.sql_db")
    def test_a_device_opens_three_accounts_however_fast(self):
        def open_account(env, number):
            return env["hospital.account"]._open(f"1991111400{number}", "race-device").id

        self.assertEqual(len(list(filter(None, self._together(open_account)))), 3)

    def test_a_merge_misses_no_card_that_it_cannot_see(self):
        people = self._patients(2)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["hospital.patient"].search_count([], limit=1)
            self._made(lambda other: self._card(other, people[1]).id)
            with self.assertRaises(ConcurrencyError):
                self._merge(env, people)
            cr.rollback()
            env.transaction.reset()
            merge = self._merge(env, people)
            self.assertEqual(len(merge.moved["hospital_patient_card.patient_id"]), 1)

    @mute_logger("odoo.sql_db")
    def test_a_card_that_comes_after_a_merge_lands_with_the_survivor(self):
        people = self._patients(2)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["hospital.patient"].search_count([], limit=1)
            self._made(lambda other: self._merge(other, people).id)
            with self.assertRaises(SerializationFailure):
                self._card(env, people[1])
            cr.rollback()
            env.transaction.reset()
            card = self._card(env, people[1])
            card.invalidate_recordset()
            self.assertEqual(card.patient_id.id, people[0])

    def test_a_card_that_waits_for_a_merge_lands_with_the_survivor(self):
        """READ COMMITTED, as a claim of a number runs: it does not fail and is not run again."""
        people = self._patients(2)

        def add_card(_number):
            with self.registry.cursor() as cr:
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                cr.execute("SELECT pg_backend_pid()")
                self.waiting.set_result(cr.fetchone()[0])
                env = api.Environment(cr, SUPERUSER_ID, {})
                return self._card(env, people[1]).id

        self.waiting = Future()
        with self.registry.cursor() as cr, ThreadPoolExecutor(1) as pool:
            self._merge(api.Environment(cr, SUPERUSER_ID, {}), people)
            card = pool.submit(add_card, 0)
            self._until_it_waits(self.waiting.result(60))
            cr.commit()
        holder = self._made(
            lambda env: env["hospital.patient.card"].browse(card.result(60)).patient_id.id
        )
        self.assertEqual(holder, people[0])

    def test_a_merge_waits_for_a_card_in_progress_and_takes_it_along(self):
        people = self._patients(2)

        def merge(_number):
            with self.registry.cursor() as cr:
                cr.execute("SELECT pg_backend_pid()")
                self.waiting.set_result(cr.fetchone()[0])
                env = api.Environment(cr, SUPERUSER_ID, {})
                try:
                    return self._merge(env, people).id
                except ConcurrencyError:
                    cr.rollback()
                    env.transaction.reset()
                    return self._merge(env, people).id

        self.waiting = Future()
        with self.registry.cursor() as cr, ThreadPoolExecutor(1) as pool:
            card = self._card(api.Environment(cr, SUPERUSER_ID, {}), people[1]).id
            merged = pool.submit(merge, 0)
            self._until_it_waits(self.waiting.result(60))
            cr.commit()
        moved = self._made(
            lambda env: env["hospital.patient.merge"].browse(merged.result(60)).moved
        )
        self.assertEqual(moved, {"hospital_patient_card.patient_id": [card]})

    def _until_it_waits(self, pid):
        """Return once the other connection waits for a lock of this one."""
        with self.registry.cursor() as cr:
            for _look in range(100_000):
                cr.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
                if cr.fetchone()[0]:
                    return
        raise AssertionError("the other connection never waited")

    def _card(self, env, patient_id):
        return env["hospital.patient.card"].create(
            {"patient_id": patient_id, "kind": "visit", "number": "RACE1"}
        )

    def _merge(self, env, ids):
        return env["hospital.patient.merge"]._merge(*env["hospital.patient"].browse(ids), "race")


@tagged("post_install", "-at_install", "concurrency")
class TestPhoneCodeRaces(RaceCase):
    PHONE = "19911112222"

    def setUp(self):
        super().setUp()
        now = fields.Datetime.now()

        def make(env):
            Code = env["hospital.phone.code"]
            key = env["hospital.patient"]._fields["phone"].hash_value(self.PHONE)
            return Code.create(
                {
                    "phone_hash": key,
                    "purpose": "race",
                    "code_hash": Code._code_hash(key, "race", "123456"),
                    "sent_at": now - timedelta(minutes=2),
                    "expires_at": now + timedelta(minutes=3),
                }
            ).id

        self.code_id = self._made(make)

    def _guess(self, codes):
        return self._together(
            lambda env, number: env["hospital.phone.code"]._verify(
                self.PHONE, "race", codes[number]
            )
        )

    def _tries(self):
        return self._made(lambda env: env["hospital.phone.code"].browse(self.code_id).tries)

    def test_the_right_code_is_accepted_once(self):
        self.assertEqual(self._guess(["123456"] * WORKERS).count(True), 1)
        self.assertEqual(self._tries(), 1)

    def test_eight_wrong_guesses_count_five_tries(self):
        self.assertEqual(self._guess(["000000"] * WORKERS).count(True), 0)
        self.assertEqual(self._tries(), 5)

    def test_a_right_code_among_four_wrong_ones_is_accepted(self):
        self.assertEqual(self._guess(["000000", "123456"] * (WORKERS // 2)).count(True), 1)

    def test_a_try_stays_used_when_the_request_is_rolled_back(self):
        def guess(env, _number):
            env["hospital.phone.code"]._verify(self.PHONE, "race", "000000")
            raise UserError("the request fails later")

        self._together(guess, 2)
        self.assertEqual(self._tries(), 2)

    def test_one_code_a_minute_goes_to_a_phone(self):
        def ask(env, _number):
            env["hospital.phone.code"]._request("19911115555", "race")
            return True

        self.assertEqual(self._together(ask).count(True), 1)

    def test_one_code_a_minute_whatever_it_is_for(self):
        def ask(env, number):
            env["hospital.phone.code"]._request("19911115556", f"race{number}")
            return True

        self.assertEqual(self._together(ask).count(True), 1)

    def test_codes_of_an_address_stop_at_the_limit(self):
        self._made(lambda env: env.company.write({"hospital_code_ip_limit": 3}))

        def ask(env, number):
            env["hospital.phone.code"]._request(f"1991111600{number}", "race", ip="192.0.2.7")
            return True

        self.assertEqual(self._together(ask).count(True), 3)
