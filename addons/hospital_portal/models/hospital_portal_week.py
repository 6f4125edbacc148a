from datetime import timedelta

from odoo import api, models

HALF_DAYS = ("am", "pm", "evening")


class HospitalPortalWeek(models.AbstractModel):
    """A doctor's clinic times as weeks from Monday to Sunday."""

    _inherit = "hospital.portal"

    @api.model
    def _weeks(self, days, sessions):
        """Return calendar weeks that hold ``days``, with the sessions in their half-days.

        Days before today are left out: nothing can be booked on them.

        :param list days: local dates that can be booked, in order.
        :param list sessions: rows of :meth:`_sessions`.
        :return: dicts with ``name`` (str) and ``days``: dicts with ``date``, ``open``
            (bool: inside the booking horizon) and ``cells``, one list of rows for
            each of :data:`HALF_DAYS`.
        """
        cells = {}
        for row in sessions:
            cells.setdefault((row["date"], row["half_day"]), []).append(row)
        weeks = []
        monday = days[0] - timedelta(days=days[0].weekday())
        while monday <= days[-1]:
            dates = [monday + timedelta(days=count) for count in range(7)]
            weeks.append(
                {
                    "name": self._words_week(len(weeks), dates[0]),
                    "days": [
                        {
                            "date": date,
                            "open": date <= days[-1],
                            "cells": [cells.get((date, half), []) for half in HALF_DAYS],
                        }
                        for date in dates
                        if date >= days[0]
                    ],
                }
            )
            monday += timedelta(days=7)
        return weeks

    @api.model
    def _words_week(self, count, monday):
        """Return what to call the week that starts ``count`` weeks after this one."""
        names = [self.env._("This week"), self.env._("Next week")]
        if count < len(names):
            return names[count]
        return self.env._("Week from %s", monday.strftime("%m-%d"))
