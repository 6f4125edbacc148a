"""A platform that calls the vendor's signed JSON interface and reads FHIR; no code of the HIS."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import requests
from lxml import etree

from simulation import launch

PAGE = 200
ITEM = '<item root="2.16.156.10011.2.5.1.3" extension="{name}"/>'
DEVICE = f"<{{tag}}><device><id>{ITEM}</id></device></{{tag}}>"
QUERY = (
    '<{interaction} xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">'
    '<id root="2.16.156.10011.2.5.1.1" extension="{number}"/>'
    f"{DEVICE.format(tag='receiver', name='REFHIS01')}{DEVICE.format(tag='sender', name='DAY')}"
    "<controlActProcess><queryByParameter>{query}</queryByParameter></controlActProcess>"
    "</{interaction}>"
)


class Platform:
    """One partner's client; its clock is the hospital's."""

    def __init__(self, running: launch.Running, appid: str = "hospital-wechat"):
        self._running, self._appid = running, appid
        known = running.get("/credentials")
        self._secret = known["vendor"][appid]["secret"]
        self._fhir = running.addresses["fhir"] + known["fhir"]["base"]
        self._numbers = itertools.count(1)
        self._session = requests.Session()
        self._session.trust_env = False
        self._token = {"Authorization": f"Bearer {known['fhir']['token']}"}

    def _headers(self, body: str) -> dict[str, str]:
        now = datetime.fromisoformat(self._running.get("/clock")["now"])
        values = {
            "appid": self._appid,
            "timestamp": str(int(now.timestamp())),
            "nonce": f"{id(self)}-{next(self._numbers)}",
        }
        signed = {**values, "body": body, "secret": self._secret}
        text = "|".join(value for _name, value in sorted(signed.items())).encode()
        sign = hmac.new(self._secret.encode(), text, hashlib.sha256).hexdigest().upper()
        return {**values, "sign_type": "HMAC-SHA256", "sign": sign}

    def data(self, path: str, **content: Any) -> Any:
        """Call a function of the vendor's interface that must succeed; return its data."""
        body = json.dumps(content, ensure_ascii=False)
        url = f"{self._running.addresses['vendor']}/api/{path}"
        answer = self._session.post(
            url, data=body.encode(), headers=self._headers(body), timeout=60
        ).json()
        assert answer["code"] == "1", (path, answer)
        return answer["data"]

    def ask(self, service: str, interaction: str, query: str) -> Any:
        """Call a WS/T 846 service with the parameters of a query; return the message answered."""
        number = f"{next(self._numbers):032d}"
        text = QUERY.format(interaction=interaction, number=number, query=query)
        call = (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
            f'<HIPMessageServer xmlns="urn:hl7-org:v3"><action>{service}</action>'
            f"<message><![CDATA[{text}]]></message></HIPMessageServer></s:Body></s:Envelope>"
        )
        url = self._running.addresses["hip"] + "/HIPMessageServer"
        headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
        answer = self._session.post(url, data=call.encode(), headers=headers, timeout=60)
        words = "//*[local-name() = 'HIPMessageServerResult']/text()"
        message = etree.fromstring(etree.fromstring(answer.content).xpath(words)[0].encode())
        codes = message.xpath("//*[local-name() = 'acknowledgement']/@typeCode")
        assert codes == ["AA"], etree.tostring(message, encoding="unicode")
        return message

    def staff(self, action: str, **content: Any) -> Any:
        """Let the hospital's staff do something."""
        return self._running.post(f"/vendor/staff/{action}", **content)["result"]

    def search(self, kind: str, **asked: str) -> Iterator[dict[str, Any]]:
        """Return all resources of a FHIR search, page by page."""
        url: str | None = f"{self._fhir}/{kind}"
        params: dict[str, str] | None = {"_count": str(PAGE), **asked}
        while url:
            answer = self._session.get(url, params=params, headers=self._token, timeout=60)
            assert answer.status_code == 200, answer.text
            bundle = answer.json()
            for entry in bundle.get("entry", []):
                if entry["resource"]["resourceType"] == kind:
                    yield entry["resource"]
            following = [one["url"] for one in bundle["link"] if one["relation"] == "next"]
            url, params = (following[0] if following else None), None
