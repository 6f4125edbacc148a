"""What a product pays of one visit: arithmetic in fen, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Product:
    """An insurance product; amounts in fen.

    :param deductible: once a policy year.
    :param ceiling: of all payments of a policy year; ``visit_ceiling`` of one visit.
    :param bool covers_own: whether items outside the national catalogue (class C) count.
    :param bool direct: whether the insurer pays hospitals directly.
    :param review_above: payments above this are looked at by a person.
    """

    code: str
    name: str
    premium: int
    deductible: int
    ratio: Decimal
    ceiling: int
    visit_ceiling: int
    covers_own: bool
    direct: bool
    visits: tuple[str, ...]
    excluded_codes: tuple[str, ...] = ()
    excluded_diagnoses: tuple[str, ...] = ()
    review_above: int = 500000


OUTPATIENT, INPATIENT = "outpatient", "inpatient"
PRODUCTS = {
    product.code: product
    for product in (
        Product(
            "ZLB",
            "浙丽保（演示）",
            10000,
            1000000,
            Decimal("0.70"),
            100000000,
            100000000,
            False,
            True,
            (OUTPATIENT, INPATIENT),
        ),
        Product(
            "CORP-OP",
            "企业补充门诊医疗险（演示）",
            80000,
            10000,
            Decimal("0.80"),
            2000000,
            1000000,
            False,
            True,
            (OUTPATIENT,),
            ("001101000",),
            ("K0", "Z41"),
        ),
        Product(
            "MILLION",
            "百万医疗险（演示）",
            30000,
            1000000,
            Decimal("1.00"),
            200000000,
            200000000,
            True,
            False,
            (INPATIENT,),
        ),
    )
}


@dataclass(frozen=True)
class Line:
    """One charge: code, class (01 A, 02 B, 03 C) and fen."""

    code: str
    level: str
    amount: int


@dataclass(frozen=True)
class Benefit:
    """The result in fen; payable + patient = the cash that the national insurance left."""

    excluded: int
    base: int
    deductible: int
    payable: int
    patient: int
    reason: str = ""


def compute(
    product: Product,
    lines: Sequence[Line],
    diagnoses: Iterable[str],
    cash: int,
    deductible_used: int,
    paid: int,
) -> Benefit:
    """Return what the insurer pays.

    :param int cash: fen that fund and account left to the patient.
    :param int deductible_used: fen of the policy year's deductible that are used up.
    :param int paid: fen paid in this policy year.
    """
    if any(code.startswith(product.excluded_diagnoses) for code in diagnoses):
        return Benefit(cash, 0, 0, 0, cash, "诊断属于责任免除")
    excluded = min(cash, sum(line.amount for line in lines if _is_excluded(product, line)))
    base = cash - excluded
    deductible = min(base, max(0, product.deductible - deductible_used))
    share = ((base - deductible) * product.ratio).to_integral_value(ROUND_HALF_UP)
    payable = min(int(share), product.visit_ceiling, max(0, product.ceiling - paid))
    reason = "" if payable else "未超过免赔额或已达年度限额"
    return Benefit(excluded, base, deductible, payable, cash - payable, reason)


def _is_excluded(product: Product, line: Line) -> bool:
    own = line.level == "03" and not product.covers_own
    return own or line.code.startswith(product.excluded_codes)
