"""Bytes, character sets and XML of partners: anything that cannot be read is one refusal."""

import json
import re
from typing import Any

from lxml import etree

from simulation.messages import Refusal

CHARSETS = {"utf-8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}
CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
DEEPEST = 6
# lxml refuses a text that says how it is encoded; bytes were decoded before
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def unreadable() -> Refusal:
    """Return the refusal of what cannot be read."""
    return Refusal("MESSAGE_INVALID", "请求报文格式错误")


def charset(content_type: str, default: str) -> str:
    """Return the Python name of the character set a call names.

    :raise Refusal: MESSAGE_INVALID for one the HIS does not know.
    """
    named = CHARSET.search(content_type)
    if named is None:
        return default
    if named[1].lower() not in CHARSETS:
        raise unreadable()
    return CHARSETS[named[1].lower()]


def text_of(body: bytes, encoding: str) -> str:
    """Return a body as text.

    :raise Refusal: MESSAGE_INVALID.
    """
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise unreadable() from None


def json_object(text: str) -> dict[str, Any]:
    """Return a JSON object; an empty text is an empty one.

    :raise Refusal: MESSAGE_INVALID.
    """
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        raise unreadable() from None
    if not isinstance(found, dict):
        raise unreadable()
    return found


def xml_root(text: str) -> "etree._Element":
    """Return the root of an XML text without document types and entities.

    :raise Refusal: MESSAGE_INVALID.
    """
    try:
        plain = DECLARATION.sub("", text, count=1).encode("utf-8")
        parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True)
        root = etree.fromstring(plain, parser)  # noqa: S320 (no entities, no network)
    except (etree.XMLSyntaxError, ValueError):
        raise unreadable() from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise unreadable()
    return root


def fields_of(root: "etree._Element", depth: int = 0) -> dict[str, Any]:
    """Return an element's children as fields; ``Item`` children make a list.

    :raise Refusal: MESSAGE_INVALID when it is nested too deep.
    """
    if depth > DEEPEST:
        raise unreadable()
    found: dict[str, Any] = {}
    for child in root:
        if not isinstance(child.tag, str):  # a comment
            continue
        name = etree.QName(child).localname
        if not len(child):
            found[name] = (child.text or "").strip()
        elif all(isinstance(one.tag, str) and one.tag == "Item" for one in child):
            found[name] = [fields_of(one, depth + 1) for one in child]
        else:
            found[name] = fields_of(child, depth + 1)
    return found


def _put(parent: "etree._Element", name: str, value: Any) -> None:
    element = etree.SubElement(parent, name)
    if isinstance(value, dict):
        for key, one in value.items():
            _put(element, _element_name(key), one)
    elif isinstance(value, list):
        for one in value:
            _put(element, "Item", one)
    else:
        element.text = "" if value is None else str(value)


def _element_name(key: str) -> str:
    return re.sub(r"\W", "_", key) or "_"


def xml_text(name: str, fields: dict[str, Any]) -> str:
    """Return fields as an XML text without declaration."""
    root = etree.Element(name)
    for key, value in fields.items():
        _put(root, _element_name(key), value)
    return str(etree.tostring(root, encoding="unicode"))
