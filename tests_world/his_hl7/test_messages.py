"""Every kind of event: facts, message, another library's parser, and the same facts again."""

from typing import Any

import pytest

from reference_his import events
from tests_world.foreign_hl7 import limits, rows_of

from . import page
from .foreign import listener
from .hospital import Hospital
from .mllp import value
from .samples import FACTS
from .strict import violations

SEX = {"M": "1", "F": "2", "U": "0", "O": "9"}
PAPERS = {"NNCHN": "01", "PPN": "03"}
CARDS = {"MR": "01", "SS": "02", "HC": "03"}
MONEY_KINDS = {"PY": "P", "CD": "R"}
NUMBERS = {"seq", "version", "total", "free"}


def read(name: str, text: str) -> Any:
    """Return a fact out of its HL7 text, as the page says for its name."""
    text = text.replace("\r", "\n")  # what python-hl7 makes of \\.br\\
    if not text:
        return ""
    if name.endswith("_fen"):
        yuan, _dot, fen = text.partition(".")
        return int(yuan) * 100 + int(fen)
    if name.endswith("_at"):
        digits, zone = text[:14], text[14:]
        parts = [digits[at : at + 2] for at in range(4, 14, 2)]
        return f"{digits[:4]}-{parts[0]}-{parts[1]}T{':'.join(parts[2:])}{zone[:3]}:{zone[3:]}"
    if name in ("day", "birth"):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return int(text) if name in NUMBERS else text


def identity(message: Any) -> dict[str, Any]:
    """Return identity paper and cards out of the repetitions of PID-3."""
    found: dict[str, Any] = {"id_type": "", "id_number": "", "cards": []}
    for number in message.segment("PID")(3):
        kind = str(number(5))
        if kind in CARDS:
            found["cards"].append({"kind": CARDS[kind], "card_no": str(number(1))})
        elif kind != "PI":
            found["id_type"] = PAPERS.get(kind, kind[1:])
            found["id_number"] = str(number(1))
    return found


def facts_in(message: Any, event: str, table: dict[str, str], sample: dict[str, Any]) -> Any:
    """Return all facts of a message by the page's table."""
    found = {}
    for name in events.FACTS[event]:
        if isinstance(sample[name], list) and name != "cards":
            found[name] = _rows(message, name, table)
        elif name in table:
            found[name] = read(name, value(message, table[name]))
    if "sex" in found:
        found["sex"] = SEX[found["sex"]]
        found.update(identity(message))
    if "birth" in events.FACTS[event] and not sample["id_number"]:
        found["id_type"] = sample["id_type"]  # a kind without a number says nothing
    if event.startswith("settlement."):
        found["kind"] = MONEY_KINDS[found["kind"]]
    return found


def _rows(message: Any, name: str, table: dict[str, str]) -> list[dict[str, Any]]:
    inner = {key.partition("_of_")[0]: place for key, place in table.items() if "_of_" in key}
    opener = {"results": "OBX"}.get(name, "FT1" if "price_fen" in inner else "ORC")
    found = []
    for row in rows_of(message, opener):
        facts = {key: read(key, value(row, place)) for key, place in inner.items()}
        if name == "results":
            facts.update(limits(value(row, "OBX-7")))
        if facts["code"]:
            found.append(facts)
    return found


@pytest.mark.parametrize("version", ["2.4", "2.5.1"])
@pytest.mark.parametrize("dialect", ["standard", "local"])
def test_every_fact_is_in_a_valid_message_where_the_page_says(
    his: Hospital, dialect: str, version: str
) -> None:
    with listener() as partner:
        name = f"{dialect}{version}"
        his.follow(name, FACTS, port=partner.port, dialect=dialect, version=version)
        messages = partner.take(len(FACTS))
        his.forget(name)
    table = page.places(dialect)
    for (event, sample), message in zip(FACTS, messages, strict=True):
        kind, found = table[event, str(sample["kind"]) if event.startswith("order.") else ""]
        assert value(message, "MSH-9.1") + "^" + value(message, "MSH-9.2") == kind
        assert value(message, "MSH-12") == version
        assert facts_in(message, event, found, sample) == sample, event
        assert violations(str(message)) == [], event


def test_every_kind_of_event_is_among_the_samples() -> None:
    assert {kind for kind, _facts in FACTS} == set(events.FACTS)


@pytest.mark.parametrize(("charset", "codec"), [("GB 18030-2000", "gb18030"), ("UTF-8", "utf-8")])
def test_a_partner_gets_its_character_set(his: Hospital, charset: str, codec: str) -> None:
    with listener(encoding=codec) as partner:
        his.follow("set", FACTS[:1], port=partner.port, charset=charset)
        (message,) = partner.take(1)
        his.forget("set")
    assert value(message, "MSH-18") == charset
    assert value(message, "PID-5.1") == FACTS[0][1]["name"]
