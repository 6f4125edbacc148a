"""Running numbers: each is given out once, and a killed process leaves no gap."""

from .db import Database

TAKE = "INSERT INTO document_taken SELECT nextval('document_seq') RETURNING n"
FIRST = """
INSERT INTO document_taken SELECT last_value - (NOT is_called)::int FROM document_seq
WHERE NOT EXISTS (SELECT FROM document_taken)
"""
TIDY = "DELETE FROM document_taken WHERE n < (SELECT max(n) FROM document_taken)"
DOCUMENTS = (
    "SELECT setval('document_seq', greatest(max(n), 1), max(n) > 0) FROM document_taken"
)
RECEIPTS = (
    "SELECT setval('receipt_seq', coalesce(max(receipt_no)::bigint, 1), count(*) > 0)"
    " FROM (SELECT receipt_no FROM settlement ORDER BY receipt_no DESC LIMIT 1) AS newest"
)


def take(db: Database) -> int:
    """Return the next number of a document; a rollback gives it back at the next start."""
    return int((db.one(TAKE) or {})["n"])


def go_on(db: Database) -> None:
    """Let the numbers follow the last ones that were kept: when a process starts."""
    with db.transaction():
        for statement in (FIRST, TIDY, DOCUMENTS, RECEIPTS):
            db.run(statement)
