from . import hospital_consent_wizard
from . import hospital_patient_reveal
from . import hospital_patient_merge_wizard
