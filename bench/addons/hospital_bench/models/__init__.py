from . import hospital_bench_booking
from . import hospital_bench_slot
