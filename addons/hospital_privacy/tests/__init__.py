from . import (
    test_disposal,
    test_export,
    test_incident,
    test_registers,
    test_retention,
    test_subject_request,
)
