"""One hospital before and one after a day, and a partner's client made from its WSDL."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import zeep
from lxml import etree

from reference_his.hospital import Hospital
from reference_his.services import orders
from tests_world import his_process

NS = {"v": "urn:hl7-org:v3"}
OID = "2.16.156.10011"


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[his_process.Served]:
    """A hospital where nothing has happened yet."""
    with his_process.served(tmp_path_factory.mktemp("hip"), "hip") as served:
        yield served


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[his_process.Served]:
    """A hospital where everything has happened once, and two imaging orders wait."""

    def a_day(hospital: Hospital) -> None:
        his_process.everything(hospital)
        visit = hospital.db.one("SELECT visit_no FROM visit WHERE kind = 'O'") or {}
        orders.place(hospital, visit["visit_no"], [{"code": "CT1"}, {"code": "CT1"}])

    folder = tmp_path_factory.mktemp("day")
    with his_process.served(folder, "hip", before=a_day) as served:
        yield served


@pytest.fixture(scope="module")
def his(morning: his_process.Served) -> his_process.Served:
    return morning


@pytest.fixture
def faults(his: his_process.Served) -> Iterator[his_process.Served]:
    """The hospital with a clean list of faults before and after."""
    yield his
    his.running.ask("DELETE", "/faults")


class Platform:
    """What a platform does: it calls the operation with messages it wrote by hand."""

    def __init__(self, address: str):
        self.client = zeep.Client(f"{address}/HIPMessageServer?wsdl")
        self.sent = ""

    def raw(self, action: str, message: str) -> etree._Element:
        """Call the operation and return the message in the answer."""
        answer = self.client.service.HIPMessageServer(action=action, message=message)
        return etree.fromstring(answer.encode())

    def call(self, action: str, interaction: str, body: str) -> etree._Element:
        """Send a message around a control act."""
        self.sent = str(uuid.uuid4())
        return self.raw(action, message(interaction, body, self.sent))


def message(interaction: str, body: str, number: str, sender: str = "PLATFORM1") -> str:
    device = (
        '<device classCode="DEV" determinerCode="INSTANCE"><id><item root="{}" extension="{}"/>'
        "</id></device>"
    )
    application = f"{OID}.2.5.1.3"
    return (
        f'<{interaction} ITSVersion="XML_1.0" xmlns="urn:hl7-org:v3"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<id root="{OID}.2.5.1.1" extension="{number}"/><creationTime value="20260302073000"/>'
        f'<interactionId root="{OID}.2.5.1.2" extension="{interaction}"/>'
        '<processingCode code="P"/><processingModeCode/><acceptAckCode code="AL"/>'
        f'<receiver typeCode="RCV">{device.format(application, "REFHIS01")}</receiver>'
        f'<sender typeCode="SND">{device.format(application, sender)}</sender>'
        f'<controlActProcess classCode="CACT" moodCode="EVN">{body}</controlActProcess>'
        f"</{interaction}>"
    )


@pytest.fixture
def platform(his: his_process.Served) -> Platform:
    return Platform(his.url("hip"))


def at(root: etree._Element, path: str) -> list[Any]:
    """Return what an XPath finds; ``v:`` is the HL7 namespace."""
    return list(root.xpath(path, namespaces=NS))


def code_of(answer: etree._Element) -> str:
    """Return AA, AE or AR."""
    return str(at(answer, "/v:MCCI_IN000002UV01/v:acknowledgement/@typeCode")[0])


def detail_of(answer: etree._Element) -> tuple[str, str]:
    """Return the code and sentence of an acknowledgement's detail."""
    detail = "/v:MCCI_IN000002UV01/v:acknowledgement/v:acknowledgementDetail"
    codes = at(answer, f"{detail}/v:code/@code")
    return (codes[0] if codes else ""), str(at(answer, f"{detail}/v:text/@value")[0])


def patient_query(patient_no: str = "", id_number: str = "", name: str = "") -> str:
    return (
        '<queryByParameter><queryId extension="Q1"/><statusCode code="new"/>'
        '<initialQuantity value="5"/><parameterList>'
        f'<id root="{OID}.2.5.1.4" extension="{patient_no}"/>'
        '<livingSubjectAdministrativeGender><value code="" codeSystem=""/>'
        "</livingSubjectAdministrativeGender>"
        f'<livingSubjectId><value><item root="{OID}.1.3" extension="{id_number}"/></value>'
        f'</livingSubjectId><livingSubjectName><value><item><part value="{name}"/></item></value>'
        "</livingSubjectName></parameterList></queryByParameter>"
    )
