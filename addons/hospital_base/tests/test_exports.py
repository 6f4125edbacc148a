import csv
import io
import json

import openpyxl

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import HospitalCommon

FORMULAS = ('=HYPERLINK("http://example.org","x")', "@SUM(1)", "\tx", "+1", "-1")


@tagged("post_install", "-at_install")
class TestExports(HospitalCommon, HttpCase):
    """What somebody typed is text in a spreadsheet, whatever it begins with."""

    def setUp(self):
        super().setUp()
        self.places = [self._department(name=name) for name in FORMULAS]
        user = self.roles["admin"]
        user.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        self.authenticate(user.login, user.login)

    def _export(self, kind):
        data = {
            "model": "hospital.department",
            "fields": [{"name": "name", "label": "=1+1", "type": "char"}],
            "ids": [place.id for place in self.places],
            "domain": [],
            "groupby": [],
            "import_compat": False,
        }
        token = http.Request.csrf_token(self)
        answer = self.url_open(
            f"/web/export/{kind}", data={"data": json.dumps(data), "csrf_token": token}
        )
        self.assertEqual(answer.status_code, 200)
        return answer.content

    def test_a_workbook_holds_no_formula(self):
        sheet = openpyxl.load_workbook(io.BytesIO(self._export("xlsx"))).active
        cells = [row[0] for row in sheet.iter_rows()]
        self.assertEqual([cell.value for cell in cells], ["=1+1", *FORMULAS])
        self.assertEqual({cell.data_type for cell in cells}, {"s"})

    def test_a_text_file_holds_no_formula(self):
        rows = list(csv.reader(io.StringIO(self._export("csv").decode())))[1:]
        self.assertEqual([row[0] for row in rows], [f"'{text}" for text in FORMULAS])
