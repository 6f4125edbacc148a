import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import crypto
from ..fields_encrypted import EncryptedChar

_logger = logging.getLogger(__name__)
CANARY_PARAMETER = "hospital_base.crypto_canary"
CANARY_TEXT = "hospital canary"


class HospitalKeyCheck(models.AbstractModel):
    _name = "hospital.key.check"
    _description = "Do the keys open the data?"

    def _register_hook(self):
        """At start-up: refuse to serve data that cannot be opened."""
        super()._register_hook()
        missing = self._missing_key_ids()
        if missing:
            _logger.critical(
                "The key ring lacks %s: encrypted patient data cannot be read. "
                "Put the key file of this database back before you serve it.",
                ", ".join(sorted(missing)),
            )
            raise UserError(
                self.env._("The encryption keys of this database are missing from the key ring.")
            )

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
        return self._key_ids_in_use() - crypto.provider().key_ids()

    @api.model
    def _canary_is_readable(self):
        """Tell whether the ring opens the canary; write one where there is none.

        The restore drill of docs/operation.md asks this on the restored copy.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        token = parameters.get_param(CANARY_PARAMETER)
        if not token:
            parameters.set_param(CANARY_PARAMETER, crypto.encrypt(CANARY_TEXT, CANARY_PARAMETER))
            return True
        try:
            return crypto.decrypt(token, CANARY_PARAMETER) == CANARY_TEXT
        except (crypto.KeyMissing, ValueError):
            return False

    @api.model
    def _cron_rekey(self):
        """Move all encrypted values to the active key, batch by batch (online)."""
        for model in self.env.values():
            if model._abstract or not model._auto or not hasattr(model, "_rekey"):
                continue
            while changed := model.sudo()._rekey():
                self.env["ir.cron"]._commit_progress(changed)
