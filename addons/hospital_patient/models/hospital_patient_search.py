import re

from odoo import api, fields, models
from odoo.addons.hospital_base import crypto
from odoo.fields import Domain


class HospitalPatient(models.Model):
    _inherit = "hospital.patient"

    find = fields.Char(
        "Name, record number, document, phone, card or last four",
        compute="_compute_find",
        search="_search_find",
    )

    def _compute_find(self):
        for patient in self:
            patient.find = False

    @api.model
    def _search_find(self, operator, value):
        """One search box for the desk: what was typed tells where to look.

        Encrypted numbers are found whole, through their keyed hash, or by the last
        four characters.
        """
        if operator not in ("ilike", "like", "=", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else [text for text in value if text]
        return Domain.OR([self._find_domain(text.strip()) for text in texts])

    @api.model
    def _find_domain(self, text):
        number = re.sub(r"[\s-]", "", text).upper()
        hashes = [
            Domain("id_number_hash", "=", crypto.keyed_hash(number, "id_number")),
            Domain("phone_hash", "=", crypto.keyed_hash(number, "phone")),
            Domain("card_ids.number_hash", "=", crypto.keyed_hash(number, "card")),
        ]
        plain = [Domain("name", "ilike", text), Domain("mrn", "=", number)]
        if re.fullmatch(r"[\dX]{4}", number):
            plain += [Domain("id_last4", "=", number), Domain("phone_last4", "=", number)]
        found = self.sudo().with_context(active_test=False)._search(Domain.OR(plain + hashes))
        return Domain("id", "in", found)

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("ilike", "like", "=") and isinstance(value, str) and value:
            return self._find_domain(value.strip())
        return super()._search_display_name(operator, value)

    @api.model
    def _find_by_id_number(self, id_type, number):
        """Return the live patient with this document, or an empty recordset."""
        if not number:
            return self.browse()
        return self.sudo().search(
            [
                ("id_type", "=", id_type),
                ("id_number_hash", "=", crypto.keyed_hash(number, "id_number")),
                ("merged_into_id", "=", False),
            ],
            limit=1,
        )

    @api.model
    def _resolve_card(self, kind, number):
        """Return the one live patient behind a card of any kind (R0.3, R6.1).

        :param str kind: a kind of ``hospital.patient.card``; ``id`` also looks at the
            document, ``record`` at our own record number, ``phone`` at the phone.
        """
        if kind == "id" and (patient := self._find_by_id_number("resident", number)):
            return patient
        everybody = self.sudo().with_context(active_test=False)
        if kind == "record" and (patient := everybody.search([("mrn", "=", number)], limit=1)):
            return patient._live()
        card = self.env["hospital.patient.card"].sudo().search(
            [
                ("kind", "=", kind),
                ("number_hash", "=", crypto.keyed_hash(number, "card")),
            ],
            limit=1,
        )
        return card.patient_id._live()

    def _duplicate_candidates(self):
        """Return live patients with the same name, birth date and phone."""
        self.ensure_one()
        patient_sudo = self.sudo()
        if not (patient_sudo.phone_hash and patient_sudo.birth_date):
            return self.browse()
        return self.search(
            [
                ("id", "!=", self.id),
                ("name", "=", self.name),
                ("birth_date", "=", patient_sudo.birth_date),
                ("merged_into_id", "=", False),
                (
                    "id",
                    "in",
                    self.sudo()._search([("phone_hash", "=", patient_sudo.phone_hash)]),
                ),
            ]
        )

    def action_show_duplicates(self):
        """Open the patients that may be the same person."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Possible duplicates of %s", self.name),
            "res_model": "hospital.patient",
            "view_mode": "list,form",
            "domain": [("id", "in", self._duplicate_candidates().ids)],
        }
