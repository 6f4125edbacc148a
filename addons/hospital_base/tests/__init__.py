from . import test_audit
from . import test_calendar
from . import test_encrypted_field
from . import test_masking
from . import test_roles
from . import test_sign_in
from . import test_structure
from . import test_web
