from . import (
    test_arrive,
    test_attack,
    test_book,
    test_changes,
    test_family,
    test_headers,
    test_my_data,
    test_own_pages,
    test_public_pages,
    test_sign_in,
    test_wait,
    test_week,
)
