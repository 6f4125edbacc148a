"""Rows of a roster workbook as values of plans, or sentences about what is wrong."""

from datetime import date, datetime, time, timedelta

from odoo.fields import Command

PLAN_KEYS = ("department_id", "doctor_id", "number_type_id", "weekday", "half_day", "date_from",
             "date_to", "room", "holiday_policy")  # fmt: skip
CODES = {
    "department_code": "hospital.department",
    "doctor_code": "hospital.doctor",
    "number_type_code": "hospital.number.type",
}


def as_text(value):
    """Return a cell as text; spreadsheets keep 10 as 10.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value if value is not None else "").strip()


class RosterReader:
    """Reads rows one by one; knows the codes of the company."""

    def __init__(self, env):
        self.env = env
        domain = [("company_id", "=", env.company.id)]
        self.codes = {
            name: {row.code: row.id for row in env[model].search(domain)}
            for name, model in CODES.items()
        }
        plans = env["hospital.plan"]
        self.weekdays = plans._sheet_choices("weekday")
        self.weekdays |= {str(number): str(number - 1) for number in range(1, 8)}
        del self.weekdays["0"]
        self.half_days = plans._sheet_choices("half_day")
        self.policies = plans._sheet_choices("holiday_policy")

    def read(self, rows):
        """Return ([(first line, values of a plan)], [errors])."""
        plans, errors, half_days = {}, [], {}
        for line, row in rows:
            try:
                key, period = self._plan(row), self._period(row)
                self._same_half_day(half_days, key, line)
            except ValueError as error:
                errors.append(self.at(line, str(error)))
                continue
            plans.setdefault(key, (line, []))[1].append(Command.create(period))
        if not rows:
            errors.append(self.env._("The workbook has no rows."))
        return [
            (line, {**dict(zip(PLAN_KEYS, key, strict=True)), "period_ids": periods})
            for key, (line, periods) in plans.items()
        ], errors

    def _same_half_day(self, half_days, key, line):
        """Refuse a row that contradicts an earlier one of the same half-day and first day."""
        department, doctor, number_type, weekday, half_day, first, *_rest = key
        half = (doctor or (department, number_type), weekday, half_day, first)
        earlier, before = half_days.setdefault(half, (line, key))
        if before != key:
            raise ValueError(
                self.env._(
                    "This row and line %s make one plan: write the same department, number type, "
                    "last day, room and holiday rule in both.",
                    earlier,
                )
            )

    def at(self, line, text):
        """Return a sentence about one line of the file."""
        return self.env._("Line %(line)s: %(text)s", line=line, text=text)

    def _plan(self, row):
        ids = {name: self._code(name, row) for name in CODES}
        weekday = self.weekdays.get(as_text(row.get("weekday")).lower())
        if not weekday:
            raise ValueError(self.env._("The weekday is 1 (Monday) to 7 (Sunday)."))
        half_day = self.half_days.get(as_text(row.get("half_day")).lower())
        if not half_day:
            raise ValueError(self.env._("The half-day is am, pm or evening."))
        first = self._date(row.get("date_from"))
        if not first:
            raise ValueError(self.env._("The first day is missing."))
        last = self._date(row.get("date_to"))
        if last and last < first:
            raise ValueError(self.env._("The last day lies before the first."))
        policy = self.policies.get((as_text(row.get("on_holidays")) or "skip").lower())
        if not policy:
            raise ValueError(self.env._("On public holidays: skip or keep."))
        return (
            ids["department_code"], ids["doctor_code"], ids["number_type_code"], weekday,
            half_day, first, last, as_text(row.get("room")) or False, policy,
        )  # fmt: skip

    def _code(self, name, row):
        code, codes = as_text(row.get(name)), self.codes[name]
        if code in codes:
            return codes[code]
        if not code and name == "doctor_code":
            return False
        known = {
            "department_code": self.env._("Department code “%s” is unknown.", code),
            "doctor_code": self.env._("Doctor code “%s” is unknown.", code),
            "number_type_code": self.env._("Number type code “%s” is unknown.", code),
        }
        raise ValueError(known[name])

    def _period(self, row):
        start, end = self._hour(row.get("start")), self._hour(row.get("end"))
        if not 0 <= start < end <= 24:
            raise ValueError(self.env._("The end lies after the start, within one day."))
        capacity = as_text(row.get("capacity"))
        if not capacity.isdecimal() or not 1 <= int(capacity) <= 200:
            raise ValueError(self.env._("A period has 1 to 200 numbers."))
        return {
            "start_hour": start,
            "end_hour": end,
            "capacity": int(capacity),
            "pattern": as_text(row.get("pattern")),
        }

    def _hour(self, value):
        if isinstance(value, time | datetime):
            return value.hour + value.minute / 60
        if isinstance(value, timedelta):
            return value.total_seconds() / 3600
        if isinstance(value, float) and 0 <= value < 1:  # a time that lost its format
            return round(value * 1440) / 60
        hours, _colon, minutes = as_text(value).replace("：", ":").partition(":")
        minutes = minutes.partition(":")[0]
        if not hours.isdecimal() or not (minutes or "0").isdecimal() or int(minutes or 0) > 59:
            raise ValueError(self.env._("Write times as 08:30."))
        return int(hours) + int(minutes or 0) / 60

    def _date(self, value):
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or not value:
            return value or False
        try:
            return date.fromisoformat(as_text(value).replace("/", "-"))
        except ValueError:
            raise ValueError(self.env._("Write dates as 2031-01-31.")) from None
