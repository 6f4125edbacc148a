"""Partners are set at the control port; wrong ones are refused with a sentence."""

import urllib.error
from typing import Any

import pytest

from reference_his.hl7.inbound.table import FORMS
from reference_his.hl7.service import Mllp

from . import page
from .hospital import Hospital


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "x", "colour": "red"},
        {"name": "x", "kinds": ["nothing.happened"]},
        {"name": "x", "dialect": "klingon"},
        {"name": "x", "version": "3.0"},
        {"name": "x", "charset": "EBCDIC"},
        {"name": "x", "host": "127.0.0.1"},
        {"name": "x", "port": 99},
        {"host": "127.0.0.1", "port": 99},
    ],
)
def test_a_wrong_partner_is_refused(his: Hospital, wanted: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        his.running.post("/mllp/partners", **wanted)
    assert caught.value.code == 400
    assert "x" not in names(his)


def names(his: Hospital) -> list[str]:
    return [partner["name"] for partner in his.running.get("/mllp/partners")["partners"]]


def test_partners_survive_a_kill_and_can_be_removed(his: Hospital) -> None:
    his.partner("kept", application="WX", dialect="local")
    his.restart()
    partners = his.running.get("/mllp/partners")["partners"]
    (partner,) = [item for item in partners if item["name"] == "kept"]
    assert (partner["name"], partner["application"], partner["dialect"]) == ("kept", "WX", "local")
    his.forget("kept")
    assert "kept" not in names(his)
    with pytest.raises(urllib.error.HTTPError):
        his.forget("kept")
    with pytest.raises(urllib.error.HTTPError):
        his.replay("kept", 0)


def test_the_page_names_every_message_and_every_address() -> None:
    for kind in FORMS:
        assert f"| `{kind}` |" in page.text()
    for route in Mllp.controls(Mllp.__new__(Mllp)):
        assert f"| {route.method} | `/mllp{route.path}` |" in page.text()
