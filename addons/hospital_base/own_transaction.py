"""Small facts that must survive whatever becomes of the request around them."""

from contextlib import contextmanager

from odoo.sql_db import Cursor


@contextmanager
def own_transaction(env):
    """Yield ``env`` on a second connection that commits at the end of the block.

    READ COMMITTED: after waiting for a lock it sees what the other one wrote, where
    the request's own snapshot would make Odoo run the whole request again.  Touch no
    row in it that the request itself has changed: nobody would end that wait.
    """
    with env.registry.cursor() as cr:
        if isinstance(cr, Cursor):
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield env(cr=cr)
