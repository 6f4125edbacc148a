"""What the person at the terminal sees: steps with progress and time, and clear ends."""

import sys
import threading
import time
from contextlib import contextmanager

START = time.monotonic()
TICK_SECONDS = 5


class Stop(Exception):
    """An end that the person can act on: one sentence that says what to do."""


def elapsed():
    """Return the time since the command started, as ``mm:ss``."""
    seconds = int(time.monotonic() - START)
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def say(text=""):
    """Print one line with the time since the start in front."""
    print(f"[{elapsed()}] {text}" if text else "", flush=True)


def plain(text=""):
    """Print a line as it is."""
    print(text, flush=True)


def _tick(title, since, done):
    """Keep one live line on a terminal, or a line now and then in a log."""
    live = sys.stdout.isatty()
    rounds = 0
    while not done.wait(1 if live else TICK_SECONDS):
        rounds += 1
        seconds = int(time.monotonic() - since)
        if live:
            print(f"\r[{elapsed()}] {title} … {seconds} s ", end="", flush=True)
        elif rounds % 6 == 0:
            print(f"[{elapsed()}] {title} … {seconds} s", flush=True)


@contextmanager
def step(title):
    """Show a step while it runs and how long it took."""
    since = time.monotonic()
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, since, done), daemon=True)
    say(f"{title} …")
    ticker.start()
    ended = "failed"
    try:
        yield
        ended = "done"
    finally:
        done.set()
        ticker.join()
        seconds = time.monotonic() - since
        lead = "\r" if sys.stdout.isatty() else ""
        print(f"{lead}[{elapsed()}] {title}: {ended} ({seconds:.1f} s)", flush=True)
