"""The arithmetic of benefits, computed a second way, and its laws."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.nhsa.benefit import Parts, Standing, compute, split
from sandbox.nhsa.catalogue import ITEMS
from sandbox.nhsa.money import fen, yuan

GROUPS = (("310", False), ("310", True), ("390", False))
# written again by hand from the page: ratio by level, deductible, ceiling
TABLE = {
    ("310", False): ((80, 70, 60), 60000, 2000000),
    ("310", True): ((85, 75, 65), 30000, 2000000),
    ("390", False): ((50, 40, 30), 10000, 300000),
}
AMOUNT = st.integers(min_value=0, max_value=50_000_000)


@st.composite
def standings(draw):
    insutype, retired = draw(st.sampled_from(GROUPS))
    balance = draw(AMOUNT) if insutype == "310" else 0
    return Standing(insutype, retired, draw(st.integers(0, 90000)), draw(AMOUNT), balance)


@st.composite
def charges(draw):
    own, over, pre, scope = (draw(AMOUNT) for _turn in range(4))
    return Parts(own + over + pre + scope, own, over, pre, scope)


LEVEL = st.integers(min_value=1, max_value=3)


def by_fractions(parts, standing, level):
    """What the fund pays, with fractions and a rounding of our own."""
    ratios, deductible, ceiling = TABLE[standing.insutype, standing.retired]
    above = max(parts.scope - max(deductible - standing.deductible_used, 0), 0)
    exact = Fraction(above * ratios[level - 1], 100)
    rounded = int(exact + Fraction(1, 2))
    return min(rounded, max(ceiling - standing.fund_used, 0))


@given(charges(), standings(), LEVEL, st.booleans())
def test_who_pays_adds_up_and_equals_a_second_computation(parts, standing, level, use):
    found = compute(parts, standing, level, use)
    assert found.fund + found.account + found.cash == parts.total
    assert min(found.fund, found.account, found.cash, found.deductible) >= 0
    assert found.fund == by_fractions(parts, standing, level)
    assert found.account <= standing.balance
    assert found.account == 0 or use
    assert found.cash >= parts.own


@given(charges(), standings(), LEVEL, st.integers(1, 100000))
def test_a_dearer_visit_never_costs_a_person_less(parts, standing, level, more):
    dearer = parts + Parts(more, scope=more)
    before, after = (compute(one, standing, level, True) for one in (parts, dearer))
    assert after.fund >= before.fund
    assert after.person >= before.person


@given(charges(), standings(), st.integers(0, 100000))
def test_a_higher_level_never_pays_more_and_a_used_ceiling_never_helps(parts, standing, used):
    funds = [compute(parts, standing, level, False).fund for level in (1, 2, 3)]
    assert funds == sorted(funds, reverse=True)
    later = Standing(
        standing.insutype, standing.retired, standing.deductible_used, standing.fund_used + used
    )
    assert compute(parts, later, 1, False).fund <= funds[0]


@given(st.sampled_from(ITEMS), AMOUNT, st.integers(1, 1000))
def test_a_charge_taken_apart_adds_up(item, price, count):
    parts = split(item, price * count, Decimal(count))
    assert parts.own + parts.over + parts.pre + parts.scope == parts.total == price * count
    assert min(parts.own, parts.over, parts.pre, parts.scope) >= 0
    if item.level == "03":
        assert parts.own == parts.total
    elif item.ceiling is not None:
        assert parts.scope + parts.pre <= item.ceiling * count


@given(st.integers(-(10**15), 10**15))
def test_yuan_and_fen_are_the_same_money(amount):
    assert fen(yuan(amount)) == amount
    assert fen(Decimal(yuan(amount))) == amount


@pytest.mark.parametrize("text", ["", "1.001", "1e3", " 1", "1_0", "nan", "１", "--1", None, True])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError):
        fen(text)
