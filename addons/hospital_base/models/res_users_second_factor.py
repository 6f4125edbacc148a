import configparser
from functools import cache

from odoo import api, models, tools
from odoo.tools import config

#: Who can do most harm (GB/T 22239 level 3: two factors).
PRIVILEGED = (
    "base.group_system",
    "hospital_base.group_admin",
    "hospital_base.group_security_admin",
    "hospital_base.group_auditor",
    "hospital_base.group_finance",
    "hospital_base.group_integration",
    "hospital_base.group_reveal",
)


@cache
def configured_rule():
    """Return ``second_factor`` of ``[hospital]`` in odoo.conf, for a fresh database."""
    parser = configparser.RawConfigParser()
    if config["config"]:
        parser.read(config["config"])
    return parser.get("hospital", "second_factor", fallback="none")


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _selection_second_factor(self):
        """Whom the setting may name."""
        words = {
            "none": self.env._("Nobody"),
            "privileged": self.env._("Privileged staff"),
            "all": self.env._("All staff"),
        }
        return list(words.items())

    def _lacks_second_factor(self):
        """Tell whether the user must set up a second factor before working."""
        self.ensure_one()
        rule = self.env["ir.config_parameter"].sudo().get_param("hospital.second_factor")
        rule = rule or configured_rule()
        if rule == "none" or not self._is_internal():
            return False
        if rule == "privileged" and not any(self.has_group(group) for group in PRIVILEGED):
            return False
        return not self._has_second_factor()

    @tools.ormcache("self.id")
    def _has_second_factor(self):
        """Cached, as every request asks; a change of the secret clears the cache."""
        return self.sudo().totp_enabled

    def _rpc_api_keys_only(self):
        """A password alone opens no remote calls where it opens no pages."""
        return super()._rpc_api_keys_only() or self._lacks_second_factor()
