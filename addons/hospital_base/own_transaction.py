"""Small facts that must survive whatever becomes of the request around them."""

from contextlib import contextmanager

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from odoo.sql_db import Cursor
from odoo.tools import SQL


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


def execute_alone(cr, query):
    """Run one statement as a transaction of its own at READ COMMITTED, in one round trip.

    What the transaction of ``cr`` has written before is committed. PostgreSQL ends the
    statement itself, so neither BEGIN nor COMMIT is sent: two round trips of three are saved.
    The rows of the answer are fetched from ``cr`` as usual.

    :param SQL query: a single statement.
    :raise psycopg2.Error: when it fails; then nothing of it was written.
    """
    assert isinstance(query, SQL), "a text could carry somebody's words as code"
    if not isinstance(cr, Cursor):  # a test: one transaction over many requests
        cr.execute(query)
        return
    cr.commit()  # pylint: disable=invalid-commit
    connection = cr.connection
    connection.set_session(isolation_level="DEFAULT", readonly="DEFAULT")
    connection.autocommit = True
    try:
        cr.execute(query)
    finally:
        connection.autocommit = False
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=False)
