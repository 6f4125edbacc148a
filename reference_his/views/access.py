"""Create the views with their comments, and the role that reads them."""

import importlib.resources
import logging
from dataclasses import dataclass

import psycopg2.errors
from psycopg2 import sql

from reference_his.db import Database

from .comments import COLUMNS, VIEWS

log = logging.getLogger(__name__)

SCHEMA = "his_view"
SETTINGS = {
    "default_transaction_read_only": "on",
    "search_path": SCHEMA,
    "TimeZone": "Asia/Shanghai",
}


@dataclass(frozen=True)
class Access:
    """How others log in.

    :param str role: derived from the database's name, as roles belong to the whole server.
    :param str problem: empty, or why the server has no such role.
    """

    database: str
    role: str
    password: str
    problem: str = ""


def install(database: Database, role: str = "", password: str = "") -> Access:
    """Create what is missing; a second call changes the password and nothing else.

    :param str role: a name of one's own; else ``<database>_reader``.
    :return: what a reader is told; ``problem`` when the server forbids us to make roles. The
        views are there all the same, and the server's administrator can grant them.
    """
    name = database.connection.info.dbname
    role = role or f"{name}_reader"
    with database.transaction():
        if database.one("SELECT to_regnamespace(%s) AS found", (SCHEMA,)) == {"found": None}:
            _create(database)
    try:
        with database.transaction():
            _admit(database, role, password)
    except psycopg2.errors.InsufficientPrivilege as refusal:
        problem = f"This server does not let us create the role {role}: {refusal}".strip()
        log.warning("%s Views are in the schema %s, readable by its owner.", problem, SCHEMA)
        return Access(name, role, "", problem)
    return Access(name, role, password)


def _create(database: Database) -> None:
    file = importlib.resources.files(__package__) / "views.sql"
    database.run(file.read_text(encoding="utf-8"))
    for view, text in VIEWS.items():
        _comment(database, sql.SQL("VIEW {}").format(sql.Identifier(SCHEMA, view)), text)
    for row in database.all(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s",
        (SCHEMA,),
    ):
        column = sql.Identifier(SCHEMA, row["table_name"], row["column_name"])
        _comment(database, sql.SQL("COLUMN {}").format(column), COLUMNS[row["column_name"]])


def _run(database: Database, template: str, *parts: sql.Composable) -> None:
    database.run(sql.SQL(template).format(*parts).as_string(database.connection))


def _comment(database: Database, subject: sql.Composable, text: str) -> None:
    _run(database, "COMMENT ON {} IS {}", subject, sql.Literal(text))


def _admit(database: Database, role: str, password: str) -> None:
    """Make the role, or give it its new password, and let it read this schema."""
    name, secret = sql.Identifier(role), sql.Literal(password)
    known = database.one("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    verb = sql.SQL("ALTER" if known else "CREATE")
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT"
    _run(database, f"{{}} ROLE {{}} {rights} PASSWORD {{}}", verb, name, secret)
    base = sql.Identifier(database.connection.info.dbname)
    for setting, value in SETTINGS.items():
        parts = (name, base, sql.Identifier(setting), sql.Literal(value))
        _run(database, "ALTER ROLE {} IN DATABASE {} SET {} = {}", *parts)
    schema = sql.Identifier(SCHEMA)
    _run(database, "GRANT USAGE ON SCHEMA {} TO {}", schema, name)
    _run(database, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", schema, name)
