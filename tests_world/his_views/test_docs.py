"""The page names every view with its key."""

from pathlib import Path

from .test_views import KEYS

PAGE = (Path(__file__).parents[2] / "docs/outside-world/his-sql.md").read_text(encoding="utf-8")


def test_the_page_names_every_view_with_its_key() -> None:
    for view, key in KEYS.items():
        assert f"| `{view}` | {key} |" in PAGE
