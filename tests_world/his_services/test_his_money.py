"""Orders, bills and books."""

from reference_his.hospital import Hospital
from reference_his.services import (
    billing,
    checkups,
    directory,
    inpatients,
    orders,
    pharmacy,
    registrations,
    results,
)
from tests_world.his_fixture import DAY
from tests_world.his_services.helpers import (
    billed,
    count,
    kinds,
    refused,
    registered,
    settled,
    visited,
)


def test_what_is_ordered_is_billed_paid_and_performed(his: Hospital) -> None:
    bill = billed(his, "XCG", "CT1", "Y1")
    assert (bill["total_fen"], bill["version"], len(bill["lines"])) == (31280, 1, 3)
    assert billing.presettle(his, bill["bill_no"], 1)["pay_fen"] == 31280
    settled(his, bill)
    states = {one["code"]: one["state"] for one in orders.of_patient(his, "P00000001")}
    assert states == {"XCG": "charged", "CT1": "charged", "Y1": "charged"}
    lab, exam, _drug = (one["order_no"] for one in orders.of_patient(his, "P00000001"))
    results.report_lab(his, lab, [{"code": "WBC", "name": "白细胞", "value": "5.0"}], "L1")
    results.report_exam(his, exam, "两肺纹理清晰", "未见异常", "R1")
    rx_no = pharmacy.prescriptions(his, "P00000001")[0]["rx_no"]
    pharmacy.ready(his, rx_no)
    pharmacy.dispense(his, rx_no)
    assert {one["state"] for one in orders.of_patient(his, "P00000001")} == {"done"}
    assert results.lab_list(his, "P00000001", DAY, DAY)[0]["results"][0]["value"] == "5.0"
    assert results.exam_list(his, "P00000001", DAY, DAY)[0]["modality"] == "CT"
    assert kinds(his).count("order.done") == 3


def test_results_come_only_after_payment_and_are_shown_only_when_reviewed(his: Hospital) -> None:
    bill = billed(his, "XCG")
    order = orders.of_patient(his, "P00000001")[0]["order_no"]
    value = [{"code": "WBC", "name": "白细胞", "value": "5.0"}]
    with refused("ORDER_STATE"):
        results.report_lab(his, order, value)
    settled(his, bill)
    report = results.collect(his, order)["report_no"]
    assert results.collect(his, order)["report_no"] == report
    with refused("REPORT_NOT_READY"):
        results.lab_report(his, report)
    assert results.lab_list(his, "P00000001", DAY, DAY) == []
    with refused("FIELD_INVALID"):
        results.report_lab(his, order, [{**value[0], "flag": "?"}])
    results.report_lab(his, order, value)
    assert results.lab_report(his, report)["results"][0]["flag"] == "N"
    with refused("ORDER_STATE"):
        results.report_lab(his, order, value)
    with refused("ORDER_STATE"):
        results.report_exam(his, order, "", "")
    with refused("REPORT_UNKNOWN"):
        results.exam_report(his, report)


def test_a_bill_that_changed_meanwhile_is_not_settled(his: Hospital) -> None:
    bill = billed(his, "XCG")
    orders.place(his, bill["visit_no"], [{"code": "ZL1", "quantity": "2"}])
    with refused("BILL_CHANGED"):
        settled(his, bill)
    with refused("BILL_CHANGED"):
        billing.presettle(his, bill["bill_no"], 1)
    changed = billing.details(his, bill["bill_no"])
    assert (changed["version"], changed["total_fen"]) == (2, 5100)
    assert count(his, "settlement") == 1  # the registration's
    settled(his, changed)
    with refused("BILL_SETTLED"):
        settled(his, changed, "T3")


def test_a_bill_of_the_same_total_but_other_lines_is_another_bill(his: Hospital) -> None:
    bill = billed(his, "XCG", "Y1")
    orders.cancel(his, orders.of_patient(his, "P00000001")[0]["order_no"])
    orders.place(his, bill["visit_no"], [{"code": "XCG"}])
    changed = billing.details(his, bill["bill_no"])
    assert (changed["version"], changed["total_fen"]) == (3, bill["total_fen"])
    with refused("BILL_CHANGED"):
        settled(his, bill)
    settled(his, changed)


def test_the_same_trade_gets_the_same_receipt_and_pays_nothing_else(his: Hospital) -> None:
    bill = billed(his, "XCG")
    other = billed(his, "XCG", patient_no="P00000002")
    paid = settled(his, bill)
    assert settled(his, bill) == paid
    with refused("TRADE_USED"):
        settled(his, other)
    with refused("TRADE_USED"):
        billing.settle(his, bill["bill_no"], 1, "T2", "wechat", 1999)
    assert billing.details(his, other["bill_no"])["state"] == "unpaid"
    assert kinds(his).count("settlement.paid") == 3


def test_amounts_must_be_equal_whoever_pays_them(his: Hospital) -> None:
    bill = billed(his, "XCG")
    with refused("AMOUNT_MISMATCH"):
        billing.settle(his, bill["bill_no"], 1, "T2", "wechat", 1999)
    with refused("AMOUNT_MISMATCH"):
        billing.settle(his, bill["bill_no"], 1, "T2", "wechat", 2000, 1)
    paid = billing.settle(his, bill["bill_no"], 1, "T2", "wechat", 600, 1400)
    assert (paid["amount_fen"], paid["insurance_fen"]) == (600, 1400)
    with refused("REFUND_NOT_ALLOWED"):
        billing.refund(his, paid["settlement_no"], "R1", 500)
    assert billing.refund(his, paid["settlement_no"], "R1", 600)["insurance_fen"] == 1400


def test_a_refund_is_at_most_what_was_paid_and_counts_once(his: Hospital) -> None:
    bill = billed(his, "ZL1", "CT1")
    paid = settled(his, bill)
    with refused("REFUND_EXCEEDS"):
        billing.refund(his, paid["settlement_no"], "R0", 29551)
    treatment = orders.of_patient(his, "P00000001")[0]["order_no"]
    with refused("AMOUNT_MISMATCH"):
        billing.refund(his, paid["settlement_no"], "R1", 1549, order_nos=[treatment])
    part = billing.refund(his, paid["settlement_no"], "R1", 1550, order_nos=[treatment])
    assert billing.refund(his, paid["settlement_no"], "R1", 1550) == part
    with refused("TRADE_USED"):
        billing.refund(his, paid["settlement_no"], "R1", 1)
    with refused("REFUND_EXCEEDS"):
        billing.refund(his, paid["settlement_no"], "R2", 28001)
    billing.refund(his, paid["settlement_no"], "R2", 28000)
    assert billing.details(his, bill["bill_no"])["state"] == "refunded"
    assert {one["state"] for one in orders.of_patient(his, "P00000001")} == {"cancelled"}
    assert (billing.trade_check(his, "wechat", "T2") or {})["refunded_fen"] == 29550


def test_performed_items_stay_paid(his: Hospital) -> None:
    paid = settled(his, billed(his, "ZL1", "CT1"))
    treatment, exam = (one["order_no"] for one in orders.of_patient(his, "P00000001"))
    orders.fulfil(his, treatment)
    with refused("REFUND_NOT_ALLOWED"):
        billing.refund(his, paid["settlement_no"], "R1", 29550)
    with refused("REFUND_NOT_ALLOWED"):
        billing.refund(his, paid["settlement_no"], "R1", 1550, order_nos=[treatment])
    billing.refund(his, paid["settlement_no"], "R1", 28000)
    assert orders.get(his, exam)["state"] == "cancelled"
    with refused("ORDER_STATE"):
        results.examine(his, exam)


def test_unpaid_orders_are_taken_off_the_bill_and_paid_ones_are_not(his: Hospital) -> None:
    bill = billed(his, "XCG", "Y1")
    lab, drug = (one["order_no"] for one in orders.of_patient(his, "P00000001"))
    orders.cancel(his, lab)
    changed = billing.details(his, bill["bill_no"])
    assert (changed["version"], changed["total_fen"]) == (2, 1280)
    settled(his, changed)
    with refused("ORDER_STATE"):
        orders.cancel(his, drug)
    visit_no = bill["visit_no"]
    last = orders.place(his, visit_no, [{"code": "Y1"}])[0]
    orders.cancel(his, last["order_no"])
    assert kinds(his)[-2:] == ["bill.void", "order.cancelled"]
    assert pharmacy.get(his, last["rx_no"])["state"] == "cancelled"


def test_stock_is_checked_when_ordered_and_leaves_when_dispensed(his: Hospital) -> None:
    visit_no = visited(his)
    with refused("STOCK_SHORT"):
        orders.place(his, visit_no, [{"code": "XCG"}, {"code": "Y2", "quantity": 4}])
    assert orders.of_visit(his, visit_no) == []
    orders.place(his, visit_no, [{"code": "Y2", "quantity": 3}])
    settled(his, billing.unpaid(his, "P00000001")[0])
    rx_no = pharmacy.prescriptions(his, "P00000001")[0]["rx_no"]
    with refused("ORDER_STATE"):
        pharmacy.dispense(his, rx_no)
    assert directory.drug(his, "Y2")["stock"] == "3"
    pharmacy.ready(his, rx_no)
    directory.set_drug(his, "Y2", stock=2)
    with refused("STOCK_SHORT"):
        pharmacy.dispense(his, rx_no)
    assert pharmacy.get(his, rx_no)["state"] == "ready"
    directory.set_drug(his, "Y2", stock=3)
    assert pharmacy.dispense(his, rx_no)["state"] == "dispensed"
    assert pharmacy.dispense(his, rx_no)["state"] == "dispensed"
    assert directory.drug(his, "Y2")["stock"] == "0"


def test_quantities_and_codes_are_checked(his: Hospital) -> None:
    visit_no = visited(his)
    for quantity in (0, -1, "x", "0.001", "NaN", 10001):
        with refused("FIELD_INVALID"):
            orders.place(his, visit_no, [{"code": "XCG", "quantity": quantity}])
    with refused("ORDER_UNKNOWN"):
        orders.place(his, visit_no, [{"code": "nothing"}])
    with refused("FIELD_MISSING"):
        orders.place(his, visit_no, [])
    herbs = orders.place(his, visit_no, [{"code": "Y3", "quantity": "10.5"}, {"code": "Y1"}])
    assert [one["quantity"] for one in herbs] == ["10.5", "1"]
    assert {one["kind"] for one in pharmacy.prescriptions(his, "P00000001")} == {
        "herbal",
        "western",
    }
    assert billing.unpaid(his, "P00000001")[0]["total_fen"] == 347 + 1280


def test_trade_check_tells_the_truth(his: Hospital) -> None:
    assert billing.trade_check(his, "wechat", "T2") is None
    paid = settled(his, billed(his, "XCG"))
    assert billing.trade_check(his, "wechat", "T2") == {**paid, "refunded_fen": 0}
    assert billing.trade_check(his, "alipay", "T2") is None


def test_the_days_list_is_paged_and_adds_up(his: Hospital) -> None:
    for place in range(1, 6):
        registered(his, f"P0000000{place}", f"T{place}")
    registrations.refund(
        his, registrations.of_patient(his, "P00000001", DAY, DAY)[0]["reg_no"], "T1", "R1"
    )
    pages = [billing.trade_list(his, DAY, offset, 4) for offset in (0, 4, 8)]
    assert [len(page["rows"]) for page in pages] == [4, 2, 0]
    assert {page["total"] for page in pages} == {6}
    assert (pages[0]["paid_fen"], pages[0]["refunded_fen"]) == (6000, 1200)
    assert billing.trade_list(his, "2026-03-01")["total"] == 0
    assert billing.trade_list(his, DAY, channel="alipay")["total"] == 0
    with refused("FIELD_INVALID"):
        billing.trade_list(his, DAY, -1)
    with refused("FIELD_INVALID"):
        billing.trade_list(his, "9999-12-31")


def test_a_stay_is_charged_day_by_day_and_settled_against_its_deposits(his: Hospital) -> None:
    stay = inpatients.admit(his, "P00000001", "BQ1", "B1")["admission_no"]
    inpatients.deposit(his, stay, "D1", "wechat", 10000)
    assert inpatients.deposit(his, stay, "D1", "wechat", 10000)["amount_fen"] == 10000
    inpatients.charge(his, stay, [{"code": "CW1"}, {"code": "HL1", "quantity": 2}])
    his.clock.advance(24 * 3600)
    inpatients.charge(his, stay, [{"code": "CW1"}])
    second = inpatients.daily_list(his, stay, "2026-03-03")
    assert (second["amount_fen"], second["charged_fen"]) == (4000, 11000)
    assert inpatients.get(his, stay)["balance_fen"] == -1000
    with refused("ADMISSION_CLOSED"):
        inpatients.settle_discharge(his, stay, "D2", "wechat", 1000)
    inpatients.discharge(his, stay, "J18", "肺炎")
    with refused("ADMISSION_CLOSED"):
        inpatients.charge(his, stay, [{"code": "CW1"}])
    with refused("ADMISSION_CLOSED"):
        inpatients.deposit(his, stay, "D3", "wechat", 1)
    with refused("AMOUNT_MISMATCH"):
        inpatients.settle_discharge(his, stay, "D2", "wechat", 999)
    done = inpatients.settle_discharge(his, stay, "D2", "wechat", 1000)
    assert (done["charged_fen"], done["paid_fen"], done["refunded_fen"]) == (11000, 1000, 0)
    assert inpatients.settle_discharge(his, stay, "D2", "wechat", 1000) == done
    with refused("ADMISSION_CLOSED"):
        inpatients.settle_discharge(his, stay, "D9", "wechat", 1000)
    assert billing.details(his, done["bill_no"])["total_fen"] == 11000
    assert inpatients.of_patient(his, "P00000001")[0]["state"] == "out"


def test_what_is_left_of_deposits_goes_back_to_where_it_came_from(his: Hospital) -> None:
    stay = inpatients.admit(his, "P00000001", "BQ1", "B1")["admission_no"]
    first = inpatients.deposit(his, stay, "D1", "wechat", 3000)
    inpatients.deposit(his, stay, "D2", "alipay", 5000)
    inpatients.charge(his, stay, [{"code": "HL1"}])
    billing.refund(his, first["settlement_no"], "R1", 500)
    inpatients.discharge(his, stay)
    done = inpatients.settle_discharge(his, stay)
    assert (done["refunded_fen"], done["deposit_fen"]) == (6000, 1500)
    back = [(row["channel"], row["amount_fen"]) for row in done["settlements"][2:]]
    assert sorted(back) == [("alipay", 5000), ("wechat", 500), ("wechat", 1000)]
    with refused("ADMISSION_CLOSED"):
        billing.refund(his, first["settlement_no"], "R2", 1)


def test_a_bed_and_a_patient_are_taken_once(his: Hospital) -> None:
    one = inpatients.admit(his, "P00000001", "BQ1", "B1", bed="07")
    with refused("FIELD_INVALID"):
        inpatients.admit(his, "P00000002", "BQ1", "B1", bed="07")
    with refused("FIELD_INVALID"):
        inpatients.admit(his, "P00000001", "BQ1", "B1")
    with refused("DEPARTMENT_UNKNOWN"):
        inpatients.admit(his, "P00000002", "N1", "D1")
    inpatients.discharge(his, one["admission_no"])
    assert inpatients.admit(his, "P00000002", "BQ1", "B1", bed="07")["bed"] == "07"


def test_an_in_patients_orders_are_charged_to_the_stay(his: Hospital) -> None:
    stay = inpatients.admit(his, "P00000001", "BQ1", "B1")
    order = orders.place(his, stay["visit_no"], [{"code": "XCG"}])[0]
    assert order["state"] == "charged"
    assert inpatients.get(his, stay["admission_no"])["charged_fen"] == 2000
    assert billing.unpaid(his, "P00000001") == []
    results.report_lab(his, order["order_no"], [{"code": "WBC", "name": "白细胞", "value": "5"}])


def test_a_check_up_is_booked_paid_done_and_reported(his: Hospital) -> None:
    with refused("PACKAGE_UNKNOWN"):
        checkups.book(his, "TJ9", "P00000001", DAY)
    with refused("PACKAGE_NOT_FIT"):
        checkups.book(his, "TJ2", "P00000001", DAY)
    with refused("FIELD_INVALID"):
        checkups.book(his, "TJ1", "P00000001", "2026-03-01")
    made = checkups.book(his, "TJ1", "P00000001", DAY)
    with refused("ORDER_STATE"):
        checkups.arrive(his, made["order_no"])
    paid = settled(his, billing.details(his, made["bill_no"]))
    with refused("ORDER_STATE"):
        checkups.cancel(his, made["order_no"])
    checkups.arrive(his, made["order_no"])
    with refused("REFUND_NOT_ALLOWED"):
        billing.refund(his, paid["settlement_no"], "R1", 30000)
    checkups.report(his, made["order_no"], "总检结论：未见异常")
    assert checkups.get(his, made["order_no"])["summary"] == "总检结论：未见异常"
    other = checkups.book(his, "TJ1", "P00000002", DAY)
    assert checkups.cancel(his, other["order_no"])["state"] == "cancelled"
    assert billing.details(his, other["bill_no"])["state"] == "void"
    third = checkups.book(his, "TJ1", "P00000003", DAY)
    paid = settled(his, billing.details(his, third["bill_no"]), "T3")
    billing.refund(his, paid["settlement_no"], "R1", 30000)
    assert checkups.of_patient(his, "P00000003")[0]["state"] == "cancelled"
