"""Faults on demand: which call of whom goes wrong, how, and how often.

A rule names a kind of fault, the gateway and operation it concerns and, if wanted, facts such as
the merchant or one order number. ``times`` limits it; ``probability`` with ``seed`` makes it
random yet the same in every run.
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

ANY = "*"
# what the socket layer does by itself, for every gateway
HTTP_KINDS = {
    "timeout_before": "hold the connection, do nothing, never answer (seconds: 60)",
    "timeout_after": "do the work, hold the connection, never answer (seconds: 60)",
    "delay": "do the work and answer late (seconds: 1)",
    "reset_before": "break the connection before anything is done",
    "reset_after": "do the work, then break the connection without an answer",
    "half_open": "do the work, send half the answer, then stay silent (seconds: 60)",
    "truncate": "do the work, send half the answer, then close",
    "status_before": "do nothing and answer with a server error (status: 502)",
    "status_after": "do the work and answer with a server error (status: 502)",
    "rate_limit": "do nothing and answer with the documented error for too many calls",
    "bad_signature": "do the work, sign the answer wrongly",
    "garbage": "do the work and answer with bytes that nobody can read",
}
CALLBACK_KINDS = {
    "callback_lost": "the callback is never sent",
    "callback_duplicate": "the callback is sent again (copies: 1)",
    "callback_delay": "the callback is sent late (seconds: 600, virtual)",
    "callback_reordered": "the callback waits until the merchant's next one was sent",
    "callback_early": "the callback arrives before the answer to the call that caused it",
    "callback_bad_signature": "the callback carries a wrong signature",
    "callback_tampered": "the callback's content was changed after it was signed",
    "callback_stale": "the callback carries a time of three days ago",
}
GENERIC_KINDS = {**HTTP_KINDS, **CALLBACK_KINDS}


class UnknownFault(ValueError):
    """A rule that nobody would ever act on."""


@dataclass
class Fault:
    """One rule. ``times`` counts down; ``None`` means for ever."""

    kind: str
    gateway: str = ANY
    operation: str = ANY
    match: Mapping[str, str] = field(default_factory=dict)
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    seen: int = 0
    hits: int = 0

    def concerns(self, gateway: str, operation: str, facts: Mapping[str, str]) -> bool:
        """Tell whether a call is one of those the rule is about."""
        return (
            self.times != 0
            and self.gateway in (ANY, gateway)
            and self.operation in (ANY, operation)
            and all(facts.get(name) == value for name, value in self.match.items())
        )

    def strikes(self) -> bool:
        """Decide for the next call, by the seed, and count it."""
        self.seen += 1
        if self.probability < 1.0:
            digest = hashlib.sha256(f"{self.seed}:{self.kind}:{self.seen}".encode()).digest()
            if int.from_bytes(digest[:8], "big") >= self.probability * 2**64:
                return False
        self.hits += 1
        if self.times is not None:
            self.times -= 1
        return True

    def number(self, name: str, default: float) -> float:
        """Return a numeric option of the rule."""
        return float(self.options.get(name, default))


class Faults:
    """All rules of one process. They live in memory: a restarted process is a healthy one."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._ids = itertools.count(1)
        self.kinds: dict[str, dict[str, str]] = {ANY: dict(GENERIC_KINDS)}

    def declare(self, gateway: str, kinds: Mapping[str, str]) -> None:
        """Make the kinds known that only one gateway has: name to one sentence."""
        self.kinds[gateway] = dict(kinds)

    def add(self, fault: Fault) -> Fault:
        """Take a rule in.

        :raise UnknownFault: when no gateway knows such a kind, or a number is out of its range.
        """
        wanted = self.kinds if fault.gateway == ANY else (ANY, fault.gateway)
        known = {kind for name in wanted for kind in self.kinds.get(name, ())}
        if fault.kind not in known:
            raise UnknownFault(f"There is no fault '{fault.kind}' of '{fault.gateway}'.")
        if not 0.0 < fault.probability <= 1.0:
            raise UnknownFault("The probability of a fault is above 0 and at most 1.")
        if fault.times is not None and fault.times < 1:
            raise UnknownFault("A fault happens at least once: leave times out for ever.")
        fault.id = next(self._ids)
        self._rules.append(fault)
        return fault

    def take(
        self, kind: str, gateway: str, operation: str = ANY, facts: Mapping[str, str] | None = None
    ) -> Fault | None:
        """Return the rule that strikes this call with this kind of fault, and use it up by one."""
        for rule in self._rules:
            if rule.kind == kind and rule.concerns(gateway, operation, facts or {}):
                if rule.strikes():
                    return rule
        return None

    def take_any(
        self, kinds: Iterable[str], gateway: str, operation: str, facts: Mapping[str, str]
    ) -> dict[str, Fault]:
        """Return the rules that strike this call, by kind; empty when there is no rule at all."""
        if not self._rules:
            return {}
        found = ((kind, self.take(kind, gateway, operation, facts)) for kind in kinds)
        return {kind: fault for kind, fault in found if fault}

    def listed(self) -> list[dict[str, Any]]:
        """Return all rules with how often they were seen and struck."""
        return [asdict(rule) for rule in self._rules]

    def clear(self, number: int | None = None) -> int:
        """Remove one rule, or all; return how many."""
        kept = [rule for rule in self._rules if number is not None and rule.id != number]
        removed = len(self._rules) - len(kept)
        self._rules = kept
        return removed
