from . import (
    data_class,
    hospital_retention_mixin,
    hospital_retention_rule,
    hospital_patient,
    hospital_disposal,
    hospital_processing,
    hospital_pia,
    hospital_incident,
    hospital_mlps,
    hospital_subject_request,
    res_company,
    res_config_settings,
)
