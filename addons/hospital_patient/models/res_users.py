from odoo import models
from odoo.exceptions import AccessDenied


class ResUsers(models.Model):
    _inherit = "res.users"

    def _check_credentials(self, credential, env):
        """Accept a one-time ticket from patients; they have no password.

        The sign-in page of employees passes login, password and type only, so a
        ticket never comes through it.
        """
        if credential.get("type") != "hospital_otp":
            return super()._check_credentials(credential, env)
        ticket = credential.get("ticket")
        account = self.env["hospital.account"].sudo().search(
            [("user_id", "=", self.env.uid), ("state", "=", "active")], limit=1
        )
        if not ticket or not account or not self.env.user._is_portal():
            raise AccessDenied()
        if not self.env["hospital.login.ticket"]._redeem(self.env.user, ticket):
            raise AccessDenied()
        return {"uid": self.env.uid, "auth_method": "hospital_otp", "mfa": "skip"}
