from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL


class HospitalRetentionRule(models.Model):
    """How long the law wants something kept, and which law says so."""

    _name = "hospital.retention.rule"
    _description = "Retention rule"
    _order = "sequence, code"

    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    number = fields.Integer("Keep for", required=True)
    unit = fields.Selection(
        [("days", "Days"), ("months", "Months"), ("years", "Years")],
        required=True,
        default="years",
    )
    source = fields.Text(required=True, translate=True, help="The text that demands it.")
    model_name = fields.Char(
        "Record type", help="Records whose newest date starts the period, for example bookings."
    )
    patient_field = fields.Char(default="patient_id")
    date_field = fields.Char()
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("unique (code)", "There is a rule of this code already.")
    _some_time = models.Constraint("CHECK (number > 0)", "A period is at least one day long.")

    @api.constrains("model_name", "patient_field", "date_field")
    def _check_fields_exist(self):
        for rule in self.filtered(lambda r: r.model_name in self.env):
            model = self.env[rule.model_name]
            patient = model._fields.get(rule.patient_field)
            date = model._fields.get(rule.date_field)
            fits = (
                patient
                and patient.comodel_name == "hospital.patient"
                and patient.store
                and date
                and date.type in ("date", "datetime")
                and date.store
            )
            if not fits:
                raise ValidationError(
                    self.env._("%s: name a stored patient field and a stored date.", rule.code)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        raise UserError(self.env._("Archive a retention rule instead of deleting it."))

    @api.model
    def _until(self, code, date):
        """Return the last day on which what began on ``date`` is kept.

        :raise ValueError: when there is no rule ``code``.
        """
        rule = self.sudo().with_context(active_test=False).search([("code", "=", code)], limit=1)
        if not rule:
            raise ValueError(f"Unknown retention rule {code!r}")
        return date + relativedelta(**{rule.unit: rule.number})

    def _patient_periods(self, patients):
        """Return [(patient id, rule, last day)] of ``patients`` from the records this rule names.

        :param patients: the patients asked about; none given means all.
        """
        self.ensure_one()
        if self.model_name not in self.env or not self.date_field:
            return []
        model = self.env[self.model_name]
        model.flush_model([self.patient_field, self.date_field])
        patient = SQL.identifier(self.patient_field)
        only = SQL("AND %s = ANY(%s)", patient, patients.ids) if patients else SQL()
        rows = self.env.execute_query(
            SQL(
                "SELECT %s, max(%s)::date FROM %s WHERE %s IS NOT NULL %s GROUP BY 1",
                patient,
                SQL.identifier(self.date_field),
                SQL.identifier(model._table),
                SQL.identifier(self.date_field),
                only,
            )
        )
        step = relativedelta(**{self.unit: self.number})
        return [(patient_id, self, day + step) for patient_id, day in rows if patient_id]

    @api.model
    def _install_guard(self, table):
        """Put the deletion guard on ``table``, which has a column ``retention_until``."""
        name = SQL.identifier(f"{table}_retention_guard")
        table_name = SQL.identifier(table)
        self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", name, table_name))
        self.env.cr.execute(
            SQL(
                "CREATE TRIGGER %s BEFORE DELETE ON %s FOR EACH ROW"
                " EXECUTE FUNCTION hospital_retention_guard()",
                name,
                table_name,
            )
        )
