"""The page about the data names what the code has."""

import argparse
from pathlib import Path

import pytest

from reference_his.generate import __main__ as command
from reference_his.generate.leaflets import TITLES
from reference_his.generate.loading import COLUMNS
from reference_his.generate.people import MOBILE_PREFIXES
from reference_his.images import Pacs, dicom, server

PAGE = (Path(__file__).parents[2] / "docs/outside-world/hospital-data.md").read_text("utf-8")


@pytest.mark.parametrize("word", [*COLUMNS, *TITLES, "event", "front_cursor"])
def test_tables_and_sections_are_described(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_every_option_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []

    def note(parser: argparse.ArgumentParser, *names: str, **_rest: object) -> None:
        found.extend(name for name in names if name.startswith("--") and name != "--help")

    monkeypatch.setattr(argparse.ArgumentParser, "add_argument", note)
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", lambda self: None)
    command._arguments()
    assert len(found) == 5 and all(f"`{name}`" in PAGE for name in found)


def test_pictures_and_their_archive_are_described(tmp_path: Path) -> None:
    settings = server.Server(tmp_path)._configuration()
    for name in (
        "RemoteAccessAllowed",
        "HttpBindAddresses",
        "AuthenticationEnabled",
        "DicomServerEnabled",
        "ExecuteLuaEnabled",
    ):
        assert name in settings and f"`{name}`" in PAGE
    for word in (*dicom.ENCODINGS, *MOBILE_PREFIXES, f"{dicom.SLICES} slices"):
        assert word in PAGE
    for name in ("start", "push", "push_newest", "stop", "dicom_web"):
        assert hasattr(Pacs, name) and f"pacs.{name}" in PAGE
