from . import test_booking
from . import test_concurrency
from . import test_constraints
from . import test_desk
from . import test_desk_wizards
from . import test_races
from . import test_roles_blacklist
from . import test_settings
