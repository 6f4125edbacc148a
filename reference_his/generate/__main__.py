"""``python -m reference_his.generate``: fill an empty database and tell what it took."""

import argparse
import json
import time
from pathlib import Path

from simulation.clock import moment, parse

from ..db import Database
from . import VISITS, generate


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reference_his.generate", description=__doc__)
    parser.add_argument("--db", required=True, help="connection string of an empty database")
    parser.add_argument("--patients", type=int, required=True, help="how many to generate")
    parser.add_argument("--seed", type=int, default=1, help="which hospital to generate (1)")
    parser.add_argument(
        "--history", type=float, default=VISITS, help=f"visits of an average patient ({VISITS})"
    )
    parser.add_argument("--now", default="", help="the hospital's present (the real time)")
    return parser.parse_args()


def peak_memory() -> int:
    """Return the most memory this program ever had resident, in megabytes.

    ``getrusage`` would count what the parent had when it started us.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    found = next(line for line in lines if line.startswith("VmHWM:"))
    return int(found.split()[1]) // 1024


def main() -> None:
    """Generate; the last line printed is JSON: patients, seconds, peak_mb."""
    asked = _arguments()
    now = moment(parse(asked.now) if asked.now else time.time())
    database = Database(asked.db)
    started = time.monotonic()

    def progress(done: int) -> None:
        seconds = time.monotonic() - started
        print(f"{done} patients, {seconds:.0f} s, peak {peak_memory()} MB", flush=True)

    if not database.is_empty():
        raise SystemExit("The database is not empty: generate into a new one.")
    with database.transaction():
        database.create()
        generate(database, asked.patients, asked.seed, now, asked.history, progress)
    database.close()
    seconds = round(time.monotonic() - started, 1)
    report = {"patients": asked.patients, "seconds": seconds, "peak_mb": peak_memory()}
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
