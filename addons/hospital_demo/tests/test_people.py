from datetime import date
from random import Random

from odoo.addons.hospital_patient.tools_id import check_resident_id
from odoo.tests import TransactionCase, tagged

from ..builder.avatar import draw_avatar
from ..builder.people import age_on, draw_people, phone_number
from ..tables import departments as tables
from ..tables.clinics import CLINICS


@tagged("post_install", "-at_install")
class TestPeople(TransactionCase):
    """People are made up, valid, all different, and the same for one seed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = date(2026, 6, 1)
        cls.people = draw_people(Random(7), cls.day, 2000)

    def test_one_seed_gives_the_same_people(self):
        self.assertEqual(self.people, draw_people(Random(7), self.day, 2000))

    def test_id_numbers_are_valid_and_of_no_real_place(self):
        numbers = {person["id_number"] for person in self.people}
        self.assertEqual(len(numbers), 2000)
        for person in self.people:
            self.assertEqual(person["id_number"][:2], "99")
            birth, sex = check_resident_id(person["id_number"])
            self.assertEqual((birth, sex), (person["birth_date"], person["sex"]))

    def test_phones_are_of_no_operator(self):
        phones = {person["phone"] for person in self.people}
        self.assertEqual(len(phones), 2000)
        self.assertEqual({phone[:3] for phone in phones}, {"169"})
        self.assertEqual(phone_number(7), "16900000007")

    def test_age_counts_full_years(self):
        self.assertEqual(age_on(date(2012, 6, 2), self.day), 13)
        self.assertEqual(age_on(date(2012, 6, 1), self.day), 14)

    def test_there_are_more_than_sixty_doctors_in_two_levels(self):
        first = {unit.code for unit in tables.FIRST_LEVEL}
        self.assertGreaterEqual(sum(unit.doctors for unit in CLINICS), 60)
        self.assertEqual({unit.parent for unit in CLINICS + tables.OTHERS} - first, set())

    def test_portraits_are_small_pictures(self):
        picture = draw_avatar(Random(1), "female", senior=True)
        self.assertLess(len(picture), 8000)
        self.assertEqual(picture, draw_avatar(Random(1), "female", senior=True))
