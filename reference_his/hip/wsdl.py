"""The description that clients of the service are made from."""

from .xml import NS

_BINDING = """
  <wsdl:binding name="HIPMessageServer{suffix}" type="tns:HIPMessageServerPort">
    <{soap}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="HIPMessageServer">
      <{soap}:operation soapAction="HIPMessageServer" style="document"/>
      <wsdl:input><{soap}:body use="literal"/></wsdl:input>
      <wsdl:output><{soap}:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>"""
_PORT = """
    <wsdl:port name="HIPMessageServer{suffix}" binding="tns:HIPMessageServer{suffix}">
      <{soap}:address location="{url}"/>
    </wsdl:port>"""
_TEXT = """<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="HIPMessageServer" targetNamespace="{ns}" xmlns:tns="{ns}"
    xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">
  <wsdl:types>
    <xs:schema targetNamespace="{ns}" elementFormDefault="qualified">
      <xs:element name="HIPMessageServer"><xs:complexType><xs:sequence>
        <xs:element name="action" type="xs:string"/>
        <xs:element name="message" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="HIPMessageServerResponse"><xs:complexType><xs:sequence>
        <xs:element name="HIPMessageServerResult" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="Request">
    <wsdl:part name="parameters" element="tns:HIPMessageServer"/></wsdl:message>
  <wsdl:message name="Response">
    <wsdl:part name="parameters" element="tns:HIPMessageServerResponse"/></wsdl:message>
  <wsdl:portType name="HIPMessageServerPort">
    <wsdl:operation name="HIPMessageServer">
      <wsdl:input message="tns:Request"/>
      <wsdl:output message="tns:Response"/>
    </wsdl:operation>
  </wsdl:portType>{bindings}
  <wsdl:service name="HIPMessageServer">{ports}
  </wsdl:service>
</wsdl:definitions>
"""


def wsdl(url: str) -> str:
    """Return the description of a service at this address, for SOAP 1.2 and 1.1."""
    kinds = (("12", "soap12"), ("11", "soap"))
    bindings = "".join(_BINDING.format(suffix=suffix, soap=soap) for suffix, soap in kinds)
    ports = "".join(_PORT.format(suffix=suffix, soap=soap, url=url) for suffix, soap in kinds)
    return _TEXT.format(ns=NS, bindings=bindings, ports=ports)
