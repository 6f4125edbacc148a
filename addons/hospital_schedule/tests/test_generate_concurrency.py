import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestGenerateConcurrency(BaseCase):
    """Two generators at once, on real cursors; cleans up after itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))

    def _setup(self, env):
        campus = env["hospital.campus"].create({"name": "Race", "code": "RACE"})
        department = env["hospital.department"].create(
            {"name": "Race", "code": "RACE", "campus_id": campus.id, "bookable": True}
        )
        number_type = env["hospital.number.type"].create({"name": "Race", "code": "RACE"})
        plan = env["hospital.plan"].create(
            {
                "department_id": department.id,
                "number_type_id": number_type.id,
                "weekday": "0",
                "date_from": "2031-01-01",
                "period_ids": [Command.create({"start_hour": 8, "end_hour": 9, "capacity": 10})],
            }
        )
        return campus.id, department.id, number_type.id, plan.id

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_each_session_once(self):
        registry = Registry(get_db_name())
        with registry.cursor() as cr:
            ids = self._setup(api.Environment(cr, SUPERUSER_ID, {}))
        barrier = threading.Barrier(2)

        def work():
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["hospital.plan"].search_count([])
                barrier.wait(timeout=10)
                return retrying(
                    lambda: env["hospital.plan"]._generate(
                        date(2031, 1, 1), date(2031, 3, 31), [ids[1]]
                    ),
                    env,
                )

        try:
            with ThreadPoolExecutor(2) as pool:
                futures = [pool.submit(work) for _i in range(2)]
                added = {future.result(timeout=60) for future in futures}
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                sessions = env["hospital.session"].search([("plan_id", "=", ids[3])])
                made = (len(sessions), len(sessions.slot_ids))
        finally:
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["hospital.session"].search([("plan_id", "=", ids[3])]).unlink()
                env["hospital.plan"].browse(ids[3]).unlink()
                env["hospital.number.type"].browse(ids[2]).unlink()
                env["hospital.department"].browse(ids[1]).unlink()
                env["hospital.campus"].browse(ids[0]).unlink()
        self.assertEqual((added, made), ({None, 13}, (13, 130)))
