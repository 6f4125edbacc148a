"""PostgreSQL as the hospital's memory: one connection, rows as dictionaries."""

import importlib.resources
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
import psycopg2.extensions
import psycopg2.extras

Row = dict[str, Any]
Values = Sequence[Any] | Mapping[str, Any] | None
ZONE = "Asia/Shanghai"
MARK = re.compile(r"%\((\w+)\)s")
MOST_PLANS = 500


def schema() -> str:
    """Return all CREATE statements, in the order of their file names."""
    folder = importlib.resources.files(__package__) / "schema"
    files = sorted((file for file in folder.iterdir()), key=lambda file: file.name)
    texts = [file.read_text(encoding="utf-8") for file in files if file.name.endswith(".sql")]
    return "\n".join(texts)


class Database:
    """One connection. Outside of :meth:`transaction` every statement stands alone.

    :param str dsn: libpq connection string or URI of a database of its own.
    """

    def __init__(self, dsn: str):
        self.connection = psycopg2.connect(dsn)
        self.connection.autocommit = True
        self._depth = 0
        self._prepared: dict[str, str] = {}
        psycopg2.extras.register_default_jsonb(self.connection)
        # a killed process loses nothing with it; only a power failure could
        self.run("SELECT set_config('synchronous_commit', 'off', false)")
        self.run("SELECT set_config('TimeZone', %s, false)", (ZONE,))

    def is_empty(self) -> bool:
        """Tell whether the tables are missing."""
        return self.one("SELECT to_regclass('patient') AS found") == {"found": None}

    def create(self) -> None:
        """Create all tables."""
        with self.transaction():
            self.run(schema())

    def _cursor(self) -> Any:
        return self.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor)

    def run(self, sql: str, values: Values = None) -> int:
        """Run a statement and return how many rows it touched."""
        with self._cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    def one(self, sql: str, values: Values = None) -> Row | None:
        """Return the first row, or ``None``."""
        with self._cursor() as cursor:
            cursor.execute(sql, values)
            row = cursor.fetchone()
            return dict(row) if row else None

    def by_key(self, sql: str, key: str) -> Row | None:
        """Return the first row of a statement with one text ``$1``, planned once a connection.

        Joins over many tables take longer to plan than to run.
        """
        name = self._prepared.get(sql)
        if name is None:
            name = f"by_key_{len(self._prepared)}"
            self.run(f"PREPARE {name} (text) AS {sql}")
            self._prepared[sql] = name
        return self.one(f"EXECUTE {name} (%s)", (key,))

    def planned(self, sql: str, values: Mapping[str, Any]) -> list[Row]:
        """Return all rows of a statement with ``%(name)s`` marks, planned once a connection.

        For statements that come again and again with other values; too many different ones are
        planned each time, as any statement is.
        """
        name = self._prepared.get(sql)
        if name is None:
            if len(self._prepared) >= MOST_PLANS:
                return self.all(sql, values)
            order = {mark: place for place, mark in enumerate(dict.fromkeys(MARK.findall(sql)), 1)}
            numbered = MARK.sub(lambda found: f"${order[found[1]]}", sql)
            name = f"planned_{len(self._prepared)}"
            self.run(f"PREPARE {name} AS {numbered}")
            self._prepared[sql] = name
        marks = [f"%({mark})s" for mark in dict.fromkeys(MARK.findall(sql))]
        return self.all(f"EXECUTE {name}" + (f" ({', '.join(marks)})" if marks else ""), values)

    def all(self, sql: str, values: Values = None) -> list[Row]:
        """Return all rows."""
        with self._cursor() as cursor:
            cursor.execute(sql, values)
            return [dict(row) for row in cursor.fetchall()]

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run ``INSERT … VALUES %s`` for many rows at once."""
        with self._cursor() as cursor:
            psycopg2.extras.execute_values(cursor, sql, rows, page_size=1000)

    def insert(self, table: str, **values: Any) -> Row:
        """Insert one row and return it whole.

        :raise psycopg2.IntegrityError: when a constraint refuses it.
        """
        names = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING *"  # noqa: S608
        row = self.one(sql, tuple(values.values()))
        if row is None:
            raise RuntimeError("an INSERT returned no row")
        return row

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all or nothing of what is written inside; nesting joins the outer one."""
        if self._depth:
            yield
            return
        self._depth = 1
        try:
            self.run("BEGIN")
            yield
            self.run("COMMIT")
        except BaseException:
            self.run("ROLLBACK")
            raise
        finally:
            self._depth = 0

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
