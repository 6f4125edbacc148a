"""Numbers of documents: what a killed process took and never kept is given out again."""

from __future__ import annotations

from reference_his import numbering
from reference_his.db import Database
from tests_world import his_fixture


def test_a_number_that_was_never_kept_is_given_out_after_the_next_start() -> None:
    with his_fixture.database() as dsn:
        first = Database(dsn)
        first.create()
        numbering.go_on(first)
        kept = [numbering.take(first) for _document in range(3)]
        first.run("BEGIN")
        lost = numbering.take(first)
        first.close()  # as a kill does: the server rolls back
        second = Database(dsn)
        numbering.go_on(second)
        assert numbering.take(second) == lost
        second.close()
    assert [*kept, lost] == [1, 2, 3, 4]


def test_a_start_after_nothing_changes_no_number() -> None:
    with his_fixture.database() as dsn:
        database = Database(dsn)
        database.create()
        database.run("SELECT setval('document_seq', 40)")
        for _start in range(3):
            numbering.go_on(database)
        assert [numbering.take(database), numbering.take(database)] == [41, 42]
        database.close()
