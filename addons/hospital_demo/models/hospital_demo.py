import logging
import random
import time

from odoo import api, models
from odoo.exceptions import UserError

from ..builder import (
    access,
    future,
    ground,
    history,
    messages,
    past,
    people,
    roster,
    showcase,
    stories,
    structure,
)
from ..tables.roles import PASSWORD, ROLES

_logger = logging.getLogger(__name__)

BUILT = "hospital_demo.built_with_seed"
#: Patients who are kept out of the random past: the stories need them.
STORY_PATIENTS = 48


class HospitalDemo(models.AbstractModel):
    _name = "hospital.demo"
    _description = "Builder of the demo hospital"

    @api.model
    def _build(self, seed=20260101):
        """Build the demo hospital around today's date.

        :param int seed: decides every random choice; the same seed on the same
            date gives the same hospital.
        :return: True when it was built now, False when it was there already.
        :raise UserError: when the database holds patients or departments already.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param(BUILT):
            return False
        self._refuse_used_database()
        builder = self.sudo().with_context(
            lang="en_US", tracking_disable=True, mail_create_nolog=True, mail_notrack=True
        )
        builder._run_steps(random.Random(seed))
        parameters.set_param(BUILT, str(seed))
        return True

    @api.model
    def _refuse_used_database(self):
        """Raise when somebody works in this database."""
        for model in ("hospital.patient", "hospital.department"):
            if self.env[model].sudo().with_context(active_test=False).search_count([], limit=1):
                raise UserError(
                    self.env._(
                        "This database is in use already. Build the demo hospital in an empty "
                        "database."
                    )
                )

    @api.model
    def _run_steps(self, rng):
        """Run the steps in their order and log how long each took."""
        env = self.env
        today, now = env["hospital.clock"]._today(), env["hospital.clock"]._now()
        campus = self._timed("company", structure.build_company, env)
        departments = self._timed("departments", structure.build_departments, env, campus)
        doctors = self._timed("doctors", structure.build_doctors, env, departments, rng)
        users = self._timed("users", structure.build_users, env, doctors)
        ground.build_identifiers(env, departments, doctors)
        ground.build_login_lock(env)
        types = self._timed("number types", roster.build_number_types, env)
        self._timed("plans", roster.build_plans, env, rng, departments, doctors, types, today)
        self._timed("sessions", roster.generate, env, today)
        suspended = self._timed("past rosters", past.happen, env, users, doctors, today)
        past.keep_ready(env, users, doctors, types, today)
        patients = self._timed("patients", people.build_patients, env, rng, today)
        people.build_travellers(env, today, patients[100:104])
        accounts = self._timed("accounts", access.build_accounts, env, rng, patients)
        cast = patients[: people.ACCOUNTS][-STORY_PATIENTS:]
        crowd = patients - cast - accounts[0].member_ids.patient_id
        crowd_of = (access.owner_by_patient(env), users, now)
        self._timed("missed", history.write_missed, env, rng, cast[:6], *crowd_of)
        history.write_displaced(env, rng, crowd, *crowd_of, suspended)
        booked = showcase.visited(env, rng, accounts[0], users, now)
        booked += self._timed("history", history.write_history, env, rng, crowd, *crowd_of)
        history.write_waited(env, rng, crowd, crowd_of[0], today)
        self._timed("messages", messages.write_messages, env, rng, booked, now)
        self._timed("claims", future.claim_ahead, env, rng, crowd.ids, crowd_of[0])
        showcase.coming(env, accounts[0], doctors)
        self._timed("stories", stories.tell, env, rng, users, doctors, types, cast, accounts)

    @api.model
    def _timed(self, name, step, *args):
        started = time.monotonic()
        result = step(*args)
        _logger.info("demo hospital: %s in %.1f s", name, time.monotonic() - started)
        return result

    @api.model
    def _logins(self):
        """Return ``[(role label, login, password)]``, one line per role."""
        return [(role.label, role.login, PASSWORD) for role in ROLES] + [
            ("Settings of the installation", "admin", PASSWORD),
            (
                "Patient (/h5/)",
                people.phone_number(0),
                "code: Messages > Sandbox messages, signed in as hospital.admin",
            ),
        ]
