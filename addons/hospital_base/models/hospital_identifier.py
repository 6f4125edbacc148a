from odoo import api, fields, models
from odoo.tools import SQL


class HospitalExternalSystem(models.Model):
    _name = "hospital.external.system"
    _description = "External system"
    _order = "code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("unique (code)", "Another external system has this code.")


class HospitalIdentifier(models.Model):
    _name = "hospital.identifier"
    _description = "Identifier in an external system"
    _rec_name = "value"

    system_id = fields.Many2one(
        "hospital.external.system", required=True, index=True, ondelete="cascade"
    )
    model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="model", required=True)
    value = fields.Char(required=True)

    _value_unique = models.Constraint(
        "unique (system_id, model, value)", "This identifier already names another record."
    )
    _record_unique = models.Constraint(
        "unique (system_id, model, res_id)", "The record already has an identifier there."
    )

    @api.model
    def _set(self, record, system_code, value):
        """Say that ``record`` is called ``value`` in a system; the last word holds.

        :raise IntegrityError: when ``value`` already names another record.
        """
        system = self._system(system_code)
        self.flush_model()
        self.env.execute_query(
            SQL(
                "INSERT INTO hospital_identifier (system_id, model, res_id, value, create_date)"
                " VALUES (%s, %s, %s, %s, now() AT TIME ZONE 'utc')"
                " ON CONFLICT (system_id, model, res_id) DO UPDATE SET value = EXCLUDED.value"
                " RETURNING id",
                system.id,
                record._name,
                record.id,
                value,
            )
        )
        self.invalidate_model()

    @api.model
    def _find(self, system_code, model, value):
        """Return the record of ``model`` called ``value`` there, or an empty one."""
        found = self.search(
            [
                ("system_id", "=", self._system(system_code).id),
                ("model", "=", model),
                ("value", "=", value),
            ],
            limit=1,
        )
        return self.env[model].browse(found.res_id or [])

    @api.model
    def _system(self, code):
        Systems = self.env["hospital.external.system"].sudo()
        return Systems.search([("code", "=", code)], limit=1) or Systems.create(
            {"code": code, "name": code}
        )
