"""Set-based writing of many rows."""

import json
from datetime import date, datetime

from odoo.tools import SQL

BATCH = 2000


def insert_rows(env, model, rows):
    """Insert ``rows`` (dicts with the same keys) and return their ids in order.

    Types come from the table itself; defaults of the database fill other columns.
    """
    table = env[model]._table
    found = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        columns = SQL(", ").join(SQL.identifier(name) for name in batch[0])
        found += env.execute_query(
            SQL(
                "INSERT INTO %(table)s (%(columns)s) SELECT %(columns)s"
                " FROM jsonb_populate_recordset(NULL::%(table)s, %(rows)s::jsonb)"
                " RETURNING id",
                table=SQL.identifier(table),
                columns=columns,
                rows=json.dumps(batch, default=_as_text),
            )
        )
    env[model].invalidate_model()
    return [row[0] for row in found]


def _as_text(value):
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    raise TypeError(f"{type(value).__name__} is not for a column")


def update_rows(env, model, rows):
    """Update ``rows`` (dicts with ``id`` and otherwise the same keys) in a few statements."""
    table = env[model]._table
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        columns = [name for name in batch[0] if name != "id"]
        env.cr.execute(
            SQL(
                "UPDATE %(table)s t SET %(columns)s"
                " FROM jsonb_populate_recordset(NULL::%(table)s, %(rows)s::jsonb) r"
                " WHERE t.id = r.id",
                table=SQL.identifier(table),
                columns=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), SQL.identifier("r", name))
                    for name in columns
                ),
                rows=json.dumps(batch, default=_as_text),
            )
        )
    env[model].invalidate_model()
