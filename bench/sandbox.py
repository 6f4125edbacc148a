"""What the simulated gateways and the reference HIS sustain: they must not be the bottleneck."""

import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from common import Bench, median, percentile
from support import his, outside
from support.ear import http_ear
from support.partners import PARTNERS
from support.replay import holding, replay

from simulation import launch

CALLS = 2000
CALLBACKS = 1500
CLIENTS = 8
LEAST = 500
MILLION = 1_000_000
MEGABYTES = 300
DEAF = "http://127.0.0.1:9/"


def start(name, folder):
    """Start one gateway in a process of its own."""
    words = ("--state", str(Path(folder) / name), "--base-port", "0", "--only", name)
    return launch.start("sandbox", *words)


def measure(bench, name, label, port, requests, kind, **form):
    """Send prepared requests, keep the figure, and hold it against the bound."""
    found = replay(port, requests, CLIENTS, kind=kind, **form)
    rate = round(len(requests) / found["seconds"])
    slow = percentile(found["times"], 0.99) * 1000
    bench.figure(f"{name}: {label}, per second", rate)
    bench.figure(f"{name}: {label}, slowest 1 % above, ms", round(slow, 1))
    return rate, found["kinds"]


def gateway(bench, name, partner, count, rounds):
    """Measure each kind of call of one gateway, each round on an empty one."""
    rates, wrong = {}, []
    for _round in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            world = start(name, folder)
            try:
                port = urlsplit(world.addresses[name]).port
                for label, good, requests in partner(world, DEAF).calls(count):
                    rate, kinds = measure(bench, name, label, port, requests, holding(good))
                    rates.setdefault(label, []).append(rate)
                    wrong += [(label, kind) for kind in kinds if kind != "good"]
            finally:
                world.stop()
    for label, found in rates.items():
        bench.figure(f"{name}: {label}, rounds", found)
        bench.bar(f"{name}: {label}, per second", median(found), ">=", LEAST)
    bench.bar(f"{name}: other answers", len(wrong), "==", 0)
    if wrong:
        bench.say(f"{name}: {wrong[:3]}")


def callbacks(bench, name, partner, count):
    """Let paid orders pile up at a stopped clock, then let all their callbacks go at once."""
    with tempfile.TemporaryDirectory() as folder, http_ear(name) as ear:
        world = start(name, folder)
        try:
            world.fault("callback_delay", times=None, options={"seconds": 60})
            world.post("/clock", speed=0)
            outside.pay(world, name, partner(world, ear.url), count)
            world.ask("DELETE", "/faults")
            since = time.perf_counter()
            world.post("/clock", advance=60)
            world.post("/settle")
            rate = round(ear.heard / (ear.last - since))
        finally:
            world.stop()
    bench.figure(f"{name}: callbacks sent", ear.heard)
    bench.bar(f"{name}: callbacks lost", count - ear.heard, "==", 0)
    bench.bar(f"{name}: callbacks, per second", rate, ">=", LEAST)


def generated(bench, count):
    """Generate a large hospital and hold its memory against the bound."""
    found = his.generate(count)
    his.forget()
    bench.figure(f"generating {count:,} patients, seconds", found["seconds"])
    bench.bar(f"generating {count:,} patients, peak MB", found["peak_mb"], "<=", MEGABYTES)


def main():
    """Run the benchmark and end with its exit status."""
    bench = Bench("sandbox")
    small, rounds = bench.options.small, 1 if bench.options.small else bench.options.rounds
    calls, sent = (CALLS // 10, CALLBACKS // 10) if small else (CALLS, CALLBACKS)
    for name, partner in PARTNERS.items():
        bench.say(f"{name}: {calls} calls of each kind, {rounds} rounds")
        gateway(bench, name, partner, calls, rounds)
    for name in ("wechatpay", "alipay"):
        bench.say(f"{name}: {sent} callbacks at once")
        callbacks(bench, name, PARTNERS[name], sent)
    bench.show_so_far()
    bench.say("the reference HIS: its fronts, and what it tells")
    his.measure(bench, calls, measure)
    wanted = 10_000 if small else MILLION
    bench.say(f"generating a hospital with {wanted:,} patients")
    generated(bench, wanted)
    bench.finish()


if __name__ == "__main__":
    main()
