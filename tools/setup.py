"""Set-up: bring everything a word of the command needs, doing only what is not done yet."""

import shutil

from . import config, keys, node_assets, odoo_source, paths, postgres, python_env, stamps, system
from .console import Stop

NEEDED_GIB = {"demo": 3, "test": 5, "bench": 8}


def check_disk(purpose, free_bytes=None):
    """Refuse to begin when the disk is about to be full.

    :raise Stop: when less is free than ``purpose`` writes at its first run.
    """
    free = shutil.disk_usage(paths.ROOT).free if free_bytes is None else free_bytes
    needed = NEEDED_GIB[purpose]
    if free < needed * 2**30 and not stamps.is_fresh(f"setup-{purpose}", "done"):
        raise Stop(
            f"Only {free / 2**30:.1f} GB are free on this disk and {needed} GB are needed: "
            "free some space and repeat."
        )


def run(purpose):
    """Set up for ``demo``, ``test`` or ``bench`` and start the database server.

    :raise Stop: with one sentence that says what to do.
    """
    python_env.check_python()
    odoo_source.library()
    try:
        paths.make_folders()
    except OSError as error:
        raise Stop(f"{paths.STATE} cannot be written ({error.strerror}): fix its rights.") from None
    with stamps.lock("setup"):
        check_disk(purpose)
        system.install(purpose, external_database=bool(postgres.external()))
        odoo_source.install()
        python_env.install(with_dev=purpose != "demo")
        node_assets.install()
        keys.create()
        postgres.start()
        config.write()
        stamps.mark(f"setup-{purpose}", "done")
