"""The state of a simulated system: one SQLite file that survives a kill of the process.

The process has one thread that touches it, and handlers never pause in a transaction, so every
handler is atomic as it stands.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = sqlite3.Row
Values = Sequence[Any] | Mapping[str, Any]

DDL = "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);"


class Store:
    """SQLite with dictionaries as rows and nested transactions as one.

    :param Path file: where the database lies; ``None`` keeps it in memory.
    """

    def __init__(self, file: Path | None = None):
        self._base = sqlite3.connect(
            file or ":memory:", isolation_level=None, cached_statements=500
        )
        self._base.row_factory = sqlite3.Row
        self._depth = 0
        # a killed process loses nothing with these; only a power failure could
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=ON", "temp_store=2"):
            self._base.execute(f"PRAGMA {pragma}")
        self.create(DDL)

    def create(self, ddl: str) -> None:
        """Run the CREATE statements (IF NOT EXISTS) of a module; an open transaction stays open."""
        statement = ""
        for part in ddl.split(";"):
            statement += part + ";"
            # executescript would commit; a trigger holds semicolons of its own
            if sqlite3.complete_statement(statement):
                self._base.execute(statement)
                statement = ""

    def run(self, sql: str, values: Values = ()) -> int:
        """Run one statement and return how many rows it touched."""
        return self._base.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run one statement for many rows."""
        with self.transaction():
            self._base.executemany(sql, rows)

    def insert(self, table: str, **values: Any) -> int:
        """Insert one row and return its number.

        :raise sqlite3.IntegrityError: when a constraint refuses it.
        """
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 (our own names)
        return int(self._base.execute(sql, tuple(values.values())).lastrowid or 0)

    def one(self, sql: str, values: Values = ()) -> Row | None:
        """Return the first row, or ``None``."""
        row: Row | None = self._base.execute(sql, values).fetchone()
        return row

    def row(self, table: str, number: int) -> Row:
        """Return the row of this number.

        :raise KeyError: when there is none.
        """
        found = self.one(f"SELECT * FROM {table} WHERE id = ?", (number,))  # noqa: S608 (our own names)
        if found is None:
            raise KeyError(number)
        return found

    def all(self, sql: str, values: Values = ()) -> list[Row]:
        """Return all rows."""
        return self._base.execute(sql, values).fetchall()

    def each(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """Return the rows one by one: for results that need not fit into memory."""
        return self._base.execute(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all or nothing of what is written inside; nesting joins the outer one."""
        if self._depth:
            yield
            return
        self._depth = 1
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        finally:
            self._depth = 0

    def setting(self, name: str) -> Any:
        """Return a value kept with :meth:`keep`, or ``None``."""
        row = self.one("SELECT value FROM setting WHERE name = ?", (name,))
        return json.loads(row["value"]) if row else None

    def keep(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name."""
        self.run(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = ?",
            (name, json.dumps(value), json.dumps(value)),
        )

    def wipe(self) -> None:
        """Empty all tables: the world begins anew, with the same keys and settings."""
        with self.transaction():
            self._base.execute("PRAGMA defer_foreign_keys=ON")
            for row in self.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
                if row["name"] != "setting" and not row["name"].startswith("sqlite_"):
                    self._base.execute(f"DELETE FROM {row['name']}")  # noqa: S608
        self.run("DELETE FROM setting WHERE name = 'clock'")

    def close(self) -> None:
        """Close the file."""
        self._base.close()
