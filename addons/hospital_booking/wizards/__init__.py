from . import hospital_blacklist_release
from . import hospital_booking_cancel
from . import hospital_booking_move
from . import hospital_booking_window
