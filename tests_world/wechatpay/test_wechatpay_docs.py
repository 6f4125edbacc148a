"""The page about the gateway names everything that the gateway has."""

from pathlib import Path

from sandbox.wechatpay.billfiles import COLUMNS, LEGACY_DROPPED, TOTALS
from sandbox.wechatpay.errors import V2_NAMES, V3
from sandbox.wechatpay.gateway import WeChatPay
from simulation.world import World

PAGE = Path(__file__).resolve().parents[2] / "docs" / "outside-world" / "wechatpay.md"


def test_the_page_names_every_route_fault_and_control(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    gateway = WeChatPay(World("test", tmp_path))
    for route in gateway.routes():
        assert f"`{route.path}`" in text, route.path
        assert f"| {route.operation} |" in text, route.operation
    for route in gateway.controls():
        assert f"{route.method} `{route.path}`" in text, route.path
    for kind in gateway.fault_kinds:
        assert f"`{kind}`" in text, kind


def test_the_page_names_every_documented_error():
    text = PAGE.read_text(encoding="utf-8")
    for code in (*V3, *V2_NAMES.values()):
        assert code in text, code


def test_columns_are_as_many_as_published():
    assert {kind: names.count(",") + 1 for kind, names in COLUMNS.items()} == {
        "ALL": 27,
        "SUCCESS": 20,
        "REFUND": 29,
        "REVOKED": 29,
        "FUND": 11,
    }
    assert [TOTALS[kind].count(",") + 1 for kind in ("ALL", "SUCCESS", "FUND")] == [7, 4, 5]
    assert len(set(COLUMNS["ALL"].split(",")) - LEGACY_DROPPED) == 24
