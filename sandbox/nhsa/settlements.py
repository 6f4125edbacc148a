"""Functions 2206, 2207, 2208, 5203 and 2601: settling a visit, and undoing it."""

from __future__ import annotations

import json
from typing import Any

from simulation.faults import Fault
from simulation.messages import Refusal
from simulation.schedule import Job
from simulation.store import Row

from .benefit import Benefit, compute
from .bureau import Bureau, Function, Inbound, Outcome
from .fields import Node, refuse
from .ledger import Ledger
from .persons import Persons
from .visits import MED_TYPES, Visits, total_of

OUTPATIENT = "11"
SLOW_JOB = "nhsa settle"
SLOW_SECONDS = 30.0
PENDING = "结算处理中，请稍后使用原报文ID重新查询结果"


class Settlements:
    """Who pays what for a visit, kept so that it adds up."""

    def __init__(self, bureau: Bureau, persons: Persons, visits: Visits, ledger: Ledger):
        self._bureau, self._store = bureau, bureau.store
        self._persons, self._visits, self._ledger = persons, visits, ledger
        bureau.world.scheduler.register(SLOW_JOB, self._settle_late)

    def functions(self) -> dict[str, Function]:
        """Return the functions by their numbers."""
        return {
            "2206": self.try_out,
            "2207": self.settle,
            "2208": self.undo,
            "5203": self.query,
        }

    def try_out(self, call: Inbound) -> Outcome:
        """2206: what a settlement would give."""
        node = call.input.node("data")
        visit, benefit = self._asked(call, node)
        return Outcome(self._ledger.view(self._values(call, visit, node, benefit)))

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
        setl_id = self._ledger.keep(values)
        return Outcome(self._ledger.output(self._ledger.row(setl_id)), setl_id)

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
        setl_id = self._ledger.keep(values)
        output = self._ledger.output(self._ledger.row(setl_id))
        self._store.run(
            "UPDATE nhsa_message SET infcode = '0', error = '', output = ?, subject = ?"
            " WHERE msgid = ?",
            (json.dumps(output, ensure_ascii=False), setl_id, msgid),
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

    def undo(self, call: Inbound) -> Outcome:
        """2208: undo a settlement by a second one with the opposite amounts."""
        node = call.input.node("data")
        row = self._ledger.of(call.hospital.code, node.text("setl_id", 30), node.text("psn_no", 30))
        if row["mdtrt_id"] != node.text("mdtrt_id", 30):
            raise refuse("结算信息与就诊ID不一致")
        if self._store.one("SELECT 1 FROM nhsa_order WHERE setl_id = ?", (row["setl_id"],)):
            raise refuse("移动支付的结算请使用【6203】退款")
        undone = self._ledger.give_back(row, call.msgid)
        return Outcome(self._ledger.output(self._ledger.row(undone)), undone)

    def query(self, call: Inbound) -> Outcome:
        """5203: a settlement by its number, or the last one of a visit."""
        node = call.input.node("data")
        row = self._ledger.last(
            call.hospital.code,
            node.text("mdtrt_id", 30),
            node.text("psn_no", 30),
            node.maybe("setl_id", 30),
        )
        return Outcome(self._ledger.output(row), row["setl_id"])
