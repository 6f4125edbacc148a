"""Functions 2206, 2207, 2208, 5203 and 2601: settling a visit, and undoing it."""

from __future__ import annotations

import json
from typing import Any

from simulation.clock import moment
from simulation.faults import Fault
from simulation.messages import Refusal
from simulation.schedule import Job
from simulation.store import Row

from .benefit import Benefit, compute
from .bureau import Bureau, Function, Inbound, Outcome, time_text
from .fields import Node, refuse
from .money import yuan
from .persons import Persons
from .visits import MED_TYPES, Visits, total_of

OUTPATIENT = "11"
REVERSIBLE = ("2207", "2208")
SLOW_JOB = "nhsa settle"
SLOW_SECONDS = 30.0
PENDING = "结算处理中，请稍后使用原报文ID重新查询结果"
CLEARED = "该结算已清算，不能撤销"
COLUMNS = "total own over pre scope deductible fund account cash".split()


class Settlements:
    """Who pays what for a visit, kept so that it adds up."""

    def __init__(self, bureau: Bureau, persons: Persons, visits: Visits):
        self._bureau, self._store = bureau, bureau.store
        self._persons, self._visits = persons, visits
        bureau.world.scheduler.register(SLOW_JOB, self._settle_late)

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {
            "2206": self.try_out,
            "2207": self.settle,
            "2208": self.undo,
            "2601": self.reverse,
            "5203": self.query,
        }

    def try_out(self, call: Inbound) -> Outcome:
        """2206: what a settlement would give."""
        node = call.input.node("data")
        visit, benefit = self._asked(call, node)
        return Outcome(self._output(self._values(call, visit, node, benefit), "", 0))

    def settle(self, call: Inbound) -> Outcome:
        """2207: settle, now or (fault ``settle_slow``) a little later."""
        node = call.input.node("data")
        visit, benefit = self._asked(call, node)
        if fault := self._bureau.fault("account_short", call):
            self._spend_elsewhere(visit["psn_no"], fault)
            benefit_now = self._asked(call, node)[1]
            if benefit_now.account < benefit.account:
                raise refuse("个人账户余额不足")
        values = self._values(call, visit, node, benefit)
        if fault := self._bureau.fault("settle_slow", call):
            seconds = fault.number("seconds", SLOW_SECONDS)
            self._bureau.world.scheduler.add(SLOW_JOB, call.msgid, seconds, values=values)
            return Outcome({}, visit["mdtrt_id"], pending=PENDING)
        setl_id = self.keep(values)
        return Outcome(self.output(self.row(setl_id)), setl_id)

    def _spend_elsewhere(self, psn_no: str, fault: Fault) -> None:
        """Let the account be nearly empty for this call: the refusal rolls it back."""
        left = int(fault.number("left", 0))
        self._store.run(
            "UPDATE nhsa_insured SET balance = min(balance, ?) WHERE psn_no = ?", (left, psn_no)
        )

    async def _settle_late(self, job: Job) -> None:
        """Do what a slow settlement promised, unless it was reversed or is impossible by now."""
        try:
            with self._store.transaction():
                self._finish(job.key, job.content["values"])
        except Refusal as refusal:
            self._store.run(
                "UPDATE nhsa_message SET state = 'done', error = ? WHERE msgid = ?",
                (refusal.text, job.key),
            )

    def _finish(self, msgid: str, values: dict[str, Any]) -> None:
        if not self._store.run(
            "UPDATE nhsa_message SET state = 'done' WHERE msgid = ? AND state = 'pending'",
            (msgid,),
        ):
            return
        open_rows = self._visits.unsettled(values["mdtrt_id"], values["batch"])
        if total_of(open_rows).total != values["total"]:
            raise refuse("费用明细已变化，结算失败")
        setl_id = self.keep(values)
        self._store.run(
            "UPDATE nhsa_message SET infcode = '0', error = '', output = ?, subject = ?"
            " WHERE msgid = ?",
            (json.dumps(self.output(self.row(setl_id)), ensure_ascii=False), setl_id, msgid),
        )

    def _asked(self, call: Inbound, node: Node) -> tuple[Row, Benefit]:
        """Check what a call wants settled, and compute it."""
        psn_no = node.text("psn_no", 30)
        insured = self._persons.insured(psn_no)
        self._persons.certified(node, psn_no)
        visit = self._visits.of(call, node.text("mdtrt_id", 30), psn_no)
        if not visit["diagnoses"]:
            raise refuse("未上传就诊信息【2203】，不能结算")
        if node.choice("med_type", MED_TYPES) != visit["med_type"]:
            raise refuse("医疗类别与就诊信息不一致")
        if node.text("insutype", 6) != insured["insutype"]:
            raise refuse("该人员未参加所选险种")
        node.choice("psn_setlway", ("01", "02"))
        batch, use = node.text("chrg_bchno", 30), node.choice("acct_used_flag", ("0", "1")) == "1"
        benefit = self.compute(call, visit, insured, batch, use)
        self._check_amounts(node, benefit)
        return visit, benefit

    def compute(
        self,
        call: Inbound,
        visit: Row,
        insured: Row,
        batch: str,
        use_account: bool,
        order: str | None = None,
    ) -> Benefit:
        """Return who pays what for the open charges of a batch.

        :raise Refusal: when there are none.
        """
        rows = self._visits.unsettled(visit["mdtrt_id"], batch, order)
        if not rows:
            raise refuse(self._why_none(visit["mdtrt_id"], batch))
        standing = self._persons.standing(insured, self._bureau.clock.moment().year)
        return compute(total_of(rows), standing, call.hospital.level, use_account)

    def _why_none(self, visit: str, batch: str) -> str:
        row = self._store.one(
            "SELECT setl_id, pay_ord_id FROM nhsa_detail WHERE mdtrt_id = ? AND batch = ?",
            (visit, batch),
        )
        if row is None:
            return "未查询到费用明细，请先上传【2204】"
        return "该收费批次已结算，不能重复结算" if row["setl_id"] else "该收费批次已用于移动支付"

    @staticmethod
    def _check_amounts(node: Node, benefit: Benefit) -> None:
        """Compare the hospital's own sums with the platform's."""
        parts = benefit.parts
        if node.fen("medfee_sumamt") != parts.total:
            raise refuse("医疗费总额与费用明细合计不一致")
        for name, value in (
            ("fulamt_ownpay_amt", parts.own),
            ("overlmt_selfpay", parts.over),
            ("preselfpay_amt", parts.pre),
            ("inscp_scp_amt", parts.scope),
        ):
            if node.maybe(name) and node.fen(name) != value:
                raise refuse(f"{name}与费用明细上传返回的合计不一致")

    def _values(self, call: Inbound, visit: Row, node: Node, benefit: Benefit) -> dict[str, Any]:
        values = self.values(call, visit, node.text("chrg_bchno", 30), benefit)
        return {**values, "invono": node.maybe("invono", 20)}

    @staticmethod
    def values(call: Inbound, visit: Row, batch: str, benefit: Benefit) -> dict[str, Any]:
        """Return a settlement as columns; amounts in fen."""
        parts = benefit.parts
        return {
            "hospital": call.hospital.code,
            "mdtrt_id": visit["mdtrt_id"],
            "psn_no": visit["psn_no"],
            "insutype": visit["insutype"],
            "clr_type": OUTPATIENT,
            "med_type": visit["med_type"],
            "msgid": call.msgid,
            "medins_setl_id": call.msgid,
            "batch": batch,
            "total": parts.total,
            "own": parts.own,
            "over": parts.over,
            "pre": parts.pre,
            "scope": parts.scope,
            "deductible": benefit.deductible,
            "ratio": str(benefit.ratio),
            "fund": benefit.fund,
            "account": benefit.account,
            "cash": benefit.cash,
            "invono": "",
        }

    def keep(self, values: dict[str, Any], order: str | None = None) -> str:
        """Settle: write it, bind the charges, book the person's year; return its number."""
        at = self._bureau.clock.now()
        year = moment(at).year
        balance = self._persons.book(
            values["psn_no"],
            values["insutype"],
            year,
            values["deductible"],
            values["fund"],
            values["account"],
        )
        setl_id = self._insert(values, at, year, balance)
        self._store.run(
            "UPDATE nhsa_detail SET setl_id = ? WHERE mdtrt_id = ? AND batch = ?"
            " AND setl_id IS NULL AND pay_ord_id IS ?",
            (setl_id, values["mdtrt_id"], values["batch"], order),
        )
        self._journal("settled", setl_id, values)
        return setl_id

    def _insert(
        self, values: dict[str, Any], at: float, year: int, balance: int, undoes: str | None = None
    ) -> str:
        row = self._store.insert(
            "nhsa_settlement",
            **values,
            at=at,
            day=moment(at).strftime("%Y-%m-%d"),
            year=year,
            balance=balance,
            undoes=undoes,
        )
        setl_id = self._bureau.number("S" + values["hospital"][1:5], row)
        self._store.run("UPDATE nhsa_settlement SET setl_id = ? WHERE id = ?", (setl_id, row))
        return setl_id

    def _journal(self, kind: str, setl_id: str, values: dict[str, Any], **more: Any) -> None:
        names = ("hospital", "mdtrt_id", "insutype", "total", "fund", "account", "cash")
        facts = {name: values[name] for name in names}
        self._bureau.write(kind, setl_id, **facts, **more)

    def row(self, setl_id: str) -> Row:
        """Return a settlement.

        :raise Refusal: when there is none.
        """
        row = self._store.one("SELECT * FROM nhsa_settlement WHERE setl_id = ?", (setl_id,))
        if row is None:
            raise refuse("未查询到结算信息")
        return row

    def undo(self, call: Inbound) -> Outcome:
        """2208: undo a settlement by a second one with the opposite amounts."""
        node = call.input.node("data")
        row = self._mine(call, node.text("setl_id", 30), node.text("psn_no", 30))
        if row["mdtrt_id"] != node.text("mdtrt_id", 30):
            raise refuse("结算信息与就诊ID不一致")
        if self._store.one("SELECT 1 FROM nhsa_order WHERE setl_id = ?", (row["setl_id"],)):
            raise refuse("移动支付的结算请使用【6203】退款")
        undone = self.give_back(row, call.msgid)
        return Outcome(self.output(self.row(undone)), undone)

    def _mine(self, call: Inbound, setl_id: str, psn_no: str) -> Row:
        row = self.row(setl_id)
        if row["hospital"] != call.hospital.code or row["psn_no"] != psn_no:
            raise refuse("未查询到结算信息")
        return row

    def give_back(self, row: Row, msgid: str) -> str:
        """Undo a settlement and return the number of the opposite one.

        :raise Refusal: when it is undone already, or cleared.
        """
        if row["clearing"]:
            raise refuse(CLEARED)
        if row["undoes"] or not self._store.run(
            "UPDATE nhsa_settlement SET state = 'undone' WHERE setl_id = ? AND state = 'settled'",
            (row["setl_id"],),
        ):
            raise refuse("该结算已撤销，不能重复撤销")
        balance = self._book_opposite(row)
        kept = "hospital mdtrt_id psn_no insutype clr_type med_type batch ratio invono"
        values = {name: row[name] for name in kept.split()}
        values |= {name: -row[name] for name in COLUMNS}
        values |= {"msgid": msgid, "medins_setl_id": msgid}
        undone = self._insert(
            values, self._bureau.clock.now(), row["year"], balance, row["setl_id"]
        )
        self._release(row["setl_id"])
        self._journal("undone", undone, values, undoes=row["setl_id"])
        return undone

    def _book_opposite(self, row: Row) -> int:
        return self._persons.book(
            row["psn_no"],
            row["insutype"],
            row["year"],
            -row["deductible"],
            -row["fund"],
            -row["account"],
        )

    def _release(self, setl_id: str) -> None:
        """Let the charges be settled again, or taken back."""
        self._store.run(
            "UPDATE nhsa_detail SET setl_id = NULL, pay_ord_id = NULL WHERE setl_id = ?",
            (setl_id,),
        )

    def reverse(self, call: Inbound) -> Outcome:
        """2601: make a call of the hospital that got no answer never have happened."""
        node = call.input.node("data")
        original, psn_no = node.text("omsgid", 30), node.text("psn_no", 30)
        infno = node.text("oinfno", 4)
        if infno not in REVERSIBLE:
            raise refuse(f"交易【{infno}】不支持冲正")
        message = self._store.one(
            "SELECT * FROM nhsa_message WHERE msgid = ? AND infno = ? AND hospital = ?",
            (original, infno, call.hospital.code),
        )
        if message is None:
            raise refuse("未查询到原交易，无需冲正")
        if message["state"] == "reversed":
            raise refuse("原交易已冲正，不能重复冲正")
        if message["infcode"] == "0":
            self._reverse(self._mine(call, message["subject"], psn_no))
        self._store.run("UPDATE nhsa_message SET state = 'reversed' WHERE msgid = ?", (original,))
        self._bureau.write("reversed", original, infno=infno, subject=message["subject"])
        return Outcome({}, original)

    def _reverse(self, row: Row) -> None:
        if row["clearing"]:
            raise refuse(CLEARED)
        if not self._store.run(
            "UPDATE nhsa_settlement SET state = 'reversed' WHERE setl_id = ? AND state = 'settled'",
            (row["setl_id"],),
        ):
            raise refuse("原交易已撤销，不能冲正")
        self._book_opposite(row)
        if row["undoes"] is None:
            self._release(row["setl_id"])
            return
        self._store.run(
            "UPDATE nhsa_settlement SET state = 'settled' WHERE setl_id = ?", (row["undoes"],)
        )
        rows = self._visits.unsettled(row["mdtrt_id"], row["batch"])
        if total_of(rows).total != -row["total"]:
            raise refuse("原结算的费用明细已变化，不能冲正")
        self._store.run(
            "UPDATE nhsa_detail SET setl_id = ? WHERE mdtrt_id = ? AND batch = ?"
            " AND setl_id IS NULL AND pay_ord_id IS NULL",
            (row["undoes"], row["mdtrt_id"], row["batch"]),
        )

    def query(self, call: Inbound) -> Outcome:
        """5203: a settlement by its number, or the last one of a visit."""
        node = call.input.node("data")
        psn_no, visit = node.text("psn_no", 30), node.text("mdtrt_id", 30)
        number = node.maybe("setl_id", 30)
        row = self._store.one(
            "SELECT * FROM nhsa_settlement WHERE mdtrt_id = ? AND psn_no = ? AND hospital = ?"
            " AND state <> 'reversed' AND ? IN ('', setl_id) ORDER BY id DESC LIMIT 1",
            (visit, psn_no, call.hospital.code, number),
        )
        if row is None:
            raise refuse("未查询到结算信息")
        return Outcome(self.output(row), row["setl_id"])

    def output(self, row: Row) -> dict[str, Any]:
        """Return a settlement as 2207 answers it."""
        return self._output(dict(row), row["setl_id"], row["at"])

    def _output(self, values: dict[str, Any], setl_id: str, at: float) -> dict[str, Any]:
        insured = self._persons.insured(values["psn_no"], active=False)
        person = self._persons.person(insured)
        info = {
            "mdtrt_id": values["mdtrt_id"],
            "setl_id": setl_id,
            "psn_no": values["psn_no"],
            "psn_name": person.name,
            "psn_cert_type": "01",
            "certno": person.id_number,
            "insutype": values["insutype"],
            "psn_type": insured["psn_type"],
            "setl_time": time_text(at) if at else "",
            "med_type": values["med_type"],
            "clr_optins": insured["area"],
            "clr_way": "1",
            "clr_type": values["clr_type"],
            "medins_setl_id": values["medins_setl_id"],
            "refd_setl_flag": "1" if values.get("undoes") else "0",
            "balc": yuan(values.get("balance", insured["balance"] - values["account"])),
            **_amounts(values),
        }
        return {"setlinfo": info, "setldetail": [_fund_row(values)]}


def _amounts(values: dict[str, Any]) -> dict[str, str]:
    nothing = "cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay oth_pay hosp_part_amt"
    return {
        "medfee_sumamt": yuan(values["total"]),
        "fulamt_ownpay_amt": yuan(values["own"]),
        "overlmt_selfpay": yuan(values["over"]),
        "preselfpay_amt": yuan(values["pre"]),
        "inscp_scp_amt": yuan(values["scope"]),
        "act_pay_dedc": yuan(values["deductible"]),
        "hifp_pay": yuan(values["fund"]),
        "pool_prop_selfpay": values["ratio"],
        **dict.fromkeys(nothing.split(), "0.00"),
        "fund_pay_sumamt": yuan(values["fund"]),
        "psn_part_amt": yuan(values["account"] + values["cash"]),
        "acct_pay": yuan(values["account"]),
        "psn_cash_pay": yuan(values["cash"]),
        "acct_mulaid_pay": "0.00",
    }


def _fund_row(values: dict[str, Any]) -> dict[str, str]:
    employees = values["insutype"] == "310"
    return {
        "fund_pay_type": "310100" if employees else "390100",
        "fund_pay_type_name": f"{'职工' if employees else '居民'}基本医疗保险统筹基金",
        "inscp_scp_amt": yuan(values["scope"]),
        "crt_payb_lmt_amt": yuan(values["scope"] - values["deductible"]),
        "fund_payamt": yuan(values["fund"]),
        "setl_proc_info": f"支付比例{values['ratio']}",
    }
