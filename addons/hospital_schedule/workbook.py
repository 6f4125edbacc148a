"""Reading and writing roster workbooks."""

import io
import tempfile
import zipfile
import zlib
from datetime import date
from xml.etree.ElementTree import ParseError

import openpyxl
import xlsxwriter
from lxml.etree import XMLSyntaxError

#: Columns that a roster must have, by the names that every language understands.
IMPORT_COLUMNS = [
    "department_code",
    "doctor_code",
    "number_type_code",
    "weekday",
    "half_day",
    "date_from",
    "date_to",
    "room",
    "start",
    "end",
    "capacity",
    "pattern",
]
#: Columns that a file may have behind these.
OPTIONAL_COLUMNS = ["on_holidays"]
#: Columns for people; the import does not read them.
NAME_COLUMNS = ["department", "doctor"]
PLAN_COLUMNS = IMPORT_COLUMNS + OPTIONAL_COLUMNS + NAME_COLUMNS
MAX_ROWS = 5000
#: A full workbook has a fraction of this when it is unpacked; a small file can hold gigabytes.
MAX_UNPACKED_BYTES = 20_000_000
#: How reading ends for files that are damaged or made to look like a workbook.
BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, XMLSyntaxError, EOFError, NotImplementedError,
    RuntimeError, LookupError, ValueError, TypeError, AttributeError, OSError, OverflowError,
)  # fmt: skip


class WorkbookError(ValueError):
    """The file is no workbook, has other columns or too many rows."""


class WorkbookWriter:
    """A workbook on disk, row by row: memory does not grow with the rows.

    Text never becomes a formula or a link.
    """

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self.file, options)
        self._bold = self._book.add_format({"bold": True})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})

    def add_sheet(self, name, header, rows, width=14):
        """Write one sheet; ``rows`` may be a generator."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1 if header else 0, 0)
        sheet.set_column(0, max(len(header) - 1, 1), width)
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, self._bold)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._write(sheet, line, column, value)

    def _write(self, sheet, line, column, value):
        if isinstance(value, date):
            sheet.write_datetime(line, column, value, self._date)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(line, column, value)
        else:
            sheet.write_string(line, column, str(value or ""))

    def stream(self, size=65536):
        """Finish the workbook and yield it in pieces; the file is gone afterwards."""
        self._book.close()
        with self.file:
            self.file.seek(0)
            while piece := self.file.read(size):
                yield piece


def write_workbook(header, rows):
    """Return a workbook with one sheet as bytes."""
    writer = WorkbookWriter()
    writer.add_sheet("roster", header, rows)
    return b"".join(writer.stream())


def read_workbook(content, titles=None):
    """Return [(line number, {column: value})] of the sheet of plans, empty rows left out.

    :param dict titles: {title of the first row: column}, beside the columns' own names.
    :raise WorkbookError: when the file cannot be used at all.
    """
    try:
        return _read_plans(content, titles or {})
    except BROKEN as error:
        raise WorkbookError from error


def _read_plans(content, titles):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED_BYTES:
            raise WorkbookError
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 2)
        header = [str(title or "").strip() for title in next(rows, ())]
        columns = [titles.get(title, title) for title in header]
        if set(IMPORT_COLUMNS) <= set(columns):
            break
    else:
        raise WorkbookError
    found = [
        (line, dict(zip(columns, row, strict=False)))
        for line, row in enumerate(rows, 2)
        if any(value not in (None, "") for value in row)
    ]
    if len(found) > MAX_ROWS:
        raise WorkbookError
    return found
