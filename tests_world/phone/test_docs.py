"""The page says what the phone offers."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "outside-world" / "phone.md").read_text(encoding="utf-8")


def test_every_call_of_the_interface_is_on_the_page():
    source = (ROOT / "sandbox" / "phone" / "api.py").read_text(encoding="utf-8")
    paths = [line.split('"')[1] for line in source.splitlines() if '": self._' in line]
    assert len(paths) > 10
    missing = [path for path in paths if path.rpartition("/")[2] not in PAGE]
    assert missing == []
