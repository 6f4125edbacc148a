"""SOAP 1.1 in RPC style with strings in and out, and its description."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from . import texts

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "http://webservice.his.example/"
DISPATCHER = "InvokeXml"
METHOD = re.compile(rb"Body[^>]*>\s*<(?:\w+:)?(\w+)")


def method_in(body: bytes) -> str:
    """Return the method that a call seems to be for, without parsing it: faults match it."""
    found = METHOD.search(body)
    return found[1].decode() if found else ""


def read(text: str) -> tuple[str, list[str]]:
    """Return the method of a call and its strings, in order.

    :raise Refusal: MESSAGE_INVALID.
    """
    root = texts.xml_root(text)
    body = root.find(f"{{{ENVELOPE}}}Body")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or body is None or len(body) != 1:
        raise texts.unreadable()
    call = body[0]
    if not isinstance(call.tag, str):
        raise texts.unreadable()
    strings = ["".join(map(str, child.itertext())) for child in call if isinstance(child.tag, str)]
    return etree.QName(call).localname, strings


def _envelope(inside: str, encoding: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="{encoding.upper()}"?>'
        f'<soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>{inside}</soap:Body></soap:Envelope>'
    ).encode(encoding)


def answer(method: str, result: str, encoding: str) -> bytes:
    """Return the answer of a method: one string."""
    inside = (
        f'<ns:{method}Response xmlns:ns="{SERVICE}"><return>{escape(result)}</return>'
        f"</ns:{method}Response>"
    )
    return _envelope(inside, encoding)


def fault(sentence: str, encoding: str) -> bytes:
    """Return a SOAP fault: the client's call could not be read."""
    inside = (
        "<soap:Fault><faultcode>soap:Client</faultcode>"
        f"<faultstring>{escape(sentence)}</faultstring></soap:Fault>"
    )
    return _envelope(inside, encoding)


def _message(name: str, parts: Iterable[str]) -> str:
    inside = "".join(f'<wsdl:part name="{part}" type="xsd:string"/>' for part in parts)
    return f"<wsdl:message name={quoteattr(name)}>{inside}</wsdl:message>"


def _bound(method: str) -> str:
    body = f'<soap:body use="literal" namespace="{SERVICE}"/>'
    return (
        f'<wsdl:operation name="{method}"><soap:operation soapAction=""/>'
        f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>"
    )


def wsdl(methods: Iterable[str], address: str) -> str:
    """Return the description of all methods: each takes ``param``, the dispatcher two strings."""
    named = {method: ("param",) for method in methods} | {DISPATCHER: ("func_id", "xml")}
    messages = "".join(
        _message(method, parts) + _message(f"{method}Response", ("return",))
        for method, parts in named.items()
    )
    ports = "".join(
        f'<wsdl:operation name="{method}"><wsdl:input message="tns:{method}"/>'
        f'<wsdl:output message="tns:{method}Response"/></wsdl:operation>'
        for method in named
    )
    bound = "".join(_bound(method) for method in named)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><wsdl:definitions name="HISService"'
        f' targetNamespace="{SERVICE}" xmlns:tns="{SERVICE}"'
        ' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"'
        ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f'{messages}<wsdl:portType name="HISPort">{ports}</wsdl:portType>'
        '<wsdl:binding name="HISBinding" type="tns:HISPort"><soap:binding style="rpc"'
        f' transport="http://schemas.xmlsoap.org/soap/http"/>{bound}</wsdl:binding>'
        '<wsdl:service name="HISService"><wsdl:port name="HISPort" binding="tns:HISBinding">'
        f"<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service>"
        "</wsdl:definitions>"
    )
