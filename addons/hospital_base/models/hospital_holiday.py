from datetime import date, timedelta

import chinese_calendar

from odoo import api, fields, models


class HospitalHoliday(models.Model):
    _name = "hospital.holiday"
    _description = "Public holiday or make-up workday"
    _order = "date"

    date = fields.Date(required=True)
    name = fields.Char(required=True, translate=True)
    is_workday = fields.Boolean(
        "Make-up workday", help="Set on a weekend day that is worked instead of a holiday."
    )
    is_manual = fields.Boolean(
        "Entered by hand", default=True, help="The yearly update leaves this row alone."
    )

    _one_row_per_day = models.Constraint(
        "unique (date)", "The calendar already has an entry for this day; change that one."
    )

    @api.model
    def _load_known_years(self):
        """Load last year, this year and the next as far as they are published."""
        this_year = self.env["hospital.clock"]._today().year
        for year in (this_year - 1, this_year, this_year + 1):
            self._load_year(year)

    @api.model
    def _load_year(self, year):
        """Insert the year's holidays and make-up workdays; repeat at will.

        :return: number of rows added; 0 for a year that is not published yet.
        """
        try:
            exceptions = self._published_exceptions(year)
        except NotImplementedError:
            return 0
        known = set(
            self.search(
                [("date", ">=", date(year, 1, 1)), ("date", "<=", date(year, 12, 31))]
            ).mapped("date")
        )
        rows = [vals for vals in exceptions if vals["date"] not in known]
        self.with_context(lang="en_US").create(rows)._translate_names()
        return len(rows)

    def _translate_names(self):
        """Give the rows their Chinese names where Chinese is installed."""
        if not self.env["res.lang"]._get_data(code="zh_CN"):
            return
        chinese = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
        for row in self.with_context(lang="en_US"):
            if row.name in chinese:
                row.update_field_translations("name", {"zh_CN": chinese[row.name]})

    @api.model
    def _published_exceptions(self, year):
        """Return value dicts of days that differ from the ordinary week.

        :raise NotImplementedError: when the State Council's notice for ``year``
            is not in the library yet.
        """
        day, rows = date(year, 1, 1), []
        while day.year == year:
            on_holiday, name = chinese_calendar.get_holiday_detail(day)
            weekend = day.weekday() >= 5
            if name and (on_holiday or weekend):
                rows.append(
                    {
                        "date": day,
                        "name": name,
                        "is_workday": not on_holiday,
                        "is_manual": False,
                    }
                )
            day += timedelta(days=1)
        return rows

    @api.model
    def _cron_load_years(self):
        self._load_known_years()
