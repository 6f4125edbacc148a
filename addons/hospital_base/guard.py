"""Fields that change by buttons only, whatever a client sends."""

from odoo import api
from odoo.exceptions import UserError

#: Only code that holds this object may write guarded fields; a client cannot send it.
WRITER = object()


class GuardedFields:
    """Base of model classes; a plain class, as it adds no field and no table."""

    __slots__ = ()

    #: Refused in every write by a client, and in every creation but for ``_given_fields``.
    _guarded_fields = frozenset()
    _given_fields = frozenset()

    def _as_writer(self):
        return self.with_context(hospital_writer=WRITER)

    def _is_writer(self):
        return self.env.context.get("hospital_writer") is WRITER

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_writer() or self.env.su:
            return super().create(vals_list)
        closed = self._guarded_fields - self._given_fields
        context = self.env.context
        model = self.with_context(
            {name: context[name] for name in context if name.removeprefix("default_") not in closed}
        )
        for vals in vals_list:
            usual = model.default_get(list(closed & set(vals)))
            self._refuse_guarded(
                name
                for name in closed & set(vals)
                if (vals[name] or False) != usual.get(name, False)
            )
        return super(GuardedFields, model).create(vals_list)

    def write(self, vals):
        if not self._is_writer():
            self._refuse_guarded(self._guarded_fields & set(vals))
        return super().write(vals)

    def _refuse_guarded(self, names):
        labels = [self._fields[name]._description_string(self.env) for name in sorted(names)]
        if labels:
            raise UserError(self.env._("%s: changed by the buttons only.", ", ".join(labels)))
