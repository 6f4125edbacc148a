"""People are told apart without being remembered, and their numbers are valid."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_his.generate.people import DUPLICATE_EVERY, MOBILE_PREFIXES, REGIONS, People
from reference_his.services.identity import birth_in, sex_in

TODAY = datetime.date(2026, 3, 2)
SIZES = st.integers(1, 3_000_000)


@given(seed=st.integers(0, 10_000), size=SIZES, data=st.data())
def test_identity_number_is_valid_and_tells_birth_and_sex(
    seed: int, size: int, data: st.DataObject
) -> None:
    person = People(seed, size, TODAY).person(data.draw(st.integers(1, size)))
    assert person.birth <= TODAY
    assert person.mobile[:3] in MOBILE_PREFIXES and len(person.mobile) == 11
    if person.id_type == "01" and person.id_number:
        assert birth_in(person.id_number) == person.birth
        assert sex_in(person.id_number) == person.sex
        assert person.id_number[:6] in {code for pair in REGIONS for code in pair}


@given(seed=st.integers(0, 10_000), size=SIZES, data=st.data())
def test_person_is_the_same_whenever_asked(seed: int, size: int, data: st.DataObject) -> None:
    id = data.draw(st.integers(1, size))
    assert People(seed, size, TODAY).person(id) == People(seed, size, TODAY).person(id)


@pytest.mark.parametrize("size", [20_000, 1_000_000])
def test_no_two_patients_share_an_identity_number(size: int) -> None:
    people = People(1, size, TODAY)
    # ids of the same region and sequence come every 5500: those are the ones that could meet
    persons = [people.person(id) for first in range(1, 41) for id in range(first, size, 5_500)]
    numbers = [one.id_number for one in persons if one.id_number and not one.merged_into]
    assert len(numbers) == len(set(numbers))


def test_duplicate_record_shows_the_same_person() -> None:
    people = People(1, 1_000, TODAY)
    double = people.person(DUPLICATE_EVERY + 7)
    original = people.person(double.merged_into)
    assert (double.name, double.birth, double.id_number) == (
        original.name,
        original.birth,
        original.id_number,
    )
    assert double.id != original.id and not original.merged_into
