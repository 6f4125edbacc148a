from . import controllers, models
from .const import PASSWORD_LENGTH
from .http_errors import hide_tracebacks
from .keep_plans import keep_plans
from .logging_mask import install_log_mask
from .plain_exports import keep_exports_plain


def post_load():
    """Mask logs, keep tracebacks from outsiders, plans in connections, formulas out of exports."""
    install_log_mask()
    hide_tracebacks()
    keep_plans()
    keep_exports_plain()


def post_init_hook(env):
    """Load the public holidays of last year, this year and the next."""
    env["hospital.holiday"]._load_known_years()
    # accounts are locked one by one (hospital.login.lock); Odoo's own count per
    # address would lock a whole hospital behind one address after ten failures
    env["ir.config_parameter"].set_param("base.login_cooldown_after", 200)
    set_password_length(env)


def set_password_length(env):
    """Ask for long passwords from the first user on; the settings page changes it."""
    env["ir.config_parameter"].set_param("auth_password_policy.minlength", PASSWORD_LENGTH)
