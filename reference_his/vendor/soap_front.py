"""Single-string SOAP: a method for each function with JSON, and the kiosks' XML dispatcher."""

import json
import re

from simulation.messages import Answer, Call, Refusal

from ..hospital import Hospital
from . import refusal_codes, soap, texts
from .partners import KIOSK_PARTNER, SOAP_PARTNER
from .perform import perform, wanted
from .words_soap import DIALECT as SOAP
from .words_xml import DIALECT as XML

PATH = "/soap"
ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w-]+)[\"']")
LONGEST_DECLARATION = 200


class SoapFront:
    """Nobody signs here: such interfaces trust the hospital's network."""

    def __init__(self, hospital: Hospital):
        self._hospital = hospital
        self.charset = "utf-8"

    def describe(self, call: Call) -> Answer:
        """Return the WSDL."""
        address = f"http://{call.headers.get('host', '127.0.0.1')}{PATH}"
        return Answer.text(soap.wsdl(SOAP.functions.values(), address), kind="text/xml")

    def _charset(self, call: Call) -> str:
        declared = ENCODING.match(call.body[:LONGEST_DECLARATION].lstrip())
        named = f"charset={declared[1].decode()}" if declared else ""
        return texts.charset(call.headers.get("content-type", "") + ";" + named, self.charset)

    def _read(self, call: Call) -> tuple[str, list[str]]:
        return soap.read(texts.text_of(call.body, self._charset(call)))

    def handle(self, call: Call) -> Answer:
        """Serve one call.

        :raise Refusal: any of this front's.
        """
        method, strings = self._read(call)
        if method == soap.DISPATCHER:
            return self._write(call, method, self._dispatch(strings))
        given = texts.json_object(strings[0] if strings else "")
        function = wanted(SOAP, method)
        found = perform(self._hospital, SOAP_PARTNER, SOAP, function, given)
        data = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        return self._write(call, method, f"0|成功|{data}")

    def _dispatch(self, strings: list[str]) -> str:
        if len(strings) != 2:
            raise texts.unreadable()
        name, text = strings
        given = texts.fields_of(texts.xml_root(text)) if text.strip() else {}
        found = perform(self._hospital, KIOSK_PARTNER, XML, wanted(XML, name), given)
        fields = {"List": found} if isinstance(found, list) else found
        return texts.xml_text("Response", {"ResultCode": "0", "ErrorMsg": "", **fields})

    def _write(self, call: Call, method: str, result: str, status: int = 200) -> Answer:
        encoding = self._charset(call)
        kind = {"Content-Type": f"text/xml; charset={encoding.upper()}"}
        return Answer(status, soap.answer(method, result, encoding), kind)

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Return a refusal in the string, or a fault when the call itself could not be read."""
        try:
            method, _strings = self._read(call)
        except Refusal:
            kind = {"Content-Type": "text/xml; charset=UTF-8"}
            return Answer(500, soap.fault(refusal.text, "utf-8"), kind)
        if method == soap.DISPATCHER:
            fields = {"ResultCode": refusal_codes.number(refusal.code), "ErrorMsg": refusal.text}
            return self._write(call, method, texts.xml_text("Response", fields))
        return self._write(call, method, f"-1|{refusal.text}")
