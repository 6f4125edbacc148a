"""A week of settlements: totals and lists equal the journal, planted differences are found."""

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.nhsa.lists import parse_list
from simulation.messages import Refusal

from .nhsa_client import (
    CAPSULES,
    OMEPRAZOLE,
    SCAN,
    Hospital,
    Refused,
    fen,
    unzipped,
    yuan,
    zipped,
)

WEEK = ("2026-03-02", "2026-03-08")
SUMS = ("total", "fund", "account")


@pytest.fixture
def week(world):
    """Three hospital visits a day for a week, some undone, one reversed."""
    hospital = Hospital.of(world, "H33110200001")
    dice = random.Random(7)
    lost = []
    for day in range(2, 9):
        world.post("/clock", at=f"2026-03-{day:02d}T09:00:00+08:00", speed=0)
        hospital.sign_in()
        for person in ("li", "wang", "zhang"):
            lines = [(dice.choice((CAPSULES, OMEPRAZOLE, SCAN)), dice.randint(1, 3), 2000)]
            case, msgid = hospital.visit(person, lines), hospital.msgid()
            settled = hospital.settle(case, msgid=msgid)
            if dice.random() < 0.3:
                hospital.undo(case, settled["setl_id"])
            elif not lost:
                data = {"psn_no": case["psn_no"], "omsgid": msgid, "oinfno": "2207"}
                hospital.call("2601", {"data": data})
                lost.append(settled["setl_id"])
    return hospital


def books(world):
    """The settlements of the journal: what really happened and was not reversed."""
    facts = world.get("/journal?source=nhsa")["facts"]
    gone = {one["subject"] for one in facts if one["kind"] == "reversed"}
    kept = [one for one in facts if one["kind"] in ("settled", "undone")]
    return [one for one in kept if one["key"] not in gone]


def totals(hospital, insutype, rows, **changes):
    data = {
        "insutype": insutype,
        "clr_type": "11",
        "setl_optins": "331100",
        "stmt_begndate": WEEK[0],
        "stmt_enddate": WEEK[1],
        "medfee_sumamt": yuan(sum(one["total"] for one in rows)),
        "fund_pay_sumamt": yuan(sum(one["fund"] for one in rows)),
        "acct_pay": yuan(sum(one["account"] for one in rows)),
        "fixmedins_setl_cnt": str(len(rows)),
    }
    return hospital.call("3201", {"data": {**data, **changes}})["stmtinfo"]


def lines_of(world, hospital, rows):
    """The hospital's list, its numbers from its own books."""
    found = world.get("/nhsa/settlements?hospital=" + hospital.code)["settlements"]
    people = {one["setl_id"]: one["psn_no"] for one in found}
    return [
        [
            one["key"],
            one["mdtrt_id"],
            people[one["key"]],
            *(yuan(one[name]) for name in SUMS),
            "1" if one["kind"] == "undone" else "0",
        ]
        for one in rows
    ]


def differences(hospital, rows, lines, **changes):
    upload = {
        "in": list(zipped(lines)),
        "filename": "week.txt.zip",
        "fixmedins_code": hospital.code,
    }
    number = hospital.call("9101", {"fsUploadIn": upload})["file_qury_no"]
    data = {
        "setl_optins": "331100",
        "file_qury_no": number,
        "stmt_begndate": WEEK[0],
        "stmt_enddate": WEEK[1],
        "medfee_sumamt": yuan(sum(one["total"] for one in rows)),
        "fund_pay_sumamt": yuan(sum(one["fund"] for one in rows)),
        "cash_payamt": yuan(sum(one["cash"] for one in rows)),
        "fixmedins_setl_cnt": str(len(rows)),
        "clr_type": "11",
    }
    info = hospital.call("3202", {"data": {**data, **changes}})["fileinfo"]
    return unzipped(download(hospital, info))


def download(hospital, info):
    wanted = {"file_qury_no": info["file_qury_no"], "filename": info["filename"]}
    message = hospital.envelope(
        "9102", {"fsDownloadIn": {**wanted, "fixmedins_code": hospital.code}}
    )
    answer = hospital.post(message)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    return answer.content


def test_totals_and_list_of_a_week_equal_the_journal_to_the_fen(world, week):
    rows = books(world)
    assert len(rows) > 20
    assert any(one["kind"] == "undone" for one in rows)
    for insutype in ("310", "390"):
        mine = [one for one in rows if one["insutype"] == insutype]
        assert totals(week, insutype, mine)["stmt_rslt"] == "0"
        for flag, kind in (("0", "settled"), ("1", "undone")):
            some = [one for one in mine if one["kind"] == kind]
            assert totals(week, insutype, some, refd_setl_flag=flag)["stmt_rslt"] == "0"
        wrong = totals(week, insutype, mine, fund_pay_sumamt="0.01")
        assert wrong["stmt_rslt"] == "103"
        assert f"平台结算笔数{len(mine)}" in wrong["stmt_rslt_dscr"]
    assert differences(week, rows, lines_of(world, week, rows)) == []


def test_the_hospitals_own_mistakes_are_listed(world, week):
    rows = books(world)
    lines = lines_of(world, week, rows)
    missing = lines.pop(0)
    lines[0][4] = yuan(fen(lines[0][4]) + 1)
    lines.append(["S331100000000", "null", "null", "1.00", "0.00", "0.00", "0"])
    found = {line[2]: line[4] for line in differences(week, rows, lines)}
    assert found == {missing[0]: "101", lines[0][0]: "103", "S331100000000": "102"}


@pytest.mark.parametrize(
    ("row", "kind"), [("missing", "102"), ("extra", "101"), ("changed", "103")]
)
def test_planted_differences_are_found(world, week, row, kind):
    rows = [one for one in books(world) if one["insutype"] == "310"]
    options = {"row": row, "fen": 250}
    world.fault("statement_difference", gateway="nhsa", options=options, operation="3201")
    assert totals(week, "310", rows)["stmt_rslt"] == "103"
    assert totals(week, "310", rows)["stmt_rslt"] == "0"
    world.fault("statement_difference", gateway="nhsa", options=options, operation="3202")
    everything = books(world)
    lines = lines_of(world, week, everything)
    (found,) = differences(week, everything, lines)
    assert found[4] == kind
    if row == "changed":
        assert fen(found[8]) == everything[0]["fund"] + 250
    assert differences(week, everything, lines) == []


def test_a_cleared_period_cannot_be_undone(world, hospital):
    case = hospital.visit("wang")
    settled = hospital.settle(case)
    today = f"{hospital.now():%Y-%m-%d}"
    data = {
        "insutype": "310",
        "clr_type": "11",
        "begndate": today,
        "enddate": today,
        "medfee_sumamt": yuan(settled["total"]),
        "fund_appy_sum": yuan(settled["fund"]),
    }
    with pytest.raises(Refused, match="清算申请金额与平台结算金额不一致"):
        hospital.call("3203", {"data": {**data, "medfee_sumamt": "1.00"}})
    assert hospital.call("3203", {"data": data})["clr_appy_evt_id"].startswith("CLR")
    with pytest.raises(Refused, match="该结算已清算，不能撤销"):
        hospital.undo(case, settled["setl_id"])
    reversal = {"psn_no": case["psn_no"], "omsgid": settled["medins_setl_id"], "oinfno": "2207"}
    with pytest.raises(Refused, match="该结算已清算，不能撤销"):
        hospital.call("2601", {"data": reversal})
    with pytest.raises(Refused, match="清算期内没有未清算的结算"):
        hospital.call("3203", {"data": data})


def test_files_are_private_checked_and_over_after_a_week(world, hospital):
    upload = {
        "in": base64.b64encode(b"no zip").decode(),
        "filename": "a.zip",
        "fixmedins_code": hospital.code,
    }
    number = hospital.call("9101", {"fsUploadIn": upload})["file_qury_no"]
    assert download(hospital, {"file_qury_no": number, "filename": "plc"}) == b"no zip"
    data = {
        "setl_optins": "331100",
        "file_qury_no": number,
        "stmt_begndate": WEEK[0],
        "stmt_enddate": WEEK[1],
        "medfee_sumamt": "0.00",
        "fund_pay_sumamt": "0.00",
        "cash_payamt": "0.00",
        "fixmedins_setl_cnt": "0",
        "clr_type": "11",
    }
    with pytest.raises(Refused, match="对账明细文件格式错误"):
        hospital.call("3202", {"data": data})
    with pytest.raises(Refused, match="文件内容in格式错误"):
        hospital.call("9101", {"fsUploadIn": {**upload, "in": [300]}})
    other = Hospital.of(world, "H33110200002")
    other.sign_in()
    wanted = {"file_qury_no": number, "filename": "a.zip", "fixmedins_code": other.code}
    with pytest.raises(Refused, match="文件查询号不存在或文件已过期"):
        other.call("9102", {"fsDownloadIn": wanted})
    world.post("/clock", advance=8 * 86400)
    hospital.sign_in()
    with pytest.raises(Refused, match="文件查询号不存在或文件已过期"):
        hospital.call("9102", {"fsDownloadIn": wanted})


@given(st.binary(max_size=200) | st.text(max_size=80).map(lambda text: zipped([text.split(" ")])))
def test_any_file_is_a_list_or_the_documented_error(content):
    try:
        assert isinstance(parse_list(content), list)
    except Refusal as refusal:
        assert refusal.text == "对账明细文件格式错误"


def test_a_right_list_is_read():
    (entry,) = parse_list(zipped([["S1", "M1", "null", "12.30", "-0.01", "0.00", "1", "more"]]))
    assert (entry.setl_id, entry.psn_no, entry.total, entry.fund) == ("S1", "", 1230, -1)
