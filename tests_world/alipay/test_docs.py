"""The page says what the code does."""

from pathlib import Path

import pytest

from sandbox.alipay.errors import CODES
from simulation.launch import ROOT, Running

PAGE = Path(ROOT, "docs", "outside-world", "alipay.md").read_text(encoding="utf-8")
PATHS = (
    "/gateway.do",
    "/cashier/{code}",
    "/oauth2/publicAppAuthorize.htm",
    "/downloadBillFile.resource",
)
CONTROLS = (
    "scan", "look", "pay", "cancel", "auth-code", "pending", "wallet", "authorize",
    "applications", "seller", "codes",
)  # fmt: skip
METHODS = (
    "alipay.trade.precreate", "alipay.trade.create", "alipay.trade.pay",
    "alipay.trade.wap.pay", "alipay.trade.page.pay", "alipay.trade.query",
    "alipay.trade.close", "alipay.trade.cancel", "alipay.trade.refund",
    "alipay.trade.fastpay.refund.query", "alipay.data.dataservice.bill.downloadurl.query",
    "alipay.system.oauth.token",
)  # fmt: skip


@pytest.mark.parametrize("word", [*PATHS, *METHODS])
def test_each_address_and_method_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("name", CONTROLS)
def test_each_control_is_on_the_page(name: str) -> None:
    assert f" /alipay/{name}`" in PAGE


def test_each_fault_is_on_the_page(world: Running) -> None:
    kinds = world.get("/faults")["kinds"]["alipay"]
    assert len(kinds) == 12
    assert [kind for kind in kinds if f"`{kind}`" not in PAGE] == []


def test_each_error_is_on_the_page() -> None:
    assert [code for code in CODES if f"`{code}`" not in PAGE] == []


def test_the_lists_above_are_complete() -> None:
    """Look for addresses and methods in the code that the lists do not have."""
    import re

    folder = Path(ROOT, "sandbox", "alipay")
    gateway = (folder / "gateway.py").read_text(encoding="utf-8")
    known = set(re.findall(r'"(alipay\.[a-z.]+\.[a-z]+)"', gateway))
    known |= set(re.findall(r'"(alipay\.[a-z.]+)":', (folder / "cashier.py").read_text("utf-8")))
    assert known == set(METHODS)
    assert set(re.findall(r'"(/[A-Za-z0-9_./{}]+)"', gateway)) == set(PATHS)
    controls = (folder / "controls.py").read_text(encoding="utf-8")
    found = set(re.findall(r'^            "([a-z-]+)": ', controls, re.MULTILINE))
    assert found | {"codes"} == set(CONTROLS)
