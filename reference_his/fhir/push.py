"""Tell partners of events: the resource goes to their endpoint (a rest-hook)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference_his.feed import Event
from reference_his.hospital import Hospital
from reference_his.posting import Poster

from .build import Json, extension
from .mapping import (
    appointment,
    drug,
    encounter,
    money,
    order,
    organization,
    patient,
    practitioner,
    report,
    schedule,
)
from .spoil import unknown_code

Make = Callable[[dict[str, Any]], list[Json]]


def _one(*makers: Callable[[dict[str, Any]], Json]) -> Make:
    return lambda facts: [make(facts) for make in makers]


def _laboratory(facts: dict[str, Any]) -> list[Json]:
    results = facts["results"]
    shared = {name: facts[name] for name in ("report_no", "patient_no", "reported_at")}
    observations = [
        report.observation({**one, **shared, "line": line}) for line, one in enumerate(results, 1)
    ]
    return [report.laboratory(facts, len(results)), *observations]


def _charges(facts: dict[str, Any]) -> list[Json]:
    """Return what was charged on a day of a stay; its items have no number of their own here."""
    shared = {name: facts[name] for name in ("admission_no", "patient_no", "name", "day")}
    made = [money.charge({**line, **shared, "charge_id": ""}) for line in facts["lines"]]
    made[0].setdefault("extension", []).append(extension("day-amount_fen", facts["amount_fen"]))
    return made


# first word of the kind, or the whole kind: what is made of its facts
MAKERS: dict[str, Make] = {
    "patient": _one(patient.resource),
    "department": _one(organization.resource),
    "doctor": _one(practitioner.resource, practitioner.role),
    "drug": _one(drug.resource),
    "session": _one(schedule.resource),
    "registration": _one(appointment.resource),
    "visit": _one(encounter.visit),
    "admission": _one(encounter.stay),
    "bill": _one(money.invoice),
    "settlement": _one(money.payment),
    "lab": _laboratory,
    "exam": _one(report.imaging, report.study),
    "prescription": order.prescription,
    "queue": _one(order.waiting),
    "inpatient": _charges,
    "checkup": _one(order.checkup),
}


def resources(kind: str, facts: Mapping[str, Any]) -> list[Json]:
    """Return the resources that tell of an event."""
    plain = dict(facts)
    if kind.startswith("order."):
        return [order.medication(plain) if plain["kind"] == "drug" else order.service(plain)]
    return MAKERS[kind.partition(".")[0]](plain)


def content(event: Event) -> Json:
    """Return what is posted: the resource, or a collection when there are several."""
    made = resources(event.kind, event.facts)
    if len(made) == 1:
        return made[0]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": event.at,
        "entry": [{"resource": one} for one in made],
    }


@dataclass(frozen=True)
class Subscription:
    """Who is told what.

    :param tuple kinds: kinds of event; empty means all.
    :param dict headers: sent with each post, e.g. ``Authorization``.
    """

    url: str
    kinds: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class Hook:
    """A subscriber of the hospital's feed that posts resources."""

    def __init__(self, gateway: str, subscription: Subscription, hospital: Hospital):
        self.front = f"{gateway}:{subscription.url}"
        self._gateway, self._subscription, self._hospital = gateway, subscription, hospital
        self._poster = Poster()
        self.close = self._poster.close

    async def tell(self, event: Event) -> None:
        """Post an event's resource; any 2xx takes it in.

        :raise OSError: when the partner cannot be reached or answers otherwise.
        """
        if self._subscription.kinds and event.kind not in self._subscription.kinds:
            return
        body = content(event)
        facts = {"key": event.key, "kind": event.kind}
        if self._hospital.faults.take("unknown_code", self._gateway, "push", facts):
            unknown_code(body)
        headers = {
            "Content-Type": "application/fhir+json; charset=utf-8",
            "X-Event-Id": str(event.id),
            "X-Event-Kind": event.kind,
            **self._subscription.headers,
        }
        data = json.dumps(body, ensure_ascii=False).encode()
        status, _answer = await self._poster.post(self._subscription.url, data, headers)
        if not 200 <= status < 300:
            raise OSError(f"HTTP {status}")
        self._hospital.journal.write(
            self._gateway, "pushed", event.key, event=event.id, url=self._subscription.url
        )
