from . import (
    arrival_report,
    hospital_department,
    hospital_portal,
    hospital_portal_choice,
    hospital_portal_week,
    hospital_portal_words,
    ir_http,
)
