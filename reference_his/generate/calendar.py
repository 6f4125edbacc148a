"""Days and times as the text that COPY takes, made once."""

import datetime

HISTORY_DAYS = 3 * 365  # visits reach so far back
WINDOW_BEHIND, WINDOW_AHEAD = 7, 14  # days around today whose sessions are written whole
_MARGIN = 60

CLOCK = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}+08" for s in range(86400)]


class Calendar:
    """Days as numbers: 0 is today, -1 yesterday.

    :param datetime now: the hospital's present, in Beijing time.
    """

    def __init__(self, now: datetime.datetime):
        self.now = now
        self.today = now.date()
        self.second = now.hour * 3600 + now.minute * 60 + now.second
        self.first = -HISTORY_DAYS - _MARGIN
        days = [self.date(day) for day in range(self.first, WINDOW_AHEAD + _MARGIN)]
        self._iso = [day.isoformat() for day in days]
        self._compact = [day.strftime("%Y%m%d") for day in days]
        self._weekdays = [day.weekday() for day in days]
        self._months = [day.month for day in days]
        self.past_days = self._visit_days()

    def _visit_days(self) -> list[int]:
        """Return the days of history; the busier a day, the more often it occurs."""
        days: list[int] = []
        for day in range(-HISTORY_DAYS, -WINDOW_BEHIND):
            busy = 5 if self.month(day) in (12, 1, 2, 3) else 4
            days += [day] * (busy if self.weekday(day) < 5 else busy // 2)
        return days

    def date(self, day: int) -> datetime.date:
        """Return the date of a day number."""
        return self.today + datetime.timedelta(days=day)

    def iso(self, day: int) -> str:
        """Return ``YYYY-MM-DD``."""
        return self._iso[day - self.first]

    def compact(self, day: int) -> str:
        """Return ``YYYYMMDD``."""
        return self._compact[day - self.first]

    def weekday(self, day: int) -> int:
        """Return 0 for Monday."""
        return self._weekdays[day - self.first]

    def month(self, day: int) -> int:
        """Return 1 to 12."""
        return self._months[day - self.first]

    def at(self, day: int, second: int) -> str:
        """Return a time of a day; what would be after midnight is put just before it."""
        return f"{self._iso[day - self.first]} {CLOCK[second if second < 86400 else 86399]}"

    def is_past(self, day: int, second: int) -> bool:
        """Tell whether a time has come."""
        return day < 0 or (day == 0 and min(second, 86399) <= self.second)
