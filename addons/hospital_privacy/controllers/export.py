from odoo import http
from odoo.http import request


class PrivacyExport(http.Controller):
    @http.route("/hospital/privacy/export/<int:request_id>", type="http", auth="user")
    def export(self, request_id):
        """Hand out the copy of a person's data that a request asks for, as JSON.

        Only who may export personal data and may read the request gets it; every
        download is a row of the audit trail.
        """
        subject_request = request.env["hospital.subject.request"].browse(request_id).exists()
        exporter = request.env.user.has_group("hospital_base.group_export_personal")
        if not exporter or not subject_request or not subject_request.has_access("read"):
            return request.make_response("", status=404)
        patient = subject_request.sudo().patient_id
        request.env["hospital.audit.log"]._record(
            "export", patient, patient.ids, ["*"], reason=subject_request.kind
        )
        return request.make_response(
            patient._personal_json(),
            [
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Disposition", f'attachment; filename="patient-{patient.mrn}.json"'),
                ("Cache-Control", "no-store"),
            ],
        )
