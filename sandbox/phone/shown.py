"""How a conversation's messages look on the phone, whatever kind they are."""

from typing import Any

# a message as the page draws it
Shown = dict[str, Any]


def message(one: dict[str, Any]) -> Shown:
    """Return one message: ``id, at, mine, kind, title, text, lines, url``.

    :param dict one: as ``sandbox.official.chat`` keeps it: id, side, kind, content, at.
    """
    content = one["content"]
    shown: Shown = {
        "id": one["id"],
        "at": one["at"],
        "mine": one["side"] == "person",
        "kind": "card",
        "title": content.get("title", ""),
        "text": _text(content),
        "lines": content.get("lines", []),
        "url": content.get("url", ""),
    }
    article = _article(content)
    if article:
        shown |= article
    if not shown["title"] and not shown["lines"]:
        shown["kind"] = "text"
        shown["text"] = shown["text"] or f"[{one['kind']}]"
    return shown


def _text(content: dict[str, Any]) -> str:
    for name in ("Content", "content", "text", "Label", "PicUrl"):
        if isinstance(content.get(name), str):
            return str(content[name])
    return ""


def _article(content: dict[str, Any]) -> Shown:
    """Return title, text and link of the first article of mass news or of a reply with news."""
    articles = content.get("articles") or content.get("Articles") or []
    items = articles.get("item", []) if isinstance(articles, dict) else articles
    first = items[0] if isinstance(items, list) and items else items
    if not isinstance(first, dict):
        return {}
    return {
        "title": first.get("title") or first.get("Title", ""),
        "text": first.get("digest") or first.get("description") or first.get("Description", ""),
        "url": first.get("url") or first.get("Url", ""),
    }
