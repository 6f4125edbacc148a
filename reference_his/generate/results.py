"""Laboratory values with the right flags, and imaging reports that fit the illness."""

from random import Random

from ..services.results import study_uid
from .loading import NULL, Rows
from .people import Person
from .staff import Doctor, Staff
from .things import CHILD_UNTIL, Analyte, Case, Item

_POSITIVE = {"阴性": ("阳性(1+)", "阳性(2+)"), "未见": ("3-5", "6-10"), "Ⅱ": ("Ⅲ", "Ⅳ")}
_STRAY = 0.03  # share of values out of range for no reason
_ABNORMAL_PICTURE = 0.75  # share of exams that show the illness


def shape_of(sex: str, age: int) -> str:
    """Return whose ranges hold: men's, women's or children's."""
    return "k" if age < CHILD_UNTIL else sex


def value_of(analyte: Analyte, shift: float, random: Random) -> tuple[str, str]:
    """Return a value as text, and its flag.

    :param float shift: how far the illness moves the mean, in widths of the range; for
        qualitative tests the chance of a positive answer.
    """
    chance = random.random
    if analyte.word:
        if chance() >= (shift or 0.01):
            return analyte.word, "N"
        return _POSITIVE[analyte.word][chance() < 0.3], "A"
    if not shift and chance() < _STRAY:
        shift = 0.7 if chance() < 0.6 else -0.5
    drift = shift * (0.4 + 1.2 * chance()) * analyte.width if shift else 0.0
    noise = (chance() + chance() + chance() - 1.5) * 0.66 * analyte.spread
    value = analyte.mean + drift + noise
    floor = 0.3 * (analyte.lowest if analyte.low else analyte.mean)
    text = f"{value if value > floor else floor:.{analyte.decimals}f}"
    return text, flag_of(analyte, float(text))


def flag_of(analyte: Analyte, value: float) -> str:
    """Return the flag of HL7 table 0078 that a value has."""
    if value > analyte.highest:
        return "HH" if value >= analyte.alarm_high else "H"
    if value < analyte.lowest:
        return "LL" if value <= analyte.alarm_low else "L"
    return "N"


class Results:
    """Writes reports."""

    def __init__(self, rows: Rows, staff: Staff):
        self._rows = rows
        self._result = rows["lab_result"].append
        self._staff = staff
        self.barcodes = 0
        self.studies = 0

    def _signers(self, department: str, random: Random) -> tuple[Doctor, Doctor]:
        doctors = self._staff.of_department[department]
        first = int(random.random() * len(doctors))
        return doctors[first], doctors[(first + 1) % len(doctors)]

    def lab(
        self, report_no: str, order_no: str, visit_no: str, person: Person, age: int, item: Item,
        shifts: dict[str, float], collected: str, reported: str, random: Random,
    ) -> None:  # fmt: skip
        """Write a laboratory report; without ``reported`` the specimen is only collected.

        :param dict shifts: how the illness moves the analytes.
        """
        self.barcodes += 1
        reporter, reviewer = self._signers("30", random)
        state = "reported" if reported else "collected"
        signed = f"{reporter.code}\t{reviewer.code}" if reported else f"{NULL}\t{NULL}"
        self._rows["lab_report"].append(
            f"{report_no}\t{order_no}\t{visit_no}\t{person.id}\t{item.name}\t"
            f"{item.details['specimen']}\t{60_000_000_000 + self.barcodes}\t{state}\t"
            f"{collected}\t{reported or NULL}\t{signed}"
        )
        if not reported:
            return
        ill = random.random() < 0.8
        for analyte in item.analytes[shape_of(person.sex, age)]:
            shift = shifts.get(analyte.code, 0.0) if ill else 0.0
            value, flag = value_of(analyte, shift, random)
            self._result(f"{report_no}\t{analyte.head}\t{value}\t{analyte.tail}\t{flag}")

    def exam(
        self, report_no: str, order_no: str, visit_no: str, person: Person, item: Item,
        case: Case | None, done: str, reported: str, random: Random,
    ) -> None:  # fmt: skip
        """Write an exam; without ``reported`` the pictures wait for their report."""
        self.studies += 1
        accession = f"A{self.studies:010d}"
        details = item.details
        findings, impression = details["findings"], details["impression"]
        if case and item.code in case.pictures and random.random() < _ABNORMAL_PICTURE:
            findings, impression = case.pictures[item.code]
        reporter, reviewer = self._signers(item.department, random)
        words = f"{findings}\t{impression}" if reported else "\t"
        signed = f"{reporter.code}\t{reviewer.code}" if reported else f"{NULL}\t{NULL}"
        self._rows["exam_report"].append(
            f"{report_no}\t{order_no}\t{visit_no}\t{person.id}\t{item.name}\t"
            f"{details['modality']}\t{details['body_part']}\t{accession}\t"
            f"{study_uid(accession)}\t{'reported' if reported else 'done'}\t{words}\t"
            f"{done}\t{reported or NULL}\t{signed}"
        )
