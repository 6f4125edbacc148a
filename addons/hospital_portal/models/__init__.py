from . import (
    arrival_report,
    hospital_department,
    hospital_portal,
    hospital_portal_choice,
    hospital_portal_copy,
    hospital_portal_data,
    hospital_portal_week,
    hospital_portal_words,
    hospital_subject_request,
    ir_http,
)
