from odoo import api, fields, models

#: kind → (label, points added to the score of 100)
KINDS = {
    "no_show": ("No-show", -20),
    "late": ("Late", -5),
    "late_cancel": ("Cancelled late", -5),
    "attended": ("Attended", 1),
    "manual": ("Set by the office", 0),
}


class HospitalCreditEvent(models.Model):
    """Why somebody's credit is what it is (R1.5): a ledger, never a bare number."""

    _name = "hospital.credit.event"
    _description = "Credit event"
    _order = "at desc, id desc"

    patient_id = fields.Many2one("hospital.patient", required=True, index=True, ondelete="restrict")
    kind = fields.Selection(
        [(code, label) for code, (label, _points) in KINDS.items()], required=True
    )
    points = fields.Integer(required=True)
    reason = fields.Char(required=True)
    at = fields.Datetime(required=True, default=fields.Datetime.now)

    @api.model
    def _add(self, patient_ids, kind, reason, points=None):
        """Write one event per patient, in one statement.

        :param list patient_ids: ids of ``hospital.patient``.
        :param int points: other points than the kind's own.
        """
        if points is None:
            points = KINDS[kind][1]
        return self.sudo().create(
            [
                {"patient_id": patient_id, "kind": kind, "points": points, "reason": reason}
                for patient_id in patient_ids
            ]
        )
