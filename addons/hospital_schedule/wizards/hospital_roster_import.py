import base64

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..workbook import WorkbookError, read_workbook
from .roster_reader import RosterReader


class HospitalRosterImport(models.TransientModel):
    _name = "hospital.roster.import"
    _description = "Import a roster"

    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()
    result = fields.Text(readonly=True)

    def action_check(self):
        """Dry run: say what would happen and keep the wizard open."""
        self.ensure_one()
        counts, errors = self._run()
        self.result = "\n".join(errors) if errors else self._summary(counts)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a roster"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_import(self):
        """Add and change every plan, or none and say what is wrong.

        :raise UserError: with one line per row that cannot be imported.
        """
        self.ensure_one()
        counts, errors = self._run(keep=True)
        if errors:
            raise UserError("\n".join(errors))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self._summary(counts),
                "type": "success",
                "next": self.env["ir.actions.act_window"]._for_xml_id(
                    "hospital_schedule.hospital_plan_action"
                ),
            },
        }

    def _summary(self, counts):
        return self.env._(
            "%(new)s new plans, %(changed)s changed, %(same)s as they were. Plans that the file "
            "does not name stay; so do sessions that exist.",
            **counts,
        )

    def _run(self, keep=False):
        """Return (counts, errors); nothing stays unless ``keep`` and nothing failed."""
        try:
            rows = read_workbook(
                base64.b64decode(self.file), self.env["hospital.plan"]._sheet_columns()
            )
        except WorkbookError:
            return {}, [
                self.env._("This is not a roster workbook. Fill in the template and try again.")
            ]
        reader = RosterReader(self.env)
        plans, errors = reader.read(rows)
        if errors:
            return {}, errors
        savepoint = self.env.cr.savepoint()
        counts, errors = self._save(plans, reader)
        savepoint.close(rollback=bool(errors) or not keep)
        if errors or not keep:
            self.env.invalidate_all(flush=False)
        return counts, errors

    def _save(self, plans, reader):
        """Change the plans that exist, then add the new ones all at once."""
        known, new, errors = self._known(), [], []
        counts = {"new": 0, "changed": 0, "same": 0}
        for line, vals in plans:
            plan = known.get(self._key(vals))
            if not plan:
                new.append((line, vals))
            elif self._content(vals) == self._content_of(plan):
                counts["same"] += 1
            else:
                counts["changed"] += 1
                periods = [Command.clear(), *vals["period_ids"]]
                errors += self._try(reader, line, plan.write, {**vals, "period_ids": periods})
        counts["new"] = len(new)
        model = self.env["hospital.plan"]
        if not errors and self._fails(model.create, [vals for _line, vals in new]):
            for line, vals in new:  # one by one, to name the lines
                errors += self._try(reader, line, model.create, vals)
        return counts, errors

    def _try(self, reader, line, action, vals):
        error = self._fails(action, vals)
        return [reader.at(line, error)] if error else []

    def _fails(self, action, vals):
        """Run ``action`` in a savepoint; return the sentence of its refusal."""
        try:
            with self.env.cr.savepoint():
                action(vals)
        except UserError as error:
            return error.args[0]
        return ""

    def _known(self):
        plans = self.env["hospital.plan"].search(
            [("company_id", "=", self.env.company.id), ("state", "=", "active")]
        )
        return {self._key(plan): plan for plan in plans}

    def _key(self, row):
        """Return what makes two rows the same plan: whose, which half-day, since when."""

        def value(name):
            found = row[name]
            return found.id if isinstance(found, models.BaseModel) else found

        whose = value("doctor_id") or (value("department_id"), value("number_type_id"))
        return whose, row["weekday"], row["half_day"], row["date_from"]

    def _content(self, vals):
        periods = sorted(
            (round(row["start_hour"], 4), round(row["end_hour"], 4), row["capacity"],
             row["pattern"] or "")
            for _command, _id, row in vals["period_ids"]
        )  # fmt: skip
        return (
            vals["department_id"], vals["number_type_id"], vals["date_to"] or False,
            vals["room"] or "", vals["holiday_policy"], periods,
        )  # fmt: skip

    def _content_of(self, plan):
        periods = [Command.create(row) for row in plan.period_ids.read(
            ["start_hour", "end_hour", "capacity", "pattern"])]  # fmt: skip
        return self._content(
            {
                "department_id": plan.department_id.id,
                "number_type_id": plan.number_type_id.id,
                "date_to": plan.date_to,
                "room": plan.room,
                "holiday_policy": plan.holiday_policy,
                "period_ids": periods,
            }
        )
