"""The small XML of WeChat's messages: flat or nested, text in CDATA, no attributes."""

from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

Tree = dict[str, Any]
DEPTH = 12


class NoMessage(ValueError):
    """Bytes that are no XML message."""


def _text(value: str) -> str:
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, Mapping):
        inner = "".join(_element(key, item) for key, item in value.items())
    else:
        inner = _text(value) if isinstance(value, str) else str(value)
    return f"<{name}>{inner}</{name}>"


def write(fields: Mapping[str, Any]) -> bytes:
    """Return fields as XML: numbers bare, strings as CDATA, lists as repeated elements."""
    return _element("xml", fields).encode()


class _Reader:
    """Collects elements into dictionaries; a repeated element becomes a list."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, Tree, list[str]]] = [("", {}, [])]

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self.stack) > DEPTH:
            raise NoMessage("too deep")
        self.stack.append((name, {}, []))

    def end(self, _name: str) -> None:
        name, children, text = self.stack.pop()
        value: Any = children or "".join(text).strip()
        parent = self.stack[-1][1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]

    def data(self, text: str) -> None:
        self.stack[-1][2].append(text)

    def refuse(self, *_anything: Any) -> None:
        raise NoMessage("declarations are not allowed")


def read(body: bytes) -> Tree:
    """Return the fields of a message.

    :raise NoMessage: when the bytes are no ``<xml>`` element, or declare anything.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NoMessage(str(error)) from error
    found = reader.stack[0][1].get("xml")
    if not isinstance(found, dict):
        raise NoMessage("the message is no <xml> element with fields")
    return found
