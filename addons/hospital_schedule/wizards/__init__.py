from . import hospital_plan_copy
from . import hospital_plan_generate
from . import hospital_roster_import
from . import hospital_roster_week
from . import hospital_session_adhoc
from . import hospital_session_extra
from . import hospital_session_move
from . import hospital_session_substitute
