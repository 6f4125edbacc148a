"""Policies: who is insured, recognised by a digest and with the patient's consent."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from simulation.messages import Refusal
from simulation.store import Row
from simulation.world import World

from ..people import People
from .benefit import PRODUCTS
from .fields import Node, wrong

HASH = re.compile(r"[0-9a-f]{64}")
SINCE, UNTIL = "2020-01-01", "2099-12-31"
DEMO = (("wang", "CORP-OP"), ("wang", "ZLB"), ("li", "ZLB"), ("zhang", "MILLION"))
VISITS = ("outpatient", "inpatient")


def identity_hash(id_number: str, name: str) -> str:
    """Return how a hospital names a patient: SHA-256 of identity number, bar and name."""
    return hashlib.sha256(f"{id_number}|{name}".encode()).hexdigest()


class Policies:
    """All policies of all products."""

    def __init__(self, world: World):
        self._world, self._store = world, world.store

    def prepare(self) -> None:
        """Insure the demo's people."""
        self._people = People(self._store)
        for person, product in DEMO:
            found = self._store.one(
                "SELECT 1 FROM insurer_policy WHERE person = ? AND product = ?", (person, product)
            )
            if not found:
                self.insure(person, product)

    def insure(
        self, name: str, product: str, state: str = "active", since: str = SINCE, until: str = UNTIL
    ) -> str:
        """Insure a person, or change the policy; return its number.

        :raise KeyError: when there is no such person or product.
        """
        person, code = self._people.get(name), PRODUCTS[product].code
        policy = f"{code}{hashlib.sha256(f'{code}:{name}'.encode()).hexdigest()[:12].upper()}"
        self._store.run(
            "INSERT INTO insurer_policy (policy_no, product, person, hash, since, until, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (policy_no) DO UPDATE SET"
            " hash = excluded.hash, state = excluded.state, since = excluded.since,"
            " until = excluded.until",
            (
                policy,
                code,
                name,
                identity_hash(person.id_number, person.name),
                since,
                until,
                state,
            ),
        )
        return policy

    def recognise(self, node: Node) -> dict[str, Any]:
        """Return the policies of a patient that could pay a visit.

        :raise Refusal: when the patient has not agreed.
        """
        digest, day = hash_of(node), node.day("visitDate")
        kind = node.choice("visitType", VISITS)
        require_consent(node)
        rows = self._store.all(
            "SELECT * FROM insurer_policy WHERE hash = ? AND state = 'active'"
            " AND ? BETWEEN since AND until ORDER BY policy_no",
            (digest, day),
        )
        policies = [_seen(row, kind) for row in rows]
        return {"insured": bool(policies), "policies": policies}

    def usable(self, number: str, digest: str, kind: str, day: str) -> Row:
        """Return a policy that may pay a visit of this kind and day.

        :raise Refusal: when it is another person's, over or of the wrong kind.
        """
        row = self.get(number)
        if row["hash"] != digest:
            raise Refusal("POLICY_NOT_FOUND", "保单不存在", 404)
        if row["state"] != "active" or not row["since"] <= day <= row["until"]:
            raise Refusal("POLICY_LAPSED", "保单已失效", 409)
        product = PRODUCTS[row["product"]]
        if not product.direct or kind not in product.visits:
            raise Refusal("NOT_COVERED", "该保单不支持本次就诊直赔", 409)
        return row

    def get(self, number: str) -> Row:
        """Return a policy.

        :raise Refusal: when there is none.
        """
        row = self._store.one("SELECT * FROM insurer_policy WHERE policy_no = ?", (number,))
        if row is None:
            raise Refusal("POLICY_NOT_FOUND", "保单不存在", 404)
        return row

    def book(self, number: str, deductible: int, paid: int) -> None:
        """Add to what a policy has used; negative values give back.

        :raise Refusal: when other cases have used the year's ceiling meanwhile.
        """
        ceiling = PRODUCTS[self.get(number)["product"]].ceiling
        if not self._store.run(
            "UPDATE insurer_policy SET deductible = deductible + ?, paid = paid + ?"
            " WHERE policy_no = ? AND paid + ? <= ?",
            (deductible, paid, number, paid, ceiling),
        ):
            raise Refusal("LIMIT_EXCEEDED", "年度限额不足，请撤销后重新报案", 409)

    def all(self) -> list[dict[str, Any]]:
        """Return all policies for the control port."""
        return [dict(row) for row in self._store.all("SELECT * FROM insurer_policy")]


def hash_of(node: Node) -> str:
    """Return the digest that names a patient.

    :raise Refusal: when it is none.
    """
    digest = node.text("idHash", 64)
    if not HASH.fullmatch(digest):
        raise wrong("idHash", "应为64位小写十六进制摘要")
    return digest


def require_consent(node: Node) -> None:
    """Refuse to say anything about a patient who has not agreed."""
    consent = node.content.get("consent")
    if not isinstance(consent, dict) or not consent.get("consentNo"):
        raise Refusal("CONSENT_REQUIRED", "缺少患者授权", 403)
    Node(consent, "consent").text("consentNo", 64)


def _seen(row: Row, kind: str) -> dict[str, Any]:
    product = PRODUCTS[row["product"]]
    return {
        "policyNo": row["policy_no"],
        "productCode": product.code,
        "productName": product.name,
        "directPay": product.direct and kind in product.visits,
        "validFrom": row["since"],
        "validTo": row["until"],
        "deductibleLeft": max(0, product.deductible - row["deductible"]),
        "ceilingLeft": max(0, product.ceiling - row["paid"]),
    }
