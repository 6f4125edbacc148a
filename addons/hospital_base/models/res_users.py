from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessDenied, ValidationError
from odoo.http import request

from ..own_transaction import own_transaction

#: Nobody both runs the system, sets its security and audits it (GB/T 22239 level 3).
SEPARATE_ROLES = (
    "hospital_base.group_admin",
    "hospital_base.group_security_admin",
    "hospital_base.group_auditor",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.constrains("group_ids")
    def _check_separate_roles(self):
        for user in self:
            held = [role for role in SEPARATE_ROLES if user.has_group(role)]
            if len(held) > 1:
                names = [self.env.ref(role).name for role in held]
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot be %(first)s and %(second)s at once: these duties are "
                        "kept apart. Choose one of them.",
                        user=user.name,
                        first=names[0],
                        second=names[1],
                    )
                )

    @contextmanager
    def _assert_can_auth(self, user=None):
        """Lock an account, not an address, after repeated failures."""
        login = self.sudo().browse(user).login if isinstance(user, int) else user
        if not request or not login:
            with super()._assert_can_auth(user=user):
                yield
            return
        denied = None
        # alone per account until the end: what many send at once is counted one by one
        with own_transaction(self.env(user=SUPERUSER_ID, su=True)) as env:
            lock = env["hospital.login.lock"]
            lock._wait_for_turn(login)
            lock._check(login)
            try:
                with super()._assert_can_auth(user=user):
                    yield
                lock._forget(login)
            except AccessDenied as error:
                lock._count_failure(login)
                env["res.users"]._record_failure(login)
                denied = error
        if denied:
            raise denied

    @api.model
    def _record_failure(self, login):
        """A refused sign-in is a row of the trail, though its request is rolled back."""
        users = self.with_context(active_test=False)
        user = users.search([("login", "=", login)], limit=1)
        self.env["hospital.audit.log"]._record("login", user, result="refused", login=login)
