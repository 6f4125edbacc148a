"""A small counter per process: slows a hammering visitor before the database is asked.

The front proxy limits a whole site; this keeps one visitor of one worker honest.
"""

import threading
import time
from collections import OrderedDict

MAX_VISITORS = 10_000
_lock = threading.Lock()
_windows = OrderedDict()


def allowed(visitor, limit, seconds):
    """Count one request and tell whether it is within the limit.

    :param str visitor: opaque key of visitor and action.
    :param int limit: requests allowed in one window.
    :param int seconds: length of the window.
    """
    now = time.monotonic()
    with _lock:
        start, count = _windows.pop(visitor, (now, 0))
        if now - start >= seconds:
            start, count = now, 0
        _windows[visitor] = (start, count + 1)
        while len(_windows) > MAX_VISITORS:
            _windows.popitem(last=False)
    return count < limit


def forget():
    """Empty the counters (tests)."""
    with _lock:
        _windows.clear()
