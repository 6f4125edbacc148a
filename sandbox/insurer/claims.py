"""One case from its report to its payment, and the decision on it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from simulation.clock import moment
from simulation.faults import Fault
from simulation.messages import Refusal
from simulation.schedule import Job
from simulation.store import Row
from simulation.world import World

from .benefit import PRODUCTS, Line, compute
from .fields import Node, wrong
from .policies import VISITS, Policies, hash_of, require_consent

NAME = "insurer"
DECIDE_JOB = "insurer decide"
REVIEW_SECONDS, LATE_SECONDS = 600.0, 86400.0
LEVELS = ("01", "02", "03")


class Claims:
    """All cases of all hospitals."""

    def __init__(self, world: World, policies: Policies):
        self._world, self._store, self._policies = world, world.store, policies
        world.scheduler.register(DECIDE_JOB, self._decide_job)

    def report(self, app: str, node: Node) -> dict[str, Any]:
        """Take a case in; the same case number with the same content is the same case.

        :raise Refusal: when the policy cannot pay, or the number was used for something else.
        """
        digest = hashlib.sha256(json.dumps(node.content, sort_keys=True).encode()).hexdigest()
        number = node.text("caseNo", 40)
        known = self._store.one(
            "SELECT * FROM insurer_claim WHERE app = ? AND case_no = ?", (app, number)
        )
        if known is not None:
            if known["digest"] != digest:
                raise Refusal("DUPLICATE", "案件编号重复，且内容不一致", 409)
            return self.seen(known)
        require_consent(node)
        visit = node.node("visit")
        kind, day = visit.choice("visitType", VISITS), visit.day("visitDate")
        policy = self._usable(node, kind, day)
        row = self._store.insert(
            "insurer_claim",
            app=app,
            case_no=number,
            policy_no=policy["policy_no"],
            digest=digest,
            visit_no=visit.text("visitNo", 40),
            visit_type=kind,
            visit_day=day,
            notify_url=_url(node),
            at=self._world.clock.now(),
        )
        claim = f"C{self._world.clock.moment():%Y%m%d}{row:08d}"
        self._store.run("UPDATE insurer_claim SET claim_no = ? WHERE id = ?", (claim, row))
        self._write("reported", claim, app=app, product=policy["product"])
        return self.seen(self.get(app, claim))

    def _usable(self, node: Node, kind: str, day: str) -> Row:
        number = node.text("policyNo", 40)
        if self._world.faults.take("policy_lapsed", NAME, "report", {"key": number}):
            raise Refusal("POLICY_LAPSED", "保单已失效", 409)
        return self._policies.usable(number, hash_of(node), kind, day)

    def list_fees(self, app: str, claim: str, node: Node) -> dict[str, Any]:
        """Take charges, diagnoses and the national settlement of a case in.

        :raise Refusal: when the sums do not agree or the case is further on.
        """
        row = self.get(app, claim)
        lines = [
            {
                "code": item.text("code", 50),
                "level": item.choice("level", LEVELS),
                "amount": item.fen("amount"),
                "sn": item.text("sn", 40),
            }
            for item in node.nodes("items")
        ]
        for item in node.nodes("items"):
            item.text("name", 100)
        diagnoses = [one.text("code", 20) for one in node.nodes("diagnoses", 20)]
        national = node.node("nationalSettlement")
        parts = {name: national.fen(name) for name in ("total", "fund", "account", "cash")}
        _check_sums(lines, parts)
        self._move(
            row,
            ("reported", "listed"),
            "listed",
            fees=json.dumps({"lines": lines, "diagnoses": diagnoses}),
            setl_id=national.text("setlId", 40),
            total=parts["total"],
            cash=parts["cash"],
        )
        self._write("listed", claim, total=parts["total"], cash=parts["cash"])
        return self.seen(self.get(app, claim))

    def calculate(self, app: str, claim: str) -> dict[str, Any]:
        """Compute the benefit and decide at once, or leave it to a person.

        :raise Refusal: when there are no charges yet, or the case is further on.
        """
        row = self.get(app, claim)
        if row["state"] in ("approved", "review", "refused"):
            return self.seen(row)
        policy = self._policies.get(row["policy_no"])
        product, fees = PRODUCTS[policy["product"]], json.loads(row["fees"] or "{}")
        lines = [Line(one["code"], one["level"], one["amount"]) for one in fees.get("lines", ())]
        benefit = compute(
            product,
            lines,
            fees.get("diagnoses", ()),
            row["cash"],
            policy["deductible"],
            policy["paid"],
        )
        self._move(
            row,
            ("listed",),
            "review",
            excluded=benefit.excluded,
            deductible=benefit.deductible,
            payable=benefit.payable,
            reason=benefit.reason,
        )
        self._hand_over(row, benefit.payable > product.review_above)
        return self.seen(self.get(app, claim))

    def _hand_over(self, row: Row, large: bool) -> None:
        """Decide now, or plan the decision of a person."""
        facts = {"merchant": row["app"], "key": row["case_no"]}
        take = self._world.faults.take
        manual = take("manual_review", NAME, "calculate", facts)
        late = take("decision_late", NAME, "calculate", facts)
        approve = not manual or manual.options.get("outcome", "approve") == "approve"
        if not (manual or late or large):
            self._decide(row["claim_no"], approve)
            return
        seconds = _seconds(manual, REVIEW_SECONDS) if manual or large else 0.0
        seconds += _seconds(late, LATE_SECONDS) if late else 0.0
        self._world.scheduler.add(DECIDE_JOB, row["claim_no"], seconds, approve=approve)

    async def _decide_job(self, job: Job) -> None:
        with self._store.transaction():
            self._decide(job.key, bool(job.content["approve"]))

    def _decide(self, claim: str, approve: bool) -> None:
        """Approve or refuse a case that waits, and tell the hospital."""
        state = "approved" if approve else "refused"
        reason = "" if approve else "人工审核不通过"
        if not self._store.run(
            "UPDATE insurer_claim SET state = ?, payable = iif(?, payable, 0),"
            " reason = iif(?, reason, ?) WHERE claim_no = ? AND state = 'review'",
            (state, approve, approve, reason, claim),
        ):
            return
        row = self._store.one("SELECT * FROM insurer_claim WHERE claim_no = ?", (claim,))
        if row is None:
            return
        self._write("decided", claim, state=state, payable=row["payable"])
        if row["notify_url"]:
            content = {"event": "case.decided", **self.seen(row)}
            self._world.outgoing.post(
                NAME, "decision", row["notify_url"], content, row["app"], row["case_no"]
            )

    def decide(self, claim: str, approve: bool) -> dict[str, Any]:
        """Decide now instead of the person who would (control port).

        :raise Refusal: when the case does not wait.
        """
        row = self._store.one("SELECT * FROM insurer_claim WHERE claim_no = ?", (claim,))
        if row is None or row["state"] != "review":
            raise Refusal("STATE_ERROR", "该案件不在审核中", 409)
        self._decide(claim, approve)
        return self.seen(self.get(row["app"], claim))

    def pay(self, app: str, claim: str, node: Node) -> dict[str, Any]:
        """Pay an approved case; the same payment number is the same payment.

        :raise Refusal: when it is not approved, paid already, or the amount differs.
        """
        row, number = self.get(app, claim), node.text("payNo", 40)
        amount = node.fen("amount")
        if row["state"] == "paid" and row["pay_no"] == number and amount == row["payable"]:
            return self.seen(row)
        if row["state"] == "paid":
            raise Refusal("ALREADY_PAID", "该案件已赔付", 409)
        if row["state"] == "approved" and amount != row["payable"]:
            raise Refusal("AMOUNT_MISMATCH", "赔付金额与理算结果不一致", 400)
        self._move(row, ("approved",), "paid", pay_no=number)
        self._policies.book(row["policy_no"], row["deductible"], row["payable"])
        self._enter(row, number, "PAY", amount)
        return self.seen(self.get(app, claim))

    def cancel(self, app: str, claim: str, node: Node) -> dict[str, Any]:
        """Give a case up; one that was paid is paid back.

        :raise Refusal: when it is given up already, or the number was used.
        """
        row, number = self.get(app, claim), node.text("cancelNo", 40)
        node.text("reason", 200)
        if row["state"] != "paid":
            before = ("reported", "listed", "approved", "review")
            self._move(row, before, "cancelled")
            self._write("cancelled", claim)
            return self.seen(self.get(app, claim))
        self._move(row, ("paid",), "reversed")
        self._policies.book(row["policy_no"], -row["deductible"], -row["payable"])
        self._enter(row, number, "CANCEL", -row["payable"])
        return self.seen(self.get(app, claim))

    def _enter(self, row: Row, number: str, kind: str, amount: int) -> None:
        """Write a movement of money into the books."""
        at = self._world.clock.now()
        product = self._policies.get(row["policy_no"])["product"]
        try:
            self._store.insert(
                "insurer_payment",
                app=row["app"],
                pay_no=number,
                claim_no=row["claim_no"],
                kind=kind,
                product=product,
                amount=amount,
                day=moment(at).strftime("%Y-%m-%d"),
                at=at,
            )
        except sqlite3.IntegrityError:
            raise Refusal("DUPLICATE", "流水号重复", 409) from None
        word = "paid" if kind == "PAY" else "reversed"
        self._write(word, row["claim_no"], number=number, amount=amount, product=product)

    def get(self, app: str, claim: str) -> Row:
        """Return a case of a hospital by the insurer's number.

        :raise Refusal: when there is none.
        """
        row = self._store.one(
            "SELECT * FROM insurer_claim WHERE claim_no = ? AND app = ?", (claim, app)
        )
        if row is None:
            raise Refusal("CASE_NOT_FOUND", "案件不存在", 404)
        return row

    def find(self, app: str, number: str) -> Row:
        """Return a case by the hospital's number.

        :raise Refusal: when there is none.
        """
        row = self._store.one(
            "SELECT * FROM insurer_claim WHERE case_no = ? AND app = ?", (number, app)
        )
        if row is None:
            raise Refusal("CASE_NOT_FOUND", "案件不存在", 404)
        return row

    def _move(self, row: Row, before: tuple[str, ...], state: str, **values: Any) -> None:
        """Bring a case into another state.

        :raise Refusal: when it is not in one of the states before.
        """
        marks = "".join(f", {name} = ?" for name in values)
        states = ", ".join("?" * len(before))
        sql = (
            f"UPDATE insurer_claim SET state = ?{marks}"  # noqa: S608 (our own names)
            f" WHERE claim_no = ? AND state IN ({states})"
        )
        if not self._store.run(sql, (state, *values.values(), row["claim_no"], *before)):
            raise Refusal("STATE_ERROR", f"案件状态为{row['state']}，不能执行该操作", 409)

    def _write(self, kind: str, key: str, **facts: Any) -> None:
        self._world.journal.write(NAME, kind, key, **facts)

    @staticmethod
    def seen(row: Row) -> dict[str, Any]:
        """Return a case as answers and callbacks show it; amounts in fen."""
        return {
            "claimNo": row["claim_no"],
            "caseNo": row["case_no"],
            "policyNo": row["policy_no"],
            "state": row["state"],
            "total": row["total"],
            "cash": row["cash"],
            "excluded": row["excluded"],
            "deductible": row["deductible"],
            "payable": row["payable"],
            "patientPays": row["cash"] - row["payable"],
            "reason": row["reason"],
            "payNo": row["pay_no"],
        }


def _seconds(fault: Fault | None, default: float) -> float:
    return fault.number("seconds", default) if fault else default


def _url(node: Node) -> str:
    url = node.maybe("notifyUrl", 200)
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise wrong("notifyUrl", "应为http或https地址")
    return url


def _check_sums(lines: list[dict[str, Any]], parts: Mapping[str, int]) -> None:
    if sum(line["amount"] for line in lines) != parts["total"]:
        raise Refusal("AMOUNT_MISMATCH", "费用清单合计与总费用不一致", 400)
    if parts["fund"] + parts["account"] + parts["cash"] != parts["total"]:
        raise Refusal("AMOUNT_MISMATCH", "医保结算各项之和与总费用不一致", 400)
