import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields, modules
from odoo.addons.hospital_patient.tools_id import make_resident_id
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, freeze_time, get_db_name
from odoo.tools import config

WORKER = Path(__file__).with_name("killed_worker.py")
CODE = "test.killed_worker"
PHONE = "13900000042"


@tagged("post_install", "-at_install")
class TestKilledWorker(BaseCase):
    """A worker process is killed for real; the rows are committed and cleaned up after."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self._env() as env:
            self._clean(env)
            self.message_id = self._message(env)
        self.addCleanup(self._clean_up)

    def _env(self):
        return Committed(self.registry)

    def _message(self, env):
        event = env["hospital.message.event"].create({"code": CODE, "name": CODE})
        event.template_ids = [
            fields.Command.create({"port": "sms", "title": "T", "body": "Killed worker"})
        ]
        patient = env["hospital.patient"].create(
            {
                "name": "Test",
                "id_type": "resident",
                "id_number": make_resident_id(date(1990, 3, 7), "male", 42, area="990109"),
                "sex": "male",
                "phone": PHONE,
            }
        )
        env["hospital.message"]._emit(CODE, [{"patient_id": patient.id, "dedup_key": CODE}])
        return env["hospital.message"].search([("dedup_key", "=", CODE)]).id

    def _clean(self, env):
        events = env["hospital.message.event"].search([("code", "=", CODE)])
        messages = env["hospital.message"].search([("event_id", "in", events.ids)])
        patient_ids = messages.patient_id.ids
        messages.unlink()
        events.unlink()
        env.flush_all()
        # Python code never deletes a patient.
        env.cr.execute("DELETE FROM hospital_patient WHERE id = ANY(%s)", [patient_ids])
        env["hospital.sms.sandbox"].search([("phone", "=", PHONE)]).unlink()

    def _clean_up(self):
        with self._env() as env:
            self._clean(env)

    def _kill_at(self, step):
        command = [sys.executable, str(WORKER), get_db_name(), step, *self._odoo_options()]
        done = subprocess.run(command, check=False, timeout=120)
        self.assertEqual(done.returncode, -signal.SIGKILL)

    def _odoo_options(self):
        """Give the worker the database server and the addons of this process."""
        options = ["--addons-path=" + ",".join(config["addons_path"])]
        for name in ("db_host", "db_port", "db_user", "db_password", "data_dir"):
            if config[name]:
                flag = name.replace("_", "-") if name == "data_dir" else name
                options.append(f"--{flag}={config[name]}")
        return options

    def _run_again(self):
        """Deliver after the dead worker's lease has run out; return (state, texts sent)."""
        later = fields.Datetime.now() + timedelta(minutes=6)
        with freeze_time(later), self._env() as env:
            env["hospital.message"]._cron_deliver()
        with self._env() as env:
            message = env["hospital.message"].browse(self.message_id)
            texts = env["hospital.sms.sandbox"].search_count([("phone", "=", PHONE)])
            return message.delivery_ids.mapped("state"), message.state, texts

    def test_killed_after_the_gateway_took_it(self):
        self._kill_at("sent")
        with self._env() as env:
            delivery = env["hospital.message"].browse(self.message_id).delivery_ids
            self.assertEqual(delivery.state, "unknown")
        self.assertEqual(self._run_again(), (["sent"], "sent", 1))
        self.assertEqual(self._run_again(), (["sent"], "sent", 1))

    def test_killed_between_planning_and_sending(self):
        self._kill_at("planned")
        self.assertEqual(self._run_again(), (["sent"], "sent", 1))


class Committed:
    """A cursor of our own that really commits, though a test is running."""

    def __init__(self, registry):
        self.cursor = registry.cursor()
        self.not_testing = patch.object(modules.module, "current_test", False)

    def __enter__(self):
        self.cursor.__enter__()
        self.not_testing.__enter__()
        return api.Environment(self.cursor, SUPERUSER_ID, {})

    def __exit__(self, *error):
        self.not_testing.__exit__(*error)
        return self.cursor.__exit__(*error)
