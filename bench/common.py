"""What every benchmark shares: figures, bars, the table, the JSON object and the exit status."""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

OPERATORS = {
    ">=": lambda value, bound: value >= bound,
    "<=": lambda value, bound: value <= bound,
    "==": lambda value, bound: value == bound,
}


def median(values):
    """Return the median, rounded for reading."""
    return round(statistics.median(values), 4)


def percentile(values, share):
    """Return the value below which ``share`` (0..1) of the values lie; 0.0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def machine():
    """Describe the machine: a figure without it says nothing."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    postgres = subprocess.run(
        ["psql", "-XAtqd", "postgres", "-c", "SHOW server_version"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "postgresql": postgres.stdout.strip(),
        "system": platform.platform(),
    }


class Bench:
    """Collect the figures and bars of one benchmark and report them.

    :param str name: name of the benchmark.
    """

    def __init__(self, name):
        parser = argparse.ArgumentParser(prog=f"./hospital bench {name}")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )
        parser.add_argument("--rounds", type=int, default=3, help="rounds per variant (3)")
        parser.add_argument("--small", action="store_true", help="a quick look, not a measurement")
        parser.add_argument("--rebuild", action="store_true", help="build the template again")
        self.options = parser.parse_args()
        self.name = name
        self.machine = machine()
        self.figures = {}
        self.bars = []
        self._began = time.monotonic()

    def say(self, text):
        """Show progress on standard error."""
        seconds = time.monotonic() - self._began
        print(f"[{seconds:6.1f} s] {text}", file=sys.stderr, flush=True)

    def figure(self, name, value):
        """Keep one figure."""
        self.figures[name] = value

    def bar(self, name, value, op, bound):
        """Hold a value against its bound.

        :param str op: one of ``>=``, ``<=`` and ``==``.
        """
        self.bars.append(
            {
                "name": name,
                "value": value,
                "op": op,
                "bound": bound,
                "ok": bool(OPERATORS[op](value, bound)),
            }
        )

    def show_so_far(self):
        """Show on standard error what is known before a part that takes minutes."""
        with contextlib.redirect_stdout(sys.stderr):
            self._table()

    def finish(self):
        """Print the table or the JSON object and end the process.

        The exit status is 1 when a bar is missed.
        """
        self.figure("seconds", round(time.monotonic() - self._began, 1))
        if self.options.json:
            names = ("machine", "figures", "bars")
            print(json.dumps({"bench": self.name, **{name: getattr(self, name) for name in names}}))
        else:
            self._table()
        sys.exit(0 if all(bar["ok"] for bar in self.bars) else 1)

    def _table(self):
        print(
            f"\n{self.name} on {self.machine['cores']} cores of {self.machine['cpu']}, "
            f"load before {self.machine['load_before']}"
        )
        width = max(len(name) for name in [*self.figures, *(bar["name"] for bar in self.bars)])
        for name, value in self.figures.items():
            print(f"  {name:<{width}}  {value}")
        print("\n  bars")
        for bar in self.bars:
            mark = "ok  " if bar["ok"] else "MISS"
            print(f"  {mark} {bar['name']:<{width}}  {bar['value']} {bar['op']} {bar['bound']}")
