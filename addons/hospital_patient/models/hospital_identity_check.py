from dataclasses import dataclass

from odoo import api, fields, models


@dataclass(frozen=True)
class IdentityResult:
    """Answer of a real-name service: ``match``, ``no_match`` or ``unknown`` (no answer)."""

    status: str
    detail: str = ""


class HospitalIdentityCheck(models.AbstractModel):
    """Port to real-name verification (name + document number); drivers extend it."""

    _name = "hospital.identity.check"
    _description = "Real-name verification port"

    @api.model
    def _verify_patient(self, patient):
        """Ask the service about ``patient`` and keep what it says.

        An unknown answer leaves the level as it is: silence is no proof either way.

        :rtype: IdentityResult
        """
        patient_sudo = patient.sudo()
        driver = self._drivers()[self.env.company.sudo().hospital_identity_driver]
        result = driver(patient_sudo.name, patient_sudo.id_number)
        if result.status == "match":
            patient_sudo.write({"verified_level": "police", "verified_at": fields.Datetime.now()})
        elif result.status == "no_match":
            self.env["hospital.risk.event"]._record("identity_mismatch", patient=patient)
        return result

    @api.model
    def _drivers(self):
        """Return {driver code: callable(name, number) -> IdentityResult}."""
        return {"none": self._no_service, "sandbox": self._sandbox}

    @api.model
    def _no_service(self, name, number):
        return IdentityResult("unknown", "no service")

    @api.model
    def _sandbox(self, name, number):
        """Answer by the 16th digit of the number: 8 no match, 9 no answer, else a match."""
        order = (number or "")[14:17]
        if not order or order[1] == "9":
            return IdentityResult("unknown", "sandbox: unavailable")
        if order[1] == "8":
            return IdentityResult("no_match", "sandbox")
        return IdentityResult("match", "sandbox")
