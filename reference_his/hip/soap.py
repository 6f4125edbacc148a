"""SOAP 1.1 and 1.2 around ``HIPMessageServer(action, message)``."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from simulation.messages import Refusal

from .xml import NS, Element, local, parse, words

ENVELOPES = {
    "http://www.w3.org/2003/05/soap-envelope": "1.2",
    "http://schemas.xmlsoap.org/soap/envelope/": "1.1",
}
NAMESPACES = {version: name for name, version in ENVELOPES.items()}
TYPES = {"1.2": "application/soap+xml; charset=utf-8", "1.1": "text/xml; charset=utf-8"}
OPERATION = "HIPMessageServer"


@dataclass(frozen=True)
class Request:
    """One call of the operation.

    :param str version: of SOAP, 1.1 or 1.2.
    """

    version: str
    action: str
    message: str


def request_of(body: bytes) -> Request:
    """Read a call.

    :raise Refusal: SOAP_INVALID when it is none; ``details["version"]`` says how to answer.
    """
    try:
        root = parse(body)
    except Refusal as refusal:
        raise Refusal("SOAP_INVALID", refusal.text, version="1.2") from None
    version = ENVELOPES.get(etree.QName(root).namespace or "", "")
    if not version or local(root) != "Envelope":
        raise Refusal("SOAP_INVALID", "不是SOAP消息", version="1.2")
    operation = _operation(root)
    if operation is None:
        raise Refusal("SOAP_INVALID", f"没有{OPERATION}操作", version=version)
    texts = {local(child): words(child) for child in operation}
    if "action" not in texts or "message" not in texts:
        raise Refusal("SOAP_INVALID", "缺少参数action或message", version=version)
    return Request(version, texts["action"].strip(), texts["message"])


def _operation(envelope: Element) -> Element | None:
    body = next((one for one in envelope if local(one) == "Body"), None)
    first = body[0] if body is not None and len(body) else None
    return first if first is not None and local(first) == OPERATION else None


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _envelope(version: str, content: str, encoding: str) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        f'<soap:Envelope xmlns:soap="{NAMESPACES[version]}"><soap:Body>{content}'
        "</soap:Body></soap:Envelope>"
    )
    return text.encode(encoding, errors="xmlcharrefreplace")


def response(version: str, message: str) -> bytes:
    """Return the answer of the operation."""
    content = (
        f'<{OPERATION}Response xmlns="{NS}"><{OPERATION}Result>{_cdata(message)}'
        f"</{OPERATION}Result></{OPERATION}Response>"
    )
    return _envelope(version, content, "UTF-8")


def call(version: str, action: str, message: str, encoding: str) -> bytes:
    """Return a call of a partner's operation."""
    content = (
        f'<{OPERATION} xmlns="{NS}"><action>{escape(action)}</action>'
        f"<message>{_cdata(message)}</message></{OPERATION}>"
    )
    return _envelope(version, content, encoding)


def result_of(body: bytes) -> str:
    """Return the message in a partner's answer.

    :raise Refusal: SOAP_INVALID when there is none.
    """
    root = parse(body)
    for element in root.iter():
        if isinstance(element.tag, str) and local(element) in (f"{OPERATION}Result", "payload"):
            return words(element)
    raise Refusal("SOAP_INVALID", "应答中没有消息")


def fault(version: str, text: str) -> bytes:
    """Return a fault that blames the sender."""
    said = escape(text)
    if version == "1.1":
        content = (
            f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{said}</faultstring>"
            "</soap:Fault>"
        )
    else:
        content = (
            "<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="zh">{said}</soap:Text></soap:Reason></soap:Fault>'
        )
    return _envelope(version, content, "UTF-8")
