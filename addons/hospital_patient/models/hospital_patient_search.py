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
        number = crypto.normalise(text).replace("-", "").removeprefix("+86")
        card = self.env["hospital.patient.card"]._fields["number"]
        hashes = [
            Domain("id_number_hash", "=", crypto.keyed_hash(number, "id_number")),
            Domain("phone_hash", "=", crypto.keyed_hash(number, "phone")),
            Domain("card_ids.number_hash", "=", card.hash_value(text)),
        ]
        plain = [Domain("name", "ilike", text), Domain("mrn", "=", number)]
        if re.fullmatch(r"[0-9A-Z]{4}", number):
            last4 = ("id_last4", "phone_last4", "card_ids.number_last4")
            plain += [Domain(name, "=", number) for name in last4]
        found = self.sudo().with_context(active_test=False)._search(Domain.OR(plain + hashes))
        return Domain("id", "in", found)

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("ilike", "like", "=") and isinstance(value, str) and value:
            return self._find_domain(value.strip())
        return super()._search_display_name(operator, value)

    @api.model
    def _find_by_id_number(self, id_type, number):
        """Return the live patient with this document, or an empty recordset.

        The document of a merged record is one of the survivor's.
        """
        if not number:
            return self.browse()
        holders = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("id_type", "=", id_type),
                    ("id_number_hash", "=", crypto.keyed_hash(number, "id_number")),
                ]
            )
        )
        live = holders.filtered(lambda patient: not patient.merged_into_id)
        return (live or holders)[:1]._live().with_context(self.env.context)

    @api.model
    def _resolve_card(self, kind, number):
        """Return the one live patient behind a card of any kind (R0.3, R6.1).

        :param str kind: a kind of ``hospital.patient.card``; ``id`` also looks at the
            document, ``record`` at our own record number, ``phone`` at the phone (of one
            person only: a family's phone tells nobody apart).
        """
        if kind == "id" and (patient := self._find_by_id_number("resident", number)):
            return patient
        everybody = self.sudo().with_context(active_test=False)
        if kind == "record" and (patient := everybody.search([("mrn", "=", number)], limit=1)):
            return patient._live()
        if kind == "phone" and (patient := self._only_holder(number)):
            return patient
        cards = self.env["hospital.patient.card"].sudo()
        key = cards._fields["number"].hash_value(number)
        card = cards.search([("kind", "=", kind), ("number_hash", "=", key)], limit=1)
        return card.patient_id._live()

    @api.model
    def _only_holder(self, phone):
        """Return the live patient with this phone where it is one person's only."""
        phone = crypto.normalise(phone or "").replace("-", "").removeprefix("+86")
        holders = self.sudo().search(
            [
                ("phone_hash", "=", crypto.keyed_hash(phone, "phone")),
                ("phone_hash", "!=", False),
                ("merged_into_id", "=", False),
            ],
            limit=2,
        )
        return holders if len(holders) == 1 else holders.browse()
