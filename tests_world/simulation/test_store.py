"""The store keeps all or nothing."""

import pytest

from simulation.store import Store

TRIGGER = """
CREATE TABLE IF NOT EXISTS a (n INTEGER);
CREATE TABLE IF NOT EXISTS b (n INTEGER);
CREATE TRIGGER IF NOT EXISTS copy AFTER INSERT ON a BEGIN
    INSERT INTO b VALUES (new.n); INSERT INTO b VALUES (new.n); END;
"""


def test_tables_made_in_a_transaction_do_not_end_it():
    store = Store()
    store.create(TRIGGER)
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.insert("a", n=1)
        store.create(TRIGGER)
        raise ZeroDivisionError
    assert store.all("SELECT * FROM a") == []
    store.insert("a", n=1)
    assert len(store.all("SELECT * FROM b")) == 2
