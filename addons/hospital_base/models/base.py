from odoo import models
from odoo.exceptions import AccessError, UserError

from ..fields_encrypted import EncryptedChar


class Base(models.AbstractModel):
    _inherit = "base"

    def _check_field_access(self, field, operation):
        """Refuse remote calls that write what is computed from other fields, as a company.

        ``readonly`` only greys a form out; a stored value would stay as it was sent.

        :raise AccessError: for such a field of the suite.
        """
        super()._check_field_access(field, operation)
        computed = field.store and field.compute and field.readonly and not field.inverse
        if operation == "write" and computed and not self.env.su:
            if self._name.startswith("hospital."):
                raise AccessError(
                    self.env._("%s is computed, it is not set by hand.", field.string or field.name)
                )

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Refuse to group by cipher text: the groups would be meaningless tokens."""
        self._refuse_encrypted(groupby_spec.split(":")[0].split(".")[0])
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        """Refuse to collect cipher text: it would reach the client as it is."""
        self._refuse_encrypted(aggregate_spec.split(":")[0])
        return super()._read_group_select(aggregate_spec, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Refuse to sort by cipher text."""
        self._refuse_encrypted(field_name)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _refuse_encrypted(self, field_name):
        if isinstance(self._fields.get(field_name), EncryptedChar):
            raise UserError(
                self.env._(
                    "%s is encrypted; it cannot be sorted, grouped or added up.",
                    self._fields[field_name].string,
                )
            )
