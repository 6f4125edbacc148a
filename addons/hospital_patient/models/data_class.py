from odoo import api, models

#: Everything about a person that is no mere label of our own.
_PATIENT = {
    "name": 2,
    "mrn": 2,
    "sex": 2,
    "birth_date": 3,
    "id_type": 2,
    "id_number": 4,
    "id_number_hash": 3,
    "id_last4": 3,
    "phone": 3,
    "phone_hash": 3,
    "phone_last4": 3,
    "address": 3,
    "ethnicity": 3,
    "guardian_id": 2,
    "guardian_relation": 2,
    "guardian_name": 3,
    "guardian_id_number": 4,
    "guardian_phone": 3,
    "verified_level": 2,
    "verified_at": 2,
    "active": 2,
    "merged_into_id": 2,
    "partner_id": 2,
}


class HospitalDataClass(models.AbstractModel):
    _inherit = "hospital.data.class"

    @api.model
    def _classes(self):
        return super()._classes() | {
            "hospital.patient": _PATIENT,
            "hospital.patient.card": {
                "patient_id": 2,
                "kind": 2,
                "number": 3,
                "number_hash": 3,
                "number_last4": 2,
                "issued_on": 2,
                "active": 2,
            },
            "hospital.patient.merge": 2,
            "hospital.account": {
                "user_id": 2,
                "phone": 3,
                "phone_hash": 3,
                "phone_last4": 3,
                "elder_mode": 2,
                "lang": 2,
                "last_device_hash": 3,
                "state": 2,
            },
            "hospital.account.member": 2,
            "hospital.phone.code": 2,
            "hospital.credit.event": 2,
            "hospital.risk.event": 2,
            "hospital.consent.text": 1,
            "hospital.consent": {
                "patient_id": 2,
                "account_id": 2,
                "text_id": 1,
                "purpose": 1,
                "text_hash": 1,
                "legal_basis": 1,
                "by_guardian": 2,
                "channel": 2,
                "at": 2,
                "actor_id": 2,
                "ip": 3,
                "withdrawn_at": 2,
            },
        }
