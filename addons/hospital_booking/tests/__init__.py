from . import test_booking
from . import test_concurrency
from . import test_settings
from . import test_constraints
from . import test_races
