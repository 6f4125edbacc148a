"""Patients, cards, families, accounts and their consents.

ID numbers: area codes beginning with 99, which no place in China has, with a
valid checksum.  Phones: prefix 169, which has been given to no operator.
"""

from datetime import timedelta

from odoo.addons.hospital_patient.tools_id import make_resident_id

from ..tables.names import person_name

PATIENTS = 2000
ACCOUNTS = 240
AREAS = ("990101", "990102", "990103", "991101", "991102")
PER_AREA = 400


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
                "id_number": make_resident_id(birth, sex, index % PER_AREA + 1, area=_area(index)),
                "sex": sex,
                "birth_date": birth,
                "phone": phone_number(index),
                "verified_level": rng.choice(("police", "window", "window", "none")),
                "ethnicity": "畲族" if rng.random() < 0.06 else "汉族",
            }
        )
    return people


def _age(rng, index):
    if index < ACCOUNTS:
        return rng.randrange(24, 62)
    return rng.choice((rng.randrange(3, 13), rng.randrange(16, 60), rng.randrange(60, 91)))


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
    others = []
    for person in people[ACCOUNTS:]:
        if age_on(person["birth_date"], today) < 16:
            guardian = rng.choice(adults)
            person |= {"guardian_id": guardian.id, "guardian_relation": "parent"}
        others.append(person)
    patients = adults + Patient.create(others)
    env["hospital.patient.card"].create(
        [
            {"patient_id": patient.id, "kind": "visit", "number": f"LS{patient.id:08d}"}
            for patient in patients[: len(patients) * 3 // 4]
        ]
    )
    return patients
