import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import crypto
from ..fields_encrypted import EncryptedChar

_logger = logging.getLogger(__name__)
CANARY_PARAMETER = "hospital_base.crypto_canary"
CANARY_HASH_PARAMETER = "hospital_base.crypto_canary_hash"
CANARY_TEXT = "hospital canary"


class HospitalKeyCheck(models.AbstractModel):
    _name = "hospital.key.check"
    _description = "Do the keys open the data?"

    def _register_hook(self):
        """At start-up: refuse to serve data that cannot be opened."""
        super()._register_hook()
        fault = self._ring_fault()
        if fault:
            _logger.critical(
                "%s: encrypted patient data cannot be read. Put the key file of this database "
                "back before you serve it.",
                fault,
            )
            raise UserError(
                self.env._(
                    "The key ring is not the one of this database: put its key file back and "
                    "restart."
                )
            )

    @api.model
    def _ring_fault(self):
        """Return what is wrong with the key ring, an empty text when it opens the data."""
        try:
            missing = self._missing_key_ids()
        except crypto.KeyMissing as error:
            return str(error)
        if missing:
            return f"The key ring lacks {', '.join(sorted(missing))}"
        if self._canary() and not self._canary_is_readable():
            return "The key ring has other keys than this database was written with"
        return ""

    @api.model
    def _encrypted_columns(self):
        """Return (table, column) of every stored encrypted field."""
        return sorted(
            {
                (model._table, field.name)
                for model in self.env.values()
                if model._auto and not model._abstract
                for field in model._fields.values()
                if isinstance(field, EncryptedChar) and field.store
            }
        )

    @api.model
    def _key_ids_in_use(self):
        """Return the ids of the keys that some value of the database needs."""
        used = set()
        for table, column in self._encrypted_columns():
            if not self._column_exists(table, column):
                continue
            # a loose index scan would need an index per column; key ids are few
            # and the canary below catches the common fault at once
            rows = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT split_part(%(column)s, '.', 3) FROM %(table)s"
                    " WHERE %(column)s IS NOT NULL",
                    column=SQL.identifier(column),
                    table=SQL.identifier(table),
                )
            )
            used |= {row[0] for row in rows}
        return used

    def _column_exists(self, table, column):
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM information_schema.columns"
                    " WHERE table_schema = current_schema AND table_name = %s"
                    " AND column_name = %s",
                    table,
                    column,
                )
            )
        )

    @api.model
    def _missing_key_ids(self):
        used = self._key_ids_in_use()
        if token := self._canary():
            used.add(crypto.token_key_id(token))
        return used - crypto.provider().key_ids()

    def _canary(self):
        return self.env["ir.config_parameter"].sudo().get_param(CANARY_PARAMETER)

    @api.model
    def _canary_is_readable(self):
        """Tell whether the ring opens the canary and finds it by its hash.

        The restore drill of docs/operation.md asks this on the restored copy.
        """
        sealed = self.env["ir.config_parameter"].sudo().get_param(CANARY_HASH_PARAMETER)
        try:
            text = crypto.decrypt(self._canary(), CANARY_PARAMETER)
            hashed = crypto.keyed_hash(CANARY_TEXT, CANARY_PARAMETER)
        except (crypto.KeyMissing, ValueError):
            return False
        return text == CANARY_TEXT and sealed in (hashed, False)

    @api.model
    def _ensure_canary(self):
        """Write the canary where there is none, and anew for a new active key.

        :raise UserError: when the ring does not open the one that is there.
        """
        token = self._canary()
        if token and not self._canary_is_readable():
            raise UserError(self.env._("The key ring does not open the canary of this database."))
        parameters = self.env["ir.config_parameter"].sudo()
        if not token or crypto.token_key_id(token) != crypto.provider().active_key_id:
            parameters.set_param(CANARY_PARAMETER, crypto.encrypt(CANARY_TEXT, CANARY_PARAMETER))
        hashed = crypto.keyed_hash(CANARY_TEXT, CANARY_PARAMETER)
        parameters.set_param(CANARY_HASH_PARAMETER, hashed)

    @api.model
    def _cron_rekey(self):
        """Move all encrypted values to the active key, batch by batch (online)."""
        for model in self.env.values():
            if model._abstract or not model._auto or not hasattr(model, "_rekey"):
                continue
            while changed := model.sudo()._rekey():
                self.env["ir.cron"]._commit_progress(changed)
        self._ensure_canary()
