"""How people use the clinics: shares that look like those of a city hospital.

Pure functions of a random source, so that a test can ask them directly.
"""

from datetime import timedelta

#: Share of numbers that are taken when the day is over, by kind of number.
FILLED = {"renowned": 0.99, "expert": 0.92, "special": 0.7, "normal": 0.48}
WEEKDAY = (1.12, 1.08, 1.0, 0.98, 0.95, 0.78, 0.64)
#: By the local hour: the early morning is wanted most.
HOUR = {8: 1.2, 9: 1.12, 10: 0.95, 14: 0.9, 15: 0.72}
#: Whoever gave a number back is followed by somebody else this often.
FOLLOWED = {"renowned": 1.0, "expert": 0.9, "special": 0.6, "normal": 0.4}
#: What is left of the demand for each further day ahead.
PER_DAY_AHEAD = {"renowned": 0.985, "expert": 0.9, "special": 0.72, "normal": 0.55}

#: Days between booking and visit, in percent: renowned numbers go on the first morning.
LEADS = {
    "renowned": (6, 4, 4, 5, 6, 8, 12, 55),
    "expert": (14, 16, 14, 11, 10, 9, 10, 16),
    "special": (34, 24, 14, 9, 6, 5, 4, 4),
    "normal": (58, 20, 9, 5, 3, 2, 2, 1),
}
RELEASE_DAYS = 7
SAME_DAY_CHANNELS = {
    "wechat": 38, "window": 30, "kiosk": 20, "clinic": 5, "phone": 3, "province": 2, "city": 2,
}  # fmt: skip
ADVANCE_CHANNELS = {
    "wechat": 60, "phone": 13, "clinic": 11, "province": 6, "city": 4, "window": 4, "kiosk": 2,
}  # fmt: skip
#: Chance that nobody comes, by days between booking and visit, and how channels differ.
MISSED = (0.012, 0.04, 0.05, 0.06, 0.065, 0.07, 0.07, 0.06)
MISSED_FACTOR = {"phone": 1.3, "province": 1.3, "city": 1.3, "clinic": 0.7}
CANCELLED = (0.03, 0.09, 0.12, 0.13, 0.14, 0.15, 0.15, 0.16)
EXPIRED = 0.03
LATE = 0.05


def chance_filled(kind, weekday, hour, days_ahead=0, liked=1.0):
    """Return the share of such numbers that is taken ``days_ahead`` days before the visit.

    :param liked: factor of the department.
    """
    share = FILLED[kind]
    if kind != "renowned":  # those are gone whatever the day, the hour and the department
        share *= WEEKDAY[weekday] * HOUR.get(hour, 0.8) * liked
    return min(share, 0.99) * PER_DAY_AHEAD[kind] ** days_ahead


def draw_lead(rng, kind, at_least=0):
    """Return the days between booking and visit, ``at_least`` so many."""
    days = range(at_least, len(LEADS[kind]))
    if not days:
        return at_least
    return rng.choices(days, LEADS[kind][at_least:])[0]


def draw_channel(rng, lead):
    """Return the code of the channel that is used so many days ahead."""
    shares = ADVANCE_CHANNELS if lead else SAME_DAY_CHANNELS
    return rng.choices(list(shares), list(shares.values()))[0]


def draw_booked(rng, lead, starts_at, opening):
    """Return the moment of the booking (naive UTC), before the visit.

    :param starts_at: beginning of the visit.
    :param opening: when numbers of that day come out, on the day of the booking.
    """
    if not lead:
        before = starts_at - timedelta(minutes=rng.randrange(15, 150))
        return max(before, min(opening, starts_at - timedelta(minutes=12)))
    if lead == RELEASE_DAYS:
        return opening + timedelta(seconds=int(rng.expovariate(1 / 900)) + 2)
    return opening + timedelta(minutes=rng.randrange(15 * 60))


def draw_outcome(rng, channel, lead):
    """Return what became of a booking whose time is over."""
    chance = rng.random()
    days = min(lead, len(MISSED) - 1)
    missed = MISSED[days] * MISSED_FACTOR.get(channel, 1)
    expired = EXPIRED if channel == "wechat" else 0
    for state, share in (("no_show", missed), ("cancelled", CANCELLED[days]), ("expired", expired)):
        if chance < share:
            return state
        chance -= share
    return "done"
