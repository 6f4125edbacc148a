from . import test_account
from . import test_consent
from . import test_identity
from . import test_merge
from . import test_patient_races
from . import test_patient_rights
from . import test_phone_code
