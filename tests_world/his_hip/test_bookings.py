"""Sessions, bookings and imaging appointments over the SOAP operation, by zeep."""

import threading

import psycopg2

from tests_world.his_process import Served

from .conftest import OID, Platform, at, code_of, detail_of

APPOINTMENT = "//v:encounterAppointment"


def booking(
    number: str,
    patient_no: str,
    session: str,
    *,
    code: str = "0",
    seq: str = "",
    name: str = "",
    application: str = "WX01",
) -> str:
    return (
        '<subject typeCode="SUBJ"><encounterAppointment>'
        f'<id><item root="{OID}.2.5.1.31" extension="{number}"/></id><code/>'
        f'<statusCode code="active"/>'
        '<effectiveTime xsi:type="IVL_TS"><low value="20260302080000"/></effectiveTime>'
        '<subject><patient classCode="PAT"><id>'
        f'<item root="{OID}.2.5.1.4" extension="{patient_no}"/></id>'
        f'<patientPerson><name><item><part value="{name}"/></item></name></patientPerson>'
        f"</patient></subject>"
        '<reusableDevice><assignedDevice classCode="ASSIGNED">'
        f'<id><item root="{OID}.2.5.1.3" extension="{application}"/></id>'
        f'<code code="{code}" codeSystem="{OID}.2.5.1.30"/></assignedDevice></reusableDevice>'
        "<arrivedBy><transportationIntent><id>"
        f'<item root="{OID}.2.5.1.20" extension="{session}"/></id>'
        f'<code code="{seq}"/></transportationIntent></arrivedBy></encounterAppointment>'
        f"</subject>"
    )


def book(platform: Platform, *words: str, **more: str) -> tuple[str, str]:
    answer = platform.call(
        "OutPatientAppointStatusInfoAdd", "PRPA_IN410001UV", booking(*words, **more)
    )
    if code_of(answer) != "AA":
        return code_of(answer), detail_of(answer)[0]
    return "AA", at(answer, f"{APPOINTMENT}/v:id/v:item/@extension")[0]


def schedule_query(
    session: str = "", department: str = "", days: tuple[str, str] = ("", "")
) -> str:
    return (
        '<queryByParameter><queryId extension="Q2"/><statusCode/>'
        f'<scheduleId><value><item root="{OID}.2.5.1.20" extension="{session}"/></value>'
        f"</scheduleId>"
        f'<effectiveTime><value><low value="{days[0]}"/><high value="{days[1]}"/></value>'
        f"</effectiveTime>"
        f'<resourceDept><value><item root="{OID}.1.26" extension="{department}"/></value>'
        f"</resourceDept>"
        "</queryByParameter>"
    )


def remaining(platform: Platform, session: str) -> int:
    answer = platform.call("SourceAndScheduleInfoQuery", "PRSC_IN100000UV", schedule_query(session))
    return sum(int(one) for one in at(answer, "//v:timeFrame/v:remainNumber/@value"))


def session_of(his: Served, department: str, half_day: str) -> str:
    with psycopg2.connect(his.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM session WHERE department_code = %s AND half_day = %s",
            (department, half_day),
        )
        found = cursor.fetchone()
    connection.close()
    return str(found[0]) if found else ""


def test_sessions_are_told_with_each_number(platform: Platform) -> None:
    answer = platform.call(
        "SourceAndScheduleInfoQuery",
        "PRSC_IN100000UV",
        schedule_query(department="W1", days=("20260302", "20260302")),
    )
    slots = at(answer, "//v:schedule/v:resourceSlot")
    assert len(slots) == 2
    assert at(slots[0], "v:deptId/v:item/@extension") == ["W1"]
    assert at(slots[0], "v:totalNumber/@value") == ["6"]
    assert at(slots[0], "v:code/@code") == ["1"]
    assert at(slots[0], "v:directTarget/v:IdentifiedEntity/v:id/v:item/@extension") == ["D2"]
    frames = at(slots[0], "v:timeFrame")
    assert len(frames) == 6
    assert at(frames[0], "v:effectiveTime/v:low/@value") == ["20260302080000"]
    assert at(frames[0], "v:effectiveTime/v:high/@value") == ["20260302083500"]


def test_a_number_of_the_hospital_is_taken_and_given_back(platform: Platform, his: Served) -> None:
    session = session_of(his, "N1", "am")
    before = remaining(platform, session)
    code, reg_no = book(platform, "PT-1", "P00000001", session, seq="3", name="患者一")
    assert code == "AA"
    assert remaining(platform, session) == before - 1
    assert book(platform, "PT-1", "P00000001", session, seq="3") == ("AA", reg_no)
    query = (
        "<queryByParameter><queryId extension='Q3'/><encounterStatus><value><item code='{}'/>"
        "</value>"
        f"</encounterStatus><patientId><value><item root='{OID}.2.5.1.4' extension='P00000001'/>"
        "</value></patientId></queryByParameter>"
    )
    found = platform.call("OutPatientAppointStatusInfoQuery", "PRPA_IN900300UV", query.format("0"))
    assert at(found, f"{APPOINTMENT}/v:id/v:item/@extension") == [reg_no]
    assert at(
        found, f"{APPOINTMENT}/v:arrivedBy/v:transportationIntent/v:id/v:item/@extension"
    ) == [session]
    gone = platform.call(
        "OutPatientAppointStatusInfoUpdate",
        "PRPA_IN410002UV",
        booking("PT-1", "P00000001", session, code="1"),
    )
    assert code_of(gone) == "AA"
    assert at(gone, f"{APPOINTMENT}/v:reusableDevice/v:assignedDevice/v:code/@code") == ["1"]
    assert remaining(platform, session) == before
    found = platform.call("OutPatientAppointStatusInfoQuery", "PRPA_IN900300UV", query.format("0"))
    assert at(found, APPOINTMENT) == []


def test_what_a_hospital_refuses_is_refused(platform: Platform, his: Served) -> None:
    session = session_of(his, "N1", "pm")
    assert book(platform, "PT-2", "P99", session) == ("AE", "PATIENT_UNKNOWN")
    assert book(platform, "PT-2", "P00000002", "999") == ("AE", "SESSION_UNKNOWN")
    assert book(platform, "PT-2", "P00000002", session, name="别人") == ("AE", "IDENTITY_MISMATCH")
    assert book(platform, "PT-2", "P00000002", session, seq="x") == ("AE", "FIELD_INVALID")
    assert book(platform, "PT-2", "P00000002", session, seq="77") == ("AE", "NUMBER_GONE")
    assert book(platform, "PT-2", "P00000002", session, code="7") == ("AE", "FIELD_INVALID")
    assert book(platform, "", "P00000002", session) == ("AE", "FIELD_MISSING")
    assert book(platform, "PT-2", "P00000002", session, seq="1")[0] == "AA"
    assert book(platform, "PT-3", "P00000003", session, seq="1") == ("AE", "NUMBER_GONE")
    assert book(platform, "PT-4", "P00000002", session) == ("AE", "ALREADY_REGISTERED")
    unknown = booking("PT-0", "P00000002", session, code="1")
    answer = platform.call("OutPatientAppointStatusInfoUpdate", "PRPA_IN410002UV", unknown)
    assert detail_of(answer)[0] == "REGISTRATION_UNKNOWN"


def test_the_platforms_own_numbers_are_followed(platform: Platform, his: Served) -> None:
    session = session_of(his, "P1", "am")
    code, reg_no = book(platform, "PT-9", "P00000004", session, seq="2")
    assert code == "AA"
    told = [one["facts"] for one in his.events() if one["key"] == reg_no]
    assert [(one["partner_no"], one["seq"], one["channel"]) for one in told] == [
        ("PT-9", 2, "wechat")
    ]


def test_one_number_goes_to_one_of_many_who_want_it(platform: Platform, his: Served) -> None:
    session = session_of(his, "W1", "am")
    results: list[tuple[str, str]] = []

    def want(place: int) -> None:
        client = Platform(his.url("hip"))
        results.append(book(client, f"RACE-{place}", f"P0000000{place}", session, seq="5"))

    threads = [threading.Thread(target=want, args=(place,)) for place in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code for code, _number in results) == ["AA", "AE", "AE", "AE", "AE"]
    assert {number for code, number in results if code == "AE"} == {"NUMBER_GONE"}


def test_the_platform_publishes_and_stops_its_own_sessions(platform: Platform) -> None:
    slot = (
        '<subject><schedule classCode="SCH"><resourceSlot classCode="SLOT">'
        f'<id><item root="{OID}.2.5.1.20" extension=""/></id><totalNumber value="4"/>'
        f'<deptId><item root="{OID}.1.26" extension="{{department}}"/></deptId><code code="2"/>'
        '<statusCode code="{state}"/><directTarget><IdentifiedEntity>'
        f'<id><item root="{OID}.1.4" extension="{{doctor}}"/></id></IdentifiedEntity>'
        f"</directTarget>"
        '<timeFrame><effectiveTime><low value="20260309133000"/><high value="20260309163000"/>'
        "</effectiveTime></timeFrame></resourceSlot></schedule></subject>"
    )
    made = slot.format(department="P1", state="active", doctor="D3")
    answer = platform.call("SourceAndScheduleInfoAdd", "PRSC_IN030101UV", made)
    assert code_of(answer) == "AA"
    session = at(answer, "//v:resourceSlot/v:id/v:item/@extension")[0]
    assert remaining(platform, session) == 4
    stopped = slot.format(department="P1", state="suspended", doctor="D3")
    answer = platform.call("SourceAndScheduleInfoUpdate", "PRSC_IN030102UV", stopped)
    assert at(answer, "//v:resourceSlot/v:statusCode/@code") == ["suspended"]
    assert book(platform, "PT-20", "P00000005", session) == ("AE", "SESSION_SUSPENDED")
    answer = platform.call("SourceAndScheduleInfoUpdate", "PRSC_IN030102UV", made)
    assert at(answer, "//v:resourceSlot/v:statusCode/@code") == ["active"]
    ours = slot.format(department="N1", state="active", doctor="D1")
    answer = platform.call("SourceAndScheduleInfoAdd", "PRSC_IN030101UV", ours)
    assert detail_of(answer) == ("POOL_OWNER_IS_HIS", "该科室号源由本院管理：N1")
