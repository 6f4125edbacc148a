from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .. import crypto
from ..fields_encrypted import EncryptedChar


class HospitalEncryptedMixin(models.AbstractModel):
    _name = "hospital.encrypted.mixin"
    _description = "Fills the search companions of encrypted fields"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_companions(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_companions(vals))

    def _read_format(self, fnames, load="_classic_read"):
        """Whoever may read the clear text of protected fields leaves a row each time."""
        clear = [
            field.name
            for field in self._encrypted_fields()
            if field.groups and field.name in fnames
        ]
        if clear and self and not self.env.su:
            self.env["hospital.audit.log"]._record(
                "export", self, self._patients_concerned().ids, clear
            )
        return super()._read_format(fnames, load)

    def _patients_concerned(self):
        """Return the patients whose numbers these records hold."""
        return self.sudo().patient_id if "patient_id" in self._fields else self.browse()

    def _encrypted_fields(self):
        """Return the stored :class:`EncryptedChar` fields of this model."""
        return [
            field
            for field in self._fields.values()
            if isinstance(field, EncryptedChar) and field.store
        ]

    def _with_companions(self, vals):
        """Return ``vals`` sealed, with the hash and last four characters beside.

        :raise AccessError: when the caller sets a companion by hand: a forged
            hash would make one person's record answer for another's number.
        """
        result = dict(vals)
        for field in self._encrypted_fields():
            companions = [name for name in (field.hash_field, field.last4_field) if name]
            if any(name in vals for name in companions):
                raise AccessError(
                    self.env._("Search keys of encrypted fields are computed, not set.")
                )
            if field.name not in vals:
                continue
            plain = field.folded(vals[field.name] or "")
            result[field.name] = field.seal(vals[field.name], self.env)
            if field.hash_field:
                result[field.hash_field] = field.hash_value(plain)
            if field.last4_field:
                result[field.last4_field] = plain[-4:] or None
        return result

    def _rekey(self, batch_size=500):
        """Encrypt values of old keys with the active key, one batch.

        :param int batch_size: rows changed at most.
        :return: number of rows changed; 0 when nothing is left.
        """
        ring = crypto.provider()
        active = f"{crypto.TOKEN_PREFIX}{ring.suite}.{ring.active_key_id}."
        changed = 0
        for field in self._encrypted_fields():
            column = SQL.identifier(field.name)
            rows = self.env.execute_query(
                SQL(
                    "SELECT id, %s FROM %s WHERE %s IS NOT NULL AND NOT starts_with(%s, %s)"
                    " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                    column,
                    SQL.identifier(self._table),
                    column,
                    column,
                    active,
                    batch_size,
                )
            )
            if rows:
                changed += len(rows)
                self._rewrite_tokens(field, rows)
        return changed

    def _rewrite_tokens(self, field, rows):
        """Store fresh tokens for ``rows`` of (id, token) in one statement."""
        aad = field._aad()
        fresh = [crypto.encrypt(crypto.decrypt(token, aad), aad) for _id, token in rows]
        self.env.execute_query(
            SQL(
                "UPDATE %s t SET %s = v.token"
                " FROM unnest(%s::int[], %s::varchar[]) AS v(id, token) WHERE t.id = v.id"
                " RETURNING t.id",
                SQL.identifier(self._table),
                SQL.identifier(field.name),
                [row[0] for row in rows],
                fresh,
            )
        )
        self.browse([row[0] for row in rows]).invalidate_recordset([field.name])
