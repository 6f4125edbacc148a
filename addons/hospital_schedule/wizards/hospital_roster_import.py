import base64
from datetime import date, datetime, time

from odoo import fields, models
from odoo.addons.hospital_base.const import HALF_DAYS
from odoo.exceptions import UserError, ValidationError

from ..workbook import WorkbookError, read_workbook

PLAN_KEYS = ("department_id", "doctor_id", "number_type_id", "weekday", "half_day", "date_from",
             "date_to", "room", "holiday_policy")  # fmt: skip


class HospitalRosterImport(models.TransientModel):
    _name = "hospital.roster.import"
    _description = "Import a roster"

    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()
    result = fields.Text(readonly=True)

    def action_check(self):
        """Dry run: say what would happen and keep the wizard open."""
        self.ensure_one()
        plans, errors = self._read()
        if not errors:
            errors = self._try(plans)
        self.result = (
            "\n".join(errors) if errors else self.env._("%s plans can be imported.", len(plans))
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_import(self):
        """Create every plan, or none and say what is wrong.

        :raise UserError: with one line per row that cannot be imported.
        """
        self.ensure_one()
        plans, errors = self._read()
        if not errors:
            errors = self._try(plans, keep=True)
        if errors:
            raise UserError("\n".join(errors))
        return self.env["ir.actions.act_window"]._for_xml_id(
            "hospital_schedule.hospital_plan_action"
        )

    def _try(self, plans, keep=False):
        """Create the plans one by one; undo all unless ``keep`` and nothing failed."""
        errors = []
        savepoint = self.env.cr.savepoint()
        for line, vals in plans:
            try:
                with self.env.cr.savepoint():
                    self.env["hospital.plan"].create(vals)
            except ValidationError as error:
                errors.append(self._at(line, error.args[0]))
        savepoint.close(rollback=bool(errors) or not keep)
        if errors or not keep:
            self.env.invalidate_all(flush=False)
        return errors

    def _at(self, line, text):
        return self.env._("Line %(line)s: %(text)s", line=line, text=text)

    def _read(self):
        """Return ([(first line, values of a plan)], [errors])."""
        try:
            rows = read_workbook(base64.b64decode(self.file))
        except WorkbookError:
            return [], [
                self.env._("This is not a roster workbook. Fill in the template and try again.")
            ]
        plans, errors, lookup = {}, [], self._lookup()
        for line, row in rows:
            try:
                key, period = self._parse(row, lookup)
            except ValueError as error:
                errors.append(self._at(line, str(error)))
                continue
            plans.setdefault(key, (line, []))[1].append(fields.Command.create(period))
        if not rows:
            errors.append(self.env._("The workbook has no rows."))
        return [
            (line, {**dict(zip(PLAN_KEYS, key, strict=True)), "period_ids": periods})
            for key, (line, periods) in plans.items()
        ], errors

    def _lookup(self):
        domain = [("company_id", "=", self.env.company.id)]
        return {
            name: {row.code: row.id for row in self.env[model].search(domain)}
            for name, model in (
                ("department_code", "hospital.department"),
                ("doctor_code", "hospital.doctor"),
                ("number_type_code", "hospital.number.type"),
            )
        }

    def _parse(self, row, lookup):
        ids = {}
        for name, codes in lookup.items():
            code = str(row.get(name) or "").strip()
            if code not in codes and (code or name != "doctor_code"):
                raise ValueError(
                    self.env._("%(column)s “%(code)s” is unknown.", column=name, code=code)
                )
            ids[name] = codes.get(code, False)
        weekday = str(row.get("weekday") or "").strip()
        if weekday not in "1234567" or len(weekday) != 1:
            raise ValueError(self.env._("weekday is 1 (Monday) to 7 (Sunday)."))
        half_day = str(row.get("half_day") or "").strip()
        if half_day not in dict(HALF_DAYS):
            raise ValueError(self.env._("half_day is am, pm or evening."))
        first = self._date(row.get("date_from"))
        if not first:
            raise ValueError(self.env._("date_from is missing."))
        last = self._date(row.get("date_to"))
        if last and last < first:
            raise ValueError(self.env._("date_to lies before date_from."))
        policy = str(row.get("on_holidays") or "skip").strip()
        if policy not in ("skip", "keep"):
            raise ValueError(self.env._("on_holidays is skip or keep."))
        key = (
            ids["department_code"],
            ids["doctor_code"],
            ids["number_type_code"],
            str(int(weekday) - 1),
            half_day,
            first,
            last,
            str(row.get("room") or "") or False,
            policy,
        )
        return key, self._period(row)

    def _period(self, row):
        start, end = self._hour(row.get("start")), self._hour(row.get("end"))
        if not 0 <= start < end <= 24:
            raise ValueError(self.env._("end lies after start, within one day."))
        capacity = str(row.get("capacity") or "").strip()
        if not capacity.isdecimal() or not 1 <= int(capacity) <= 200:
            raise ValueError(self.env._("capacity is 1 to 200."))
        return {
            "start_hour": start,
            "end_hour": end,
            "capacity": int(capacity),
            "pattern": str(row.get("pattern") or "").strip(),
        }

    def _hour(self, value):
        if isinstance(value, time):
            return value.hour + value.minute / 60
        hours, _colon, minutes = str(value or "").strip().partition(":")
        if not hours.isdecimal() or not (minutes or "0").isdecimal() or int(minutes or 0) > 59:
            raise ValueError(self.env._("Write times as 08:30."))
        return int(hours) + int(minutes or 0) / 60

    def _date(self, value):
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or not value:
            return value or False
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            raise ValueError(self.env._("Write dates as 2031-01-31.")) from None
