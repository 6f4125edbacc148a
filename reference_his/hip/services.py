"""The services that partners may call: name, root element, what answers."""

from __future__ import annotations

from dataclasses import dataclass

from . import receive_bookings, receive_care, receive_people
from .answering import Service


@dataclass(frozen=True)
class Known:
    """One service.

    :param str interaction: beginning of its root element's name; versions may follow.
    """

    interaction: str
    answer: Service


BOOKINGS, CARE, PEOPLE = receive_bookings, receive_care, receive_people
SERVICES = {
    "PatientInfoRegister": Known("PRPA_IN201311", PEOPLE.register),
    "PatientInfoUpdate": Known("PRPA_IN201314", PEOPLE.update),
    "PatientInfoMerge": Known("PRPA_IN201304", PEOPLE.merge),
    "PatientInfoQuery": Known("PRPA_IN201305", PEOPLE.query),
    "EncounterCardInfoAdd": Known("PRPA_IN201311", PEOPLE.add_card),
    "EncounterCardInfoUpdate": Known("PRPA_IN201314", PEOPLE.change_card),
    "EncounterCardInfoQuery": Known("PRPA_IN201305", PEOPLE.query_card),
    "OrganizationInfoRegister": Known("PRPM_IN401030", PEOPLE.set_organization),
    "OrganizationInfoUpdate": Known("PRPM_IN403010", PEOPLE.set_organization),
    "OrganizationInfoQuery": Known("PRPM_IN406010", PEOPLE.query_organization),
    "ProviderInfoRegister": Known("PRPM_IN301010", PEOPLE.set_provider),
    "ProviderInfoUpdate": Known("PRPM_IN303010", PEOPLE.set_provider),
    "ProviderInfoQuery": Known("PRPM_IN306010", PEOPLE.query_provider),
    "SourceAndScheduleInfoAdd": Known("PRSC_IN030101", BOOKINGS.publish),
    "SourceAndScheduleInfoUpdate": Known("PRSC_IN030102", BOOKINGS.publish),
    "SourceAndScheduleInfoQuery": Known("PRSC_IN100000", BOOKINGS.query_schedule),
    "OutPatientAppointStatusInfoAdd": Known("PRPA_IN410001", BOOKINGS.book),
    "OutPatientAppointStatusInfoUpdate": Known("PRPA_IN410002", BOOKINGS.book),
    "OutPatientAppointStatusInfoQuery": Known("PRPA_IN900300", BOOKINGS.query_booking),
    "CheckAppointStatusInfoAdd": Known("PRSC_IN010101", BOOKINGS.book_exam),
    "CheckAppointStatusInfoUpdate": Known("PRSC_IN010201", BOOKINGS.book_exam),
    "CheckAppointStatusInfoQuery": Known("", BOOKINGS.query_exam),
    "OutPatientInfoQuery": Known("PRPA_IN900300", CARE.query_outpatient),
    "InPatientInfoQuery": Known("PRPA_IN900300", CARE.query_inpatient),
    "OrderInfoQuery": Known("QUMT_IN020030", CARE.query_order),
    "ExamAppInfoQuery": Known("QUMT_IN020030", CARE.query_lab),
    "CheckAppInfoQuery": Known("QUMT_IN020030", CARE.query_exam),
    "OrderFillerStatusInfoQuery": Known("QUMT_IN020030", CARE.query_status),
    "ExamStatusInfoQuery": Known("QUMT_IN020030", CARE.query_status),
    "CheckStatusInfoQuery": Known("QUMT_IN020030", CARE.query_status),
    "OrderFillerStatusInfoUpdate": Known("POOR_IN20090", CARE.update_status),
    "ExamStatusInfoUpdate": Known("POLB_IN224000", CARE.update_status),
    "CheckStatusInfoUpdate": Known("POOR_IN20090", CARE.update_status),
    "DocumentRetrieve": Known("RCMR_IN000031", CARE.retrieve),
}
