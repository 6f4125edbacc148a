from . import test_build
from . import test_demand
from . import test_people
