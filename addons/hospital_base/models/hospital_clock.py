from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models


class HospitalClock(models.AbstractModel):
    _name = "hospital.clock"
    _description = "The hospital's local time"

    @api.model
    def _tz_name(self):
        """Return the time zone of the current company, e.g. ``Asia/Shanghai``."""
        return self.env.company.sudo().hospital_tz or "Asia/Shanghai"

    @api.model
    def _now(self):
        """Return the present moment, naive UTC, as Odoo stores it."""
        return fields.Datetime.now()

    @api.model
    def _local(self, moment):
        """Return the naive local time of a naive UTC ``moment``."""
        zone = pytz.timezone(self._tz_name())
        return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)

    @api.model
    def _today(self):
        """Return the hospital's date: at 16:30 UTC it is already tomorrow in Lishui."""
        return self._local(self._now()).date()

    @api.model
    def _utc(self, date, hour=0.0):
        """Return the naive UTC moment of a local ``date`` and ``hour``.

        :param hour: local hours since midnight as float, 24.0 is the next midnight.
        """
        local = datetime.combine(date, time.min) + timedelta(minutes=round(hour * 60))
        zone = pytz.timezone(self._tz_name())
        return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _day_bounds(self, date):
        """Return (first moment, first moment of the next day) of a local date, naive UTC."""
        return self._utc(date), self._utc(date, 24.0)

    @api.model
    def _is_workday(self, date):
        """Tell whether the hospital's calendar has ``date`` as a working day.

        Public holidays and make-up workdays come from ``hospital.holiday``; any
        other day is a workday from Monday to Friday.
        """
        exception = self.env["hospital.holiday"].sudo().search([("date", "=", date)], limit=1)
        return exception.is_workday if exception else date.weekday() < 5

    @api.model
    def _is_holiday(self, date):
        """Tell whether ``date`` is a public holiday (not merely a weekend)."""
        return bool(
            self.env["hospital.holiday"]
            .sudo()
            .search_count([("date", "=", date), ("is_workday", "=", False)], limit=1)
        )
