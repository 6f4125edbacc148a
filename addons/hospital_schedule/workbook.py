"""Reading and writing roster workbooks."""

import io
import zipfile

import openpyxl
import xlsxwriter

#: Columns of the import, in order; the first row of the file repeats them.
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
MAX_ROWS = 5000


class WorkbookError(ValueError):
    """The file is no workbook, has other columns or too many rows."""


def write_workbook(header, rows):
    """Return a workbook with one sheet as bytes; text never becomes a formula."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(line, column, value)
                else:
                    sheet.write_string(line, column, str(value or ""))
        sheet.freeze_panes(1, 0)
    return stream.getvalue()


def read_workbook(content):
    """Return [(line number, {column: value})] of the first sheet, empty rows left out.

    :raise WorkbookError: when the file cannot be used at all.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise WorkbookError from error
    rows = book.worksheets[0].iter_rows(values_only=True, max_row=MAX_ROWS + 2)
    header = [str(title or "").strip() for title in next(rows, ())]
    if header[: len(IMPORT_COLUMNS)] != IMPORT_COLUMNS:
        raise WorkbookError
    found = [
        (line, dict(zip(IMPORT_COLUMNS, row, strict=False)))
        for line, row in enumerate(rows, 2)
        if any(value not in (None, "") for value in row)
    ]
    if len(found) > MAX_ROWS:
        raise WorkbookError
    return found
