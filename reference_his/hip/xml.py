"""Read XML without trusting it, and write it without ceremony."""

from __future__ import annotations

from typing import Any

from lxml import etree

from simulation.messages import Refusal

NS = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMES: Any = {None: NS}  # the stubs know no default namespace
XSI_TYPE = f"{{{XSI}}}type"
LIMIT = 2 * 2**20

Element = etree._Element


def parse(data: bytes) -> Element:
    """Return the root of a document: no entities, no network, no more than 2 MiB.

    :raise Refusal: XML_INVALID, with the reason.
    """
    if len(data) > LIMIT:
        raise Refusal("XML_INVALID", "消息超过长度限制")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)  # noqa: S320 (this parser resolves nothing)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise Refusal("XML_INVALID", f"消息不是合法的XML：{error}") from None
    document: Any = root.getroottree().docinfo
    if document.internalDTD is not None:
        raise Refusal("XML_INVALID", "消息不得包含DTD")
    return root


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def el(tag: str, *children: Element | None, xsi: str = "", **attributes: str) -> Element:
    """Return an element of the HL7 namespace; children that are ``None`` are left out.

    :param str xsi: the data type, e.g. ``DSET_EN``; dialects without types drop it later.
    """
    element = etree.Element(f"{{{NS}}}{tag}", attributes, nsmap=NAMES)
    if xsi:
        element.set(XSI_TYPE, xsi)
    for child in children:
        if child is not None:
            element.append(child)
    return element


def write(root: Element, encoding: str = "UTF-8", types: bool = True) -> bytes:
    """Return a document's bytes with a declaration.

    :param bool types: keep ``xsi:type``.
    """
    if not types:
        etree.strip_attributes(root, XSI_TYPE)
    etree.cleanup_namespaces(root, top_nsmap={**NAMES, "xsi": XSI})
    written: bytes = etree.tostring(root, encoding=encoding, xml_declaration=True)  # type: ignore[assignment]
    return written


def words(element: Element) -> str:
    """Return all text inside an element."""
    return "".join(str(text) for text in element.itertext())


def clean(text: str) -> str:
    """Return a text without the characters that XML cannot carry."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n\r"
        or (letter >= " " and not "\ud800" <= letter <= "\udfff")
        and letter not in "\ufffe\uffff"
    )


def find(element: Element | None, path: str) -> Element | None:
    """Return the first element at ``a/b/c`` below, in any namespace, or ``None``."""
    for name in path.split("/"):
        if element is None:
            return None
        element = next((child for child in element if local(child) == name), None)
    return element


def find_all(element: Element | None, path: str) -> list[Element]:
    """Return all elements at ``a/b/c`` below, in any namespace."""
    found = [] if element is None else [element]
    for name in path.split("/"):
        found = [child for one in found for child in one if local(child) == name]
    return found


def value(element: Element | None, path: str, attribute: str = "value") -> str:
    """Return an attribute at ``a/b/c`` below, or an empty text."""
    found = find(element, path) if path else element
    return "" if found is None else str(found.get(attribute, "")).strip()
