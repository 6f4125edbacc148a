"""Generating 420,000 numbers from weekly plans beside a bare INSERT … SELECT of the same rows."""

import json

from common import Bench, median
from support import stage

SLOTS = 420_000


def main():
    """Run the benchmark and end with its exit status."""
    bench = Bench("slots")
    small = bench.options.small
    name = stage.fresh(bench.say, bench.options.rebuild)
    bench.say("making plans, generating, and inserting the same rows bare")
    given = {"doctors": 50 if small else 500, "rounds": 1 if small else bench.options.rounds}
    printed = stage.shell(name, "plans", given)
    found = json.loads(printed.split("BENCH:", 1)[1].splitlines()[0])
    generate, bare = median(found["generate"]), median(found["bare"])
    bench.figure("slots", found["slots"])
    bench.figure("sessions", found["sessions"])
    bench.figure("generate, seconds", generate)
    bench.figure("generate, rounds", found["generate"])
    bench.figure("bare INSERT … SELECT, seconds", bare)
    bench.figure("bare, rounds", found["bare"])
    bench.figure("again, nothing to do, seconds", median(found["again"]))
    bench.figure("queries of one generation", found["queries"])
    bench.bar("slots", found["slots"], ">=", 42_000 if small else SLOTS)
    bench.bar("slots made by a second call", found["more"], "==", 0)
    bench.bar("generate / bare", round(generate / bare, 2), "<=", 3)
    bench.finish()


if __name__ == "__main__":
    main()
