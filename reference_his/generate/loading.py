"""Rows into PostgreSQL by COPY: piece by piece, while the next piece is being made."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from ..db import Database

NULL = "\\N"
PIECE_ROWS = 60_000  # rows in memory before they are sent
_READ_ROWS = 400
# in the order of their references
COLUMNS = {
    "department": "code,name,parent_code,kind,standard_code,place,pool_owner,updated_at",
    "doctor": "code,name,title,department_code,specialty,updated_at",
    "item": "code,name,category,kind,unit,price_fen,insurance_class,insurance_code,"
    "department_code,details,updated_at",
    "drug": "code,name,brand,spec,form,unit,maker,price_fen,stock,category,insurance_class,"
    "insurance_code,leaflet,updated_at",
    "checkup_package": "code,name,sex,price_fen,items,description,updated_at",
    "patient": "id,patient_no,name,sex,birth,id_type,id_number,mobile,address,insurance,"
    "merged_into,created_at,updated_at",
    "card": "card_no,kind,patient_id,state,issued_at",
    "session": "id,day,half_day,department_code,doctor_code,level,fee_fen,state,room,updated_at",
    "number": "session_id,seq,starts_at,ends_at,state,lock_id,locked_until,locked_for,updated_at",
    "number_lock": "lock_id,session_id,seq,patient_id,channel,locked_until",
    "registration": "reg_no,session_id,seq,patient_id,day,doctor_code,department_code,channel,"
    "partner_no,state,fee_fen,booked_at,signed_at,seen_at",
    "visit": "visit_no,patient_id,reg_no,kind,department_code,doctor_code,complaint,"
    "diagnosis_code,diagnosis,started_at,ended_at",
    "medical_order": "order_no,visit_no,patient_id,kind,code,name,quantity,unit,usage,rx_no,"
    "state,doctor_code,department_code,ordered_at,updated_at",
    "prescription": "rx_no,visit_no,patient_id,kind,state,pharmacy_window,created_at,updated_at",
    "lab_report": "report_no,order_no,visit_no,patient_id,name,specimen,barcode,state,"
    "collected_at,reported_at,reporter_code,reviewer_code",
    "lab_result": "report_no,line,code,name,value,unit,low,high,flag",
    "exam_report": "report_no,order_no,visit_no,patient_id,name,modality,body_part,"
    "accession_no,study_uid,state,findings,impression,done_at,reported_at,reporter_code,"
    "reviewer_code",
    "admission": "admission_no,patient_id,visit_no,ward_code,bed,doctor_code,state,"
    "admitted_at,discharged_at",
    "inpatient_charge": "admission_no,day,code,name,category,quantity,unit,price_fen,"
    "amount_fen,charged_at",
    "checkup_order": "order_no,package_code,patient_id,day,state,summary,created_at,reported_at",
    "bill": "bill_no,patient_id,visit_no,reg_no,admission_no,checkup_no,business,total_fen,"
    "insurance_fen,state,created_at,updated_at",
    "bill_line": "bill_no,line,order_no,code,name,category,quantity,unit,price_fen,amount_fen",
    "settlement": "settlement_no,kind,business,bill_no,admission_no,patient_id,channel,"
    "trade_no,refund_no,amount_fen,insurance_fen,receipt_no,original_no,operator,settled_at",
    "queue_entry": "day,queue,seq,patient_id,reference,room,state,entered_at,called_at",
}
Rows = dict[str, list[str]]


class _Lines:
    """Rows as the file that COPY reads."""

    def __init__(self, rows: list[str]):
        self._rows, self._next = rows, 0

    def read(self, _size: int = -1, /) -> bytes:
        piece = self._rows[self._next : self._next + _READ_ROWS]
        self._next += _READ_ROWS
        return "\n".join([*piece, ""] if piece else []).encode()

    def readline(self, _size: int = -1, /) -> bytes:
        """Unused by COPY; the driver only looks whether it is there."""
        raise NotImplementedError


class Loader:
    """Takes rows as COPY lines and sends them in pieces; at most two pieces are in memory.

    ``rows[table].append`` is all that a maker of rows needs. Nobody else may use the database
    until :meth:`close`.
    """

    def __init__(self, db: Database):
        self._db = db
        self._worker = ThreadPoolExecutor(1)
        self._sending: Future[None] | None = None
        self.sent = 0
        self.rows: Rows = {table: [] for table in COLUMNS}

    def offer(self) -> None:
        """Send what there is when it is enough; to be called when the rows fit together."""
        if sum(map(len, self.rows.values())) >= PIECE_ROWS:
            self.send()

    def send(self) -> None:
        """Hand the rows over to the sender, after it has finished the piece before."""
        self._wait()
        full = {table: rows[:] for table, rows in self.rows.items() if rows}
        for rows in self.rows.values():
            rows.clear()
        self.sent += sum(map(len, full.values()))
        self._sending = self._worker.submit(self._copy, full)

    def _wait(self) -> None:
        if self._sending:
            self._sending.result()

    def _copy(self, full: Rows) -> None:
        with self._db.connection.cursor() as cursor:
            for table, rows in full.items():
                cursor.copy_expert(f"COPY {table} ({COLUMNS[table]}) FROM STDIN", _Lines(rows))

    def close(self) -> None:
        """Send the rest and return when everything is stored."""
        self.send()
        self._wait()
        self._worker.shutdown()


def text(value: str) -> str:
    """Return free text as COPY wants it."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


_CONSTRAINTS = """
    SELECT c.conrelid::regclass::text AS "table", c.conname AS name, c.contype AS kind,
        pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE t.relnamespace = 'public'::regnamespace AND c.contype IN ('f', 'u', 'p')
    ORDER BY c.contype = 'f', c.contype = 'u', c.conname
"""
_INDEXES = """
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY 1
"""


@contextmanager
def without_indexes(db: Database) -> Iterator[None]:
    """Take keys and indexes away and build them again afterwards: faster for many rows.

    Rows that break a rule make the second half fail, so nothing wrong is kept unnoticed.
    """
    constraints, indexes = db.all(_CONSTRAINTS), db.all(_INDEXES)
    for row in reversed(constraints):
        db.run(f'ALTER TABLE {row["table"]} DROP CONSTRAINT "{row["name"]}"')
    for row in indexes:
        db.run(f'DROP INDEX "{row["name"]}"')
    yield
    db.run("SELECT set_config('maintenance_work_mem', '256MB', false)")
    for row in constraints:
        if row["kind"] != "f":
            db.run(f'ALTER TABLE {row["table"]} ADD CONSTRAINT "{row["name"]}" {row["definition"]}')
    for row in indexes:
        db.run(row["definition"])
    for row in constraints:
        if row["kind"] == "f":
            db.run(f'ALTER TABLE {row["table"]} ADD CONSTRAINT "{row["name"]}" {row["definition"]}')
    db.run("SELECT set_config('maintenance_work_mem', '64MB', false)")
