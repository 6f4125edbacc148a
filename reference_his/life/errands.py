"""After the doctor: paying, blood and pictures, drugs, and back with the results."""

from ..db import Row
from ..services import billing, orders, pharmacy, results
from . import clinic, values
from .stage import Content, Stage, step

NEVER_PAYS, GIVES_BACK = 0.02, 0.01
CHANNELS = ("wechat",) * 5 + ("alipay",) * 3 + ("cash", "pos")
# share that the fund pays, by kind of insurance
FUND = {"01": 0.7, "02": 0.5}
LONGEST_MINUTES = {"lab": 2.0, "exam": 8.0, "pharmacy": 1.5}


def _unpaid(stage: Stage, visit_no: str) -> list[Row]:
    return stage.hospital.db.all(
        "SELECT b.bill_no, b.version, b.total_fen, p.insurance FROM bill b"
        " JOIN patient p ON p.id = b.patient_id"
        " WHERE b.visit_no = %s AND b.state = 'unpaid' ORDER BY b.bill_no",
        (visit_no,),
    )


@step("pay")
def pay(stage: Stage, content: Content) -> None:
    """Pay all bills of a visit and go where the orders lead; a few people go home."""
    visit_no = content["visit_no"]
    dice = stage.dice("pays", visit_no, stage.at)
    if dice.random() < NEVER_PAYS:
        clinic.go_home(stage, visit_no)
        return
    channel = dice.choice(CHANNELS)
    for bill in _unpaid(stage, visit_no):
        fund = int(bill["total_fen"] * FUND.get(bill["insurance"], 0.0))
        with stage.attempt():
            paid = billing.settle(
                stage.hospital,
                bill["bill_no"],
                bill["version"],
                stage.trade_no(bill["bill_no"]),
                channel,
                bill["total_fen"] - fund,
                fund,
            )
            if not fund and dice.random() < GIVES_BACK:
                number = paid["settlement_no"]
                stage.later("change_mind", 1, settlement_no=number, visit_no=visit_no)
                return
    stage.later("errands", dice.uniform(1, 4), visit_no=visit_no)


@step("change_mind")
def change_mind(stage: Stage, content: Content) -> None:
    """Give back the first order of a payment, before anything is done; keep the others."""
    row = stage.hospital.db.one(
        "SELECT o.order_no, l.amount_fen FROM settlement s JOIN bill_line l USING (bill_no)"
        " JOIN medical_order o USING (order_no)"
        " WHERE s.settlement_no = %s AND o.state = 'charged' ORDER BY l.line LIMIT 1",
        (content["settlement_no"],),
    )
    if row:
        with stage.attempt():
            billing.refund(
                stage.hospital,
                content["settlement_no"],
                f"TF{row['order_no']}",
                row["amount_fen"],
                order_nos=[row["order_no"]],
            )
    stage.later("errands", 1, visit_no=content["visit_no"])


def _charged(stage: Stage, visit_no: str) -> list[Row]:
    return stage.hospital.db.all(
        "SELECT o.order_no, o.kind, o.rx_no, p.patient_no,"
        " coalesce(i.details->>'modality', 'OT') AS modality FROM medical_order o"
        " JOIN patient p ON p.id = o.patient_id LEFT JOIN item i ON i.code = o.code"
        " WHERE o.visit_no = %s AND o.state = 'charged' ORDER BY o.order_no",
        (visit_no,),
    )


@step("errands")
def errands(stage: Stage, content: Content) -> None:
    """Go to laboratory and imaging, be treated, wait for drugs."""
    visit_no = content["visit_no"]
    went: set[str] = set()
    for order in _charged(stage, visit_no):
        if order["kind"] == "lab":
            _queue(stage, went, "lab", order, order["order_no"])
        elif order["kind"] == "exam":
            _queue(stage, went, f"exam:{order['modality']}", order, order["order_no"])
        elif order["kind"] == "treatment":
            stage.later("treat", 15, order_no=order["order_no"])
        elif order["rx_no"] not in went:
            went.add(order["rx_no"])
            minutes = stage.dice("ready", order["rx_no"]).uniform(4, 14)
            stage.later("ready", minutes, rx_no=order["rx_no"])
    _back_when_done(stage, visit_no)


def _queue(stage: Stage, went: set[str], queue: str, order: Row, reference: str) -> None:
    """Enter a queue once, whatever number of orders waits there."""
    if queue in went:
        return
    minutes = stage.dice("goes", reference).uniform(1, 5) + len(went)
    went.add(queue)
    stage.later("enter", minutes, queue=queue, patient_no=order["patient_no"], reference=reference)


@step("treat")
def treat(stage: Stage, content: Content) -> None:
    """Perform a treatment."""
    orders.fulfil(stage.hospital, content["order_no"])


def minutes(stage: Stage, queue: str, reference: str) -> float:
    """Return how long somebody is served at laboratory, imaging or pharmacy."""
    longest = LONGEST_MINUTES[queue.partition(":")[0]]
    return stage.dice("served", queue, reference).uniform(longest / 2, longest)


def finish(stage: Stage, queue: str, reference: str) -> None:
    """Take blood, make pictures, or hand drugs out."""
    if queue.startswith("pharmacy:"):
        pharmacy.dispense(stage.hospital, reference)
        return
    order = orders.get(stage.hospital, reference)
    for one in _charged(stage, order["visit_no"]):
        if one["kind"] == "lab" and queue == "lab":
            _take_blood(stage, one, order["visit_no"])
        elif one["kind"] == "exam" and queue == f"exam:{one['modality']}":
            _make_pictures(stage, one, order["visit_no"])


def _take_blood(stage: Stage, order: Row, visit_no: str) -> None:
    specimen = values.specimen(stage, order["order_no"])
    results.collect(stage.hospital, order["order_no"], specimen)
    wait = stage.dice("lab", order["order_no"]).uniform(25, 100)
    stage.later("report_lab", wait, order_no=order["order_no"], visit_no=visit_no)


def _make_pictures(stage: Stage, order: Row, visit_no: str) -> None:
    results.examine(stage.hospital, order["order_no"])
    wait = stage.dice("exam", order["order_no"]).uniform(15, 60)
    stage.later("report_exam", wait, order_no=order["order_no"], visit_no=visit_no)


@step("report_lab")
def report_lab(stage: Stage, content: Content) -> None:
    """Report a specimen."""
    order_no = content["order_no"]
    found = values.lab(stage, order_no)
    results.report_lab(stage.hospital, order_no, found, *values.signers(stage, order_no))
    _back_when_done(stage, content["visit_no"])


@step("report_exam")
def report_exam(stage: Stage, content: Content) -> None:
    """Report pictures."""
    order_no = content["order_no"]
    findings, impression = values.exam(stage, order_no)
    signers = values.signers(stage, order_no)
    results.report_exam(stage.hospital, order_no, findings, impression, *signers)
    _back_when_done(stage, content["visit_no"])


def _back_when_done(stage: Stage, visit_no: str) -> None:
    """Go back to the doctor when no test is open any more."""
    free = stage.hospital.db.one(
        "SELECT 1 FROM visit v WHERE v.visit_no = %s AND v.ended_at IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM medical_order o WHERE o.visit_no = v.visit_no"
        " AND o.kind IN ('lab', 'exam') AND o.state IN ('charged', 'doing'))",
        (visit_no,),
    )
    if free:
        stage.later("go_back", 5, visit_no=visit_no)
