import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: Stored fields that say nothing to the person or only serve searching.
NOT_EXPORTED_TYPES = ("binary", "one2many", "many2many", "reference")
NOT_EXPORTED_ENDINGS = ("_hash", "_last4", "dedup_key")


class HospitalPatient(models.Model):
    _inherit = "hospital.patient"

    retention_until = fields.Date("Kept until", readonly=True, copy=False, index="btree_not_null")
    retention_rule_id = fields.Many2one(
        "hospital.retention.rule", readonly=True, copy=False, ondelete="restrict"
    )
    erased_at = fields.Datetime("Anonymised at", readonly=True, copy=False)

    def init(self):
        """Refuse in the database to delete a kept patient or to shorten the period."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION hospital_patient_retention() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF NEW.retention_until IS NULL
                        OR NEW.retention_until < OLD.retention_until THEN
                        RAISE EXCEPTION 'a retention period is never shortened';
                    END IF;
                    RETURN NEW;
                END IF;
                IF OLD.retention_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
                    RAISE EXCEPTION 'the patient''s records are kept by law';
                END IF;
                RETURN OLD;
            END $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS hospital_patient_retention_delete ON hospital_patient;
            CREATE TRIGGER hospital_patient_retention_delete BEFORE DELETE
                ON hospital_patient FOR EACH ROW
                EXECUTE FUNCTION hospital_patient_retention();
            DROP TRIGGER IF EXISTS hospital_patient_retention_update ON hospital_patient;
            CREATE TRIGGER hospital_patient_retention_update BEFORE UPDATE OF retention_until
                ON hospital_patient FOR EACH ROW WHEN (OLD.retention_until IS NOT NULL)
                EXECUTE FUNCTION hospital_patient_retention();
            """
        )

    @api.model
    def _protected_fields(self):
        own = {"retention_until", "retention_rule_id", "erased_at"}
        return super()._protected_fields() | own

    @api.ondelete(at_uninstall=False)
    def _unlink_except_inside_retention(self):
        self._refresh_retention()
        for patient in self.sudo():
            if patient._is_kept_by_law():
                raise UserError(patient._retention_reason())

    # Retention -------------------------------------------------------------

    def _refresh_retention(self):
        """Extend the periods of these patients (none given: of all) to what the rules say."""
        latest = {}
        Rule = self.env["hospital.retention.rule"].sudo()
        for rule in Rule.search([("model_name", "!=", False)]):
            for patient_id, reason, day in rule._patient_periods(self):
                if patient_id not in latest or latest[patient_id][1] < day:
                    latest[patient_id] = (reason.id, day)
        if not latest:
            return
        self.env.flush_all()
        rows = [(key, rule_id, day) for key, (rule_id, day) in latest.items()]
        ids, rule_ids, days = map(list, zip(*rows, strict=True))
        self.env.execute_query(
            SQL(
                "UPDATE hospital_patient p"
                " SET retention_until = v.until, retention_rule_id = v.rule_id"
                " FROM unnest(%s::int[], %s::int[], %s::date[]) AS v(id, rule_id, until)"
                " WHERE p.id = v.id AND (p.retention_until IS NULL OR p.retention_until < v.until)"
                " RETURNING p.id",
                ids,
                rule_ids,
                days,
            )
        )
        self.browse(ids).invalidate_recordset(["retention_until", "retention_rule_id"])

    def _keep(self, code, date):
        """Keep these patients as rule ``code`` demands from ``date`` on; never shortens."""
        rule = self.env["hospital.retention.rule"].sudo().search([("code", "=", code)])
        until = rule._until(code, date)
        for patient in self.sudo():
            if not patient.retention_until or patient.retention_until < until:
                patient.write({"retention_until": until, "retention_rule_id": rule.id})

    def _kept_by(self):
        """Return [(rule, last day)] of what keeps this record, the longest first; only reads."""
        self.ensure_one()
        periods = {}
        rules_sudo = self.env["hospital.retention.rule"].sudo()
        for rule in rules_sudo.search([("model_name", "!=", False)]):
            for _patient_id, reason, day in rule._patient_periods(self):
                periods[reason] = day
        patient_sudo = self.sudo()
        if known := patient_sudo.retention_until:
            rule = patient_sudo.retention_rule_id
            periods[rule] = max(known, periods.get(rule, known))
        return sorted(periods.items(), key=lambda period: period[1], reverse=True)

    def _is_kept_by_law(self):
        self.ensure_one()
        today = self.env["hospital.clock"]._today()
        return bool(self.retention_until and self.retention_until >= today)

    def _retention_reason(self):
        """Return the sentence that names the rule and its source."""
        self.ensure_one()
        return self.env._(
            "Records are kept until %(date)s: %(rule)s (%(law)s).",
            date=self.retention_until,
            rule=self.retention_rule_id.name,
            law=self.retention_rule_id.source,
        )

    # Copy ------------------------------------------------------------------

    def _personal_data(self):
        """Return what the platform holds about this patient, {record type: [rows]}."""
        self.ensure_one()
        patient_sudo = self.sudo()
        data = {"hospital.patient": self._copy_rows(patient_sudo)}
        for model in self.env["hospital.data.class"]._own_models():
            field = model._fields.get("patient_id")
            if field and field.comodel_name == "hospital.patient" and field.store:
                rows = model.sudo().with_context(active_test=False)
                found = rows.search([("patient_id", "=", self.id)])
                data[model._name] = self._copy_rows(found)
        return data

    @api.model
    def _copy_rows(self, records):
        """Return dicts of the stored, readable values of ``records``."""
        names = [
            name
            for name, field in records._fields.items()
            if field.store
            and field.type not in NOT_EXPORTED_TYPES
            and not name.endswith(NOT_EXPORTED_ENDINGS)
            and name not in ("id", "create_uid", "write_uid", "write_date")
        ]
        rows = records.read(names, load="")
        for row in rows:
            row.pop("id", None)
        return rows

    def _personal_json(self):
        """Return :meth:`_personal_data` as JSON text."""
        return json.dumps(self._personal_data(), ensure_ascii=False, indent=1, default=str)

    # Erasure ---------------------------------------------------------------

    def _erase(self):
        """Let go of what no law wants kept.

        :return: ``(erased, refused)``: sentences about what went, and about what
            stays with the rule that keeps it.
        """
        self.ensure_one()
        self._refresh_retention()
        patient_sudo = self.sudo()
        self.env["hospital.audit.log"]._record("delete", self, self.ids, ["*"])
        patient_sudo._erase_links()
        erased = [self.env._("Links to accounts, cards and message texts were deleted.")]
        if patient_sudo._is_kept_by_law():
            return erased, [patient_sudo._retention_reason()]
        patient_sudo._anonymise()
        return [*erased, self.env._("The person's data were anonymised.")], []

    def _erase_links(self):
        """Delete what ties this person to phones and accounts; other addons add theirs."""
        for name in ("hospital.account.member", "hospital.patient.card"):
            if name in self.env:
                rows = self.env[name].sudo().with_context(active_test=False)
                rows.search([("patient_id", "in", self.ids)]).unlink()
        if "hospital.message.delivery" in self.env:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE hospital_message_delivery d SET title = NULL, body = NULL"
                    " FROM hospital_message m WHERE m.id = d.message_id AND m.patient_id = ANY(%s)",
                    self.ids,
                )
            )
            self.env["hospital.message.delivery"].invalidate_model(["title", "body"])

    def _anonymise(self):
        """Empty every personal column, so that the figures stay and the person goes."""
        self.env.flush_all()
        columns = [SQL("%s = NULL", SQL.identifier(name)) for name in self._personal_columns()]
        self.env.cr.execute(
            SQL(
                "UPDATE hospital_patient SET name = %s, id_type = 'none', active = false,"
                " erased_at = %s, %s WHERE id = ANY(%s)",
                self.env._("Anonymised"),
                fields.Datetime.now(),
                SQL(", ").join(columns),
                self.ids,
            )
        )
        self.invalidate_recordset()

    def _personal_columns(self):
        """Return the columns that tell who the person is and can be emptied."""
        classes = self.env["hospital.data.class"]._classes().get("hospital.patient", {})
        personal = {name for name, level in classes.items() if level >= 3} | {"birth_date"}
        for field in self._encrypted_fields():
            personal |= {field.name, field.hash_field, field.last4_field}
        rows = self.env.execute_query(
            SQL(
                "SELECT attname FROM pg_attribute"
                " WHERE attrelid = 'hospital_patient'::regclass AND attnum > 0"
                " AND NOT attisdropped AND NOT attnotnull"
            )
        )
        return sorted(({row[0] for row in rows} & personal) - {"name", "active", "erased_at"})
