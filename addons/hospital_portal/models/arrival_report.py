from markupsafe import Markup

from odoo import api, models
from odoo.addons.hospital_base.qr import qr_svg


class ArrivalReport(models.AbstractModel):
    _name = "report.hospital_portal.report_arrival"
    _description = "Printed arrival codes"

    @api.model
    def _get_report_values(self, docids, data=None):
        return {
            "doc_ids": docids,
            "doc_model": "hospital.department",
            "docs": self.env["hospital.department"].browse(docids),
            "qr": lambda text: Markup(qr_svg(text)),
        }
