"""A delivery worker that dies at a chosen step; run as a process of its own.

``python killed_worker.py DATABASE STEP [ODOO OPTION…]`` with STEP ``planned`` (recipients are
written, nothing is sent) or ``sent`` (the gateway has the text, nobody noted it).
"""

import os
import signal
import sys
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def die(cr):
    cr.flush()
    cr.connection.commit()  # this process owns its cursor
    os.kill(os.getpid(), signal.SIGKILL)


def main(database, step, *options):
    config.parse_config(["-d", database, "--log-level=critical", *options], setup_logging=True)
    registry = Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        Sandbox = registry["hospital.sms.sandbox"]
        original = Sandbox._deliver

        def deliver(self, phone, text, kind):
            original(self, phone, text, kind)
            die(self.env.cr)

        if step == "planned":
            env["hospital.message.planner"]._plan_batch(100)
            die(cr)
        with patch.object(Sandbox, "_deliver", deliver):
            env["hospital.message"]._cron_deliver()


if __name__ == "__main__":
    main(*sys.argv[1:])
