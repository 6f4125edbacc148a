from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..workbook import IMPORT_COLUMNS, NAME_COLUMNS, OPTIONAL_COLUMNS, PLAN_COLUMNS

_lt = LazyTranslate(__name__)

TITLES = {
    "department_code": _lt("Department code"),
    "doctor_code": _lt("Doctor code"),
    "number_type_code": _lt("Number type code"),
    "weekday": _lt("Weekday"),
    "half_day": _lt("Half-day"),
    "date_from": _lt("Valid from"),
    "date_to": _lt("Valid to"),
    "room": _lt("Room"),
    "start": _lt("Start time"),
    "end": _lt("End time"),
    "capacity": _lt("Numbers"),
    "pattern": _lt("Pattern"),
    "on_holidays": _lt("On public holidays"),
    "department": _lt("Department"),
    "doctor": _lt("Doctor"),
}
HELP = {
    "doctor_code": _lt("Empty: numbers of the department."),
    "weekday": _lt("1 (Monday) to 7 (Sunday), or the name of the day."),
    "half_day": _lt("am, pm or evening, or Morning, Afternoon or Evening."),
    "date_to": _lt("Empty: until it is ended."),
    "start": _lt("For example 08:30. One row per period; rows of one half-day make one plan."),
    "pattern": _lt("Empty: the next unused numbers. Or 1-10, or 2,4,6, or odd, or even."),
    "on_holidays": _lt("skip (no session) or keep (session as usual). Empty: skip."),
    "department": _lt("For reading only."),
    "doctor": _lt("For reading only."),
}


def _clock(hour):
    minutes = round(hour * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


class HospitalPlan(models.Model):
    """Plans as rows that the roster import reads back."""

    _inherit = "hospital.plan"

    @api.model
    def _sheet_titles(self):
        """Return the first row of the sheet in the user's language."""
        return [TITLES[column]._translate(self.env.lang or "en_US") for column in PLAN_COLUMNS]

    @api.model
    def _sheet_help(self):
        """Return rows that say what belongs into each column."""
        titles = self._sheet_titles()
        return [
            [title, HELP[column]._translate(self.env.lang or "en_US") if column in HELP else ""]
            for title, column in zip(titles, PLAN_COLUMNS, strict=True)
        ]

    @api.model
    def _sheet_columns(self):
        """Return {title: column} of the titles in every language of the hospital."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return {
            TITLES[column]._translate(lang): column
            for lang in {*languages, "en_US"}
            for column in IMPORT_COLUMNS + OPTIONAL_COLUMNS + NAME_COLUMNS
        }

    @api.model
    def _sheet_choices(self, name):
        """Return {what a cell may say, in lower case: value} of a selection, in every language."""
        found = {}
        for code, _name in self.env["res.lang"].get_installed():
            plans = self.with_context(lang=code)
            for value, label in self._fields[name]._description_selection(plans.env):
                found |= {value.lower(): value, label.lower(): value}
        return found

    @api.model
    def _sheet_rows(self, first, last, departments=None):
        """Yield one row per period of the active plans in force between two dates."""
        domain = [
            ("state", "=", "active"),
            ("date_from", "<=", last),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", first),
        ]
        if departments:
            domain.append(("department_id", "in", departments._with_children().ids))
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("weekday", "half_day", "holiday_policy")
        }
        for plan in self.search(domain):
            for period in plan.period_ids:
                yield [
                    plan.department_id.code,
                    plan.doctor_id.code,
                    plan.number_type_id.code,
                    labels["weekday"][plan.weekday],
                    labels["half_day"][plan.half_day],
                    plan.date_from,
                    plan.date_to,
                    plan.room,
                    _clock(period.start_hour),
                    _clock(period.end_hour),
                    period.capacity,
                    period.pattern,
                    labels["holiday_policy"][plan.holiday_policy],
                    plan.department_id.display_name,
                    plan.doctor_id.name,
                ]
