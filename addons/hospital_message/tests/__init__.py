from . import (
    test_catalogue,
    test_delivery,
    test_killed_worker,
    test_outbox,
    test_rights,
)
