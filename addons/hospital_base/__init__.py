from . import models
from .logging_mask import install_log_mask


def post_load():
    """Mask ID numbers and phones in every log handler of this process."""
    install_log_mask()


def post_init_hook(env):
    """Load the public holidays of last year, this year and the next."""
    env["hospital.holiday"]._load_known_years()
