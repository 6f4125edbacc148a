"""Databases and their file stores: create, copy, rename, drop."""

import os
import shutil
import subprocess

from . import paths, postgres, process
from .console import Stop


def sql(statement, database="postgres"):
    """Run a statement through psql and return its bare output.

    :raise Stop: when the server refuses it.
    """
    done = subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
        env=process.environment(postgres.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        cause = process.diagnose(done.stderr) or done.stderr.strip()
        raise Stop(f"The database server refused a command: {cause}.")
    return done.stdout.strip()


def check_server():
    """Refuse an existing server on which Odoo cannot make its databases.

    :raise Stop: with what to do.
    """
    known = postgres.external()
    if not known:
        return
    if known["user"] == "postgres":
        raise Stop("Odoo refuses the role 'postgres': name another one in HOSPITAL_DB_URI.")
    if sql("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") != "t":
        user = known["user"]
        raise Stop(f"The role '{user}' may not create databases: ALTER ROLE \"{user}\" CREATEDB.")


def exists(name):
    """Tell whether a database exists."""
    return sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1"  # noqa: S608


def filestore(name):
    """Return the folder of a database's attachments."""
    return paths.DATA / "filestore" / name


def drop(name):
    """Drop a database, its connections and its file store."""
    sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def _kick(name):
    sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608
        f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )


def create(name, template=None):
    """Create a database anew, empty or as a copy of another with its file store.

    The attachments are hard links: Odoo never changes one in place.
    """
    drop(name)
    if template:
        _kick(template)
        sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        if filestore(template).is_dir():
            shutil.copytree(filestore(template), filestore(name), copy_function=os.link)
    else:
        sql(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")


def rename(old, new):
    """Rename a database with its file store; one of the new name is dropped first."""
    drop(new)
    _kick(old)
    if filestore(old).is_dir():
        os.replace(filestore(old), filestore(new))
    sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
