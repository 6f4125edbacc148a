from collections import Counter
from datetime import datetime, timedelta
from random import Random

from odoo.tests import TransactionCase, tagged

from ..builder import demand

DRAWS = 20000


@tagged("post_install", "-at_install")
class TestDemand(TransactionCase):
    """The shares that the demo's bookings are drawn from."""

    def test_chances_are_chances(self):
        for kind in demand.FILLED:
            for weekday in range(7):
                for hour in (8, 9, 10, 14, 15, 18):
                    for ahead in range(15):
                        chance = demand.chance_filled(kind, weekday, hour, ahead)
                        self.assertGreater(chance, 0)
                        self.assertLess(chance, 1)

    def test_fewer_are_booked_the_further_away_the_day_is(self):
        for kind in demand.FILLED:
            chances = [demand.chance_filled(kind, 2, 9, ahead) for ahead in range(8)]
            self.assertEqual(chances, sorted(chances, reverse=True))

    def test_a_lead_is_never_shorter_than_the_day_is_away(self):
        rng = Random(5)
        for at_least in range(10):
            leads = {demand.draw_lead(rng, "expert", at_least) for _draw in range(200)}
            self.assertGreaterEqual(min(leads), at_least)

    def test_every_booking_is_made_before_its_visit(self):
        rng = Random(6)
        opening = datetime(2031, 3, 2, 23)
        for lead in range(8):
            starts_at = opening + timedelta(days=lead, hours=1)
            for _draw in range(300):
                booked = demand.draw_booked(rng, lead, starts_at, opening)
                self.assertLess(booked, starts_at, lead)

    def test_a_few_percent_of_those_due_do_not_come(self):
        rng = Random(7)
        found = Counter()
        for _draw in range(DRAWS):
            lead = demand.draw_lead(rng, rng.choice(("normal", "special", "expert")))
            found[demand.draw_outcome(rng, demand.draw_channel(rng, lead), lead)] += 1
        share = found["no_show"] / (found["no_show"] + found["done"])
        self.assertGreater(share, 0.03)
        self.assertLess(share, 0.08)

    def test_kiosk_and_window_are_for_the_day_itself(self):
        rng = Random(8)
        today = Counter(demand.draw_channel(rng, 0) for _draw in range(DRAWS))
        ahead = Counter(demand.draw_channel(rng, 3) for _draw in range(DRAWS))
        self.assertGreater(today["kiosk"], 5 * ahead["kiosk"])
        self.assertGreater(ahead["phone"], 3 * today["phone"])
        self.assertEqual(len(today), 7)
        self.assertEqual(len(ahead), 7)
