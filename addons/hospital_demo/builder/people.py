"""Patients, cards, families, accounts and their consents.

ID numbers: area codes beginning with 99, which no place in China has, with a
valid checksum.  Phones: prefix 169, which has been given to no operator.
"""

from datetime import timedelta

from odoo.addons.hospital_patient.tools_id import make_resident_id

from ..tables.names import TRAVELLERS, person_name

PATIENTS = 4000
ACCOUNTS = 240
AREAS = tuple(f"9901{place:02d}" for place in range(1, 11))
PER_AREA = 499
#: kind, prefix of the number, one of so many people has one
CARDS = (
    ("visit", "LS", 1.3),
    ("insurance", "Z", 2),
    ("e_insurance", "E", 6),
    ("record", "B", 9),
    ("id", "C", 50),
    ("phone", "P", 50),
)


def phone_number(index):
    """Return the made-up phone number of person ``index`` (0 to 9999)."""
    return f"1690000{index:04d}"


def draw_people(rng, today, count=PATIENTS):
    """Return ``count`` dicts of patient values, adults and children mixed.

    Deterministic for one ``rng`` and ``today``.  The first ``ACCOUNTS`` are adults.
    """
    people = []
    for index in range(count):
        sex = rng.choice(("male", "female"))
        age = _age(rng, index)
        birth = today - timedelta(days=age * 365 + rng.randrange(1, 365))
        people.append(
            {
                "name": person_name(rng, sex)[0],
                "id_type": "resident",
                "id_number": make_resident_id(birth, sex, index % PER_AREA, area=_area(index)),
                "sex": sex,
                "birth_date": birth,
                "phone": phone_number(index),
                "verified_level": rng.choice(("police", "window", "window", "none")),
                "ethnicity": "畲族" if rng.random() < 0.06 else "汉族",
            }
        )
    return people


def _age(rng, index):
    if not index:
        return 38  # whose family the demo shows
    if index < ACCOUNTS:
        return rng.randrange(24, 62)
    ages = ((1, 15), (16, 35), (36, 60), (60, 92))
    return rng.randrange(*rng.choices(ages, (16, 22, 32, 30))[0])


def _area(index):
    return AREAS[index // PER_AREA]


def age_on(birth, day):
    """Return the age in full years."""
    had = (day.month, day.day) >= (birth.month, birth.day)
    return day.year - birth.year - (not had)


def build_patients(env, rng, today):
    """Create patients, give them visit cards and put children under a guardian.

    :return: the patients, adults with an account first.
    """
    Patient = env["hospital.patient"]
    people = draw_people(rng, today)
    adults = Patient.create(people[:ACCOUNTS])
    others, children = [], 0
    for person in people[ACCOUNTS:]:
        if age_on(person["birth_date"], today) < 16:
            children += 1
            guardian = adults[0] if children == 1 else _parent(rng, adults, person)
            person |= {
                "guardian_id": guardian.id,
                "guardian_relation": "parent",
                "name": guardian.name[0] + person["name"][1:],
            }
        others.append(person)
    patients = adults + Patient.create(others)
    _give_cards(env, rng, patients)
    return patients


def _parent(rng, adults, child):
    """Return one of ``adults`` who is of an age to be the parent of ``child``."""
    old_enough = [
        adult for adult in adults if 21 <= age_on(adult.birth_date, child["birth_date"]) <= 40
    ]
    return rng.choice(old_enough or adults)


def _give_cards(env, rng, patients):
    """Give most people a visit card and some of them others."""
    cards = [
        {"patient_id": patient.id, "kind": kind, "number": f"{prefix}{patient.id:08d}"}
        for kind, prefix, one_of in CARDS
        for patient in patients
        if rng.random() < 1 / one_of
    ]
    env["hospital.patient.card"].create(cards)


def build_travellers(env, today, guardians):
    """Create people with every other kind of document, and newborns who have none yet."""
    people = []
    for index, (name, sex, id_type, number, ethnicity) in enumerate(TRAVELLERS):
        people.append(
            {
                "name": name,
                "sex": sex,
                "id_type": id_type,
                "id_number": number,
                "birth_date": today - timedelta(days=9000 + 700 * index),
                "phone": f"1690001{index:04d}",
                "verified_level": "window",
                "ethnicity": ethnicity,
            }
        )
    for index, mother in enumerate(guardians, 1):
        people.append(
            {
                "name": f"{mother.name}之子",
                "sex": "male",
                "id_type": "none",
                "birth_date": today - timedelta(days=2 * index),
                "guardian_id": mother.id,
                "guardian_relation": "parent",
            }
        )
    return env["hospital.patient"].create(people)
