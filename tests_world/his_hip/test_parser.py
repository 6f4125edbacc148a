"""Whatever bytes come: a message, or one documented refusal."""

import string

from hypothesis import given
from hypothesis import strategies as st

from reference_his.hip import appointment, soap, status, v3, xml
from reference_his.hip.answering import span_of, time_of
from reference_his.hip.document import number_of, record_of
from simulation.messages import Refusal

DOCUMENTED = {"XML_INVALID", "SOAP_INVALID", "FIELD_MISSING", "FIELD_INVALID"}
NAMES = st.sampled_from(
    ["controlActProcess", "subject", "encounterAppointment", "id", "item", "code", "placerGroup"]
)


@st.composite
def trees(draw: st.DrawFn) -> bytes:
    """Well-formed documents with names that a parser looks for."""
    words: list[str] = []
    for name in draw(st.lists(NAMES, max_size=8)):
        text = draw(st.text(string.ascii_letters + "0-9<&\"'\x01汉", max_size=8))
        safe = xml.clean(text).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        words.append(f'<{name} extension="{safe}" code="0" value="{safe}">')
    ends = [f"</{word[1:].partition(' ')[0]}>" for word in reversed(words)]
    return ("<x>" + "".join(words + ends) + "</x>").encode()


def only_documented(function: object, *values: object) -> None:
    try:
        function(*values)  # type: ignore[operator]
    except Refusal as refusal:
        assert refusal.code in DOCUMENTED


@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_refused(data: bytes) -> None:
    only_documented(xml.parse, data)
    only_documented(soap.request_of, data)
    only_documented(soap.result_of, data)


@given(trees())
def test_any_document_is_read_or_refused(data: bytes) -> None:
    root = xml.parse(data)
    for reader in (v3.head_of, v3.ack_of, appointment.wish_of, status.reports_of):
        only_documented(reader, root)


@given(st.text(max_size=20))
def test_any_time_is_read_or_refused(text: str) -> None:
    only_documented(time_of, text, "time")
    only_documented(span_of, xml.el("value", xml.el("low", value=xml.clean(text))), "time")


@given(st.text(max_size=60))
def test_any_text_survives_the_envelope(text: str) -> None:
    clean = xml.clean(text).replace("\r", "")
    request = soap.request_of(soap.call("1.2", "PatientInfoQuery", clean, "UTF-8"))
    assert request.message == clean
    assert soap.result_of(soap.response("1.1", clean)) == clean


@given(st.from_regex(r"[A-Z]{1,2}[0-9]{8,20}", fullmatch=True))
def test_a_documents_number_leads_back_to_its_record(record: str) -> None:
    number = number_of("C0007", record)
    assert len(number) == 32
    assert record_of(number) == ("C0007", record)


def test_a_document_of_nested_entities_is_refused_quickly() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x0 "y">' + "".join(
        f'<!ENTITY x{place} "{f"&x{place - 1};" * 9}">' for place in range(1, 9)
    )
    only_documented(xml.parse, f"{bomb}]><a>&x8;</a>".encode())
    only_documented(xml.parse, b"<a>" * 100_000)
