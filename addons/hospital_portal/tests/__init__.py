from . import test_book, test_family, test_headers, test_own_pages, test_public_pages, test_sign_in
