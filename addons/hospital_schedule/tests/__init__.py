from . import test_calendar
from . import test_changes
from . import test_counts
from . import test_generate
from . import test_generate_concurrency
from . import test_guard
from . import test_patterns
from . import test_roster_files
