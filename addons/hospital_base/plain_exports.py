"""Text of an export stays text.

Odoo hands every cell to ``Worksheet.write``, which makes a formula of what begins with ``=``: a
name typed on a phone would run in the spreadsheet of whoever exports it.  Its CSV export puts an
apostrophe before ``=``, ``+`` and ``-`` but not before ``@`` and tabs.
"""

from odoo.addons.web.controllers.export import CSVExport, ExportXlsxWriter

_write = ExportXlsxWriter.write
_from_data = CSVExport.from_data
STARTS = ("@", "\t", "\r")


def _write_plainly(self, row, column, cell_value, style=None):
    if isinstance(cell_value, str):
        self.worksheet.write_string(row, column, cell_value, style)
    else:
        _write(self, row, column, cell_value, style)


def _from_plain_data(self, fields, columns_headers, rows):
    def plain(cell):
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS) else cell

    return _from_data(self, fields, columns_headers, [[plain(cell) for cell in r] for r in rows])


def keep_exports_plain():
    """Replace Odoo's writers; there is no hook to extend."""
    ExportXlsxWriter.write = _write_plainly
    CSVExport.from_data = _from_plain_data
