"""Booking a number: the whole request beside the platform's ceiling, its peers and its limit."""

import json
import re
import subprocess
import tempfile
from collections import Counter
from datetime import date, timedelta

from common import Bench, median, percentile
from support import load, past, phone, stage

from tools import database

CLIENTS = (8, 64)
REQUESTS = 600
PEER_REQUESTS = 8
#: What this hospital has booked ahead, in the peer's calendar: it looks through all of a month
#: for the free times of one doctor. The next month, so that the whole week lies in it.
PEER_LOAD = {"doctors": 60, "days": 7, "bookings_a_day": 2000}
OLD_BOOKINGS = 5_000_000
BARE_CLAIM = """
UPDATE hospital_bench_slot SET state = 'taken'
 WHERE id = (SELECT id FROM hospital_bench_slot WHERE state = 'free'
              ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED);
"""
FILL_NAIVE = """
TRUNCATE hospital_bench_booking, hospital_bench_slot;
INSERT INTO hospital_bench_slot (number, state) SELECT n, 'free' FROM generate_series(1, {}) n;
"""
PAGES = {
    "numbers left": "/h5/left/{id}",
    "home": "/h5/",
    "departments": "/h5/departments",
    "session": "/h5/session/{id}",
    "confirm": "/h5/confirm?session={id}&period={period}",
    "my bookings": "/h5/bookings",
}


class BookingBench:
    """One run: variants take turns, every figure is the median of the rounds."""

    def __init__(self, bench, site, rosters):
        self.bench = bench
        self.site = site
        self.people = phone.people()
        self.sessions = rosters["sessions"]
        self.peer = rosters["peer"]
        self.requests = 80 if bench.options.small else REQUESTS
        self.rates = {}
        self.waits = {}
        self.wrong = Counter()
        self.won = Counter()
        self.peer_told = 0

    def measure(self, name, clients, requests, expected):
        """Send requests through the queue, keep rate and waits, count unexpected answers."""
        done = phone_fire(self.site, requests, clients)
        told = Counter(map(_told, done["answers"]))
        self.rates.setdefault((name, clients), []).append(len(requests) / done["seconds"])
        self.waits.setdefault((name, clients), []).extend(one[5] for one in done["answers"])
        for answer, count in told.items():
            if answer != expected:
                self.wrong[f"{name}: {answer}"] += count
        return told

    def round(self, clients, session, sold_out):
        """Measure every variant once, the ceiling before and after."""
        crowd = self.people[: self.requests]
        self.measure_ceiling(clients)
        told = self.measure("full", clients, [phone.book(one, session) for one in crowd], "ok")
        self.won[session["id"]] += told["ok"]
        again = [phone.book(one, session) for one in crowd * 2]
        self.measure("duplicate", clients, again, "duplicate_doctor")
        others = self.people[self.requests : 3 * self.requests]
        late = [phone.book(one, sold_out) for one in others]
        self.measure("sold out", clients, late, "full")
        database.sql(FILL_NAIVE.format(2 * self.requests), stage.RUN)
        self.measure_naive(clients, [phone.post("/bench/naive", one) for one in crowd])
        self.measure_peer(clients)
        self.measure_ceiling(clients)

    def measure_ceiling(self, clients):
        """Measure the empty route; each time twice the requests, as it divides all others."""
        crowd = self.people[: self.requests] * 2
        self.measure("noop", clients, [phone.post("/bench/noop", one) for one in crowd], "ok")

    def measure_naive(self, clients, requests):
        """Measure search and write; its errors are figures, not faults of ours."""
        done = phone_fire(self.site, requests, clients)
        told = Counter(map(_told, done["answers"]))
        self.rates.setdefault(("naive", clients), []).append(told["ok"] / done["seconds"])
        self.waits.setdefault(("naive", clients), []).extend(one[5] for one in done["answers"])
        failed = 1 - told["ok"] / len(requests)
        self.rates.setdefault(("naive failed", clients), []).append(failed)

    def measure_peer(self, clients):
        """Measure resource_booking: like ours, any free time of the doctor.

        A time that it gives to several counts once: only one of them can come.
        """
        before = self._peer_times()
        crowd = self.people[:PEER_REQUESTS]
        requests = [phone.post("/bench/resource", person, **self.peer) for person in crowd]
        done = phone_fire(self.site, requests, clients, timeout=120)
        self.peer_told += Counter(map(_told, done["answers"]))["ok"]
        given = self._peer_times() - before
        self.rates.setdefault(("peer", clients), []).append(given / done["seconds"])

    def peer_doubled(self):
        """Return the share of the peer's bookings whose time was given before."""
        return round(1 - self._peer_times() / max(self.peer_told, 1), 3)

    def _peer_times(self):
        """Return how many times of the doctor the peer has given away."""
        count = "SELECT count(DISTINCT start) FROM resource_booking WHERE type_id = {kind}"
        return int(database.sql(count.format(**self.peer), stage.RUN))

    def rate(self, name, clients):
        """Return the median rate per second of a variant."""
        return median(self.rates[name, clients])


def phone_fire(site, requests, clients, timeout=60):
    """Send requests through haproxy's queue."""
    return load.fire(site.ports["haproxy"], requests, clients, timeout)


def _told(answer):
    if answer[0] == 200:
        return answer[3].strip() or "empty"
    return phone.outcome(answer)


def query_counts(site, people, sessions, extra):
    """Return the SQL queries of each page and of one booking, read from Odoo's request log.

    Every page is asked for twice in each worker; the least of the counts has warm caches.
    """
    digits = sessions[0]["start"].translate(str.maketrans("", "", "- :"))[:12]
    known = {"id": sessions[0]["id"], "period": digits}
    person = people[0]
    asked = {name: phone.get(path.format(**known), person) for name, path in PAGES.items()}
    asked["booking"] = None
    found = {}
    for name, request in asked.items():
        begin = site.log.stat().st_size
        requests = [request] * 6
        if name == "booking":
            requests = [phone.book(one, extra) for one in people[-8:]]
        load.fire(site.ports["http"], requests, 1)
        with site.log.open("rb") as stream:
            stream.seek(begin)
            text = stream.read().decode(errors="replace")
        lines = re.findall(r'"(?:GET|POST) /h5/\S* HTTP/[\d.]+" (\d+) \S+ (\d+) [\d.]+', text)
        counts = [int(count) for status, count in lines if int(status) < 400]
        found[name] = min(counts) if counts else None
    return found


def pgbench(seconds):
    """Return the bare claims a second that PostgreSQL makes with 8 clients."""
    database.sql(FILL_NAIVE.format(400_000), stage.RUN)
    database.sql("ANALYZE hospital_bench_slot", stage.RUN)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(BARE_CLAIM)
        script.flush()
        done = subprocess.run(
            [
                "pgbench",
                "-n",
                "-c",
                "8",
                "-j",
                "2",
                "-T",
                str(seconds),
                "-f",
                script.name,
                stage.RUN,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    return round(float(re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)[1]), 1)


def oversold():
    """Return how many numbers were given twice."""
    return int(
        database.sql(
            "SELECT count(*) FROM (SELECT slot_id FROM hospital_booking WHERE state IN "
            "('hold', 'confirmed', 'checked_in', 'called') GROUP BY slot_id HAVING count(*) > 1) x",
            stage.RUN,
        )
    )


def booked(session):
    """Return the live bookings of a session."""
    return int(
        database.sql(
            "SELECT count(*) FROM hospital_booking WHERE state IN "
            f"('hold', 'confirmed') AND session_id = {session['id']:d}",
            stage.RUN,
        )
    )


def report(bench, run):
    """Turn what was measured into figures and bars."""
    for clients in CLIENTS:
        ceiling = run.rate("noop", clients)
        for name in ("noop", "full", "duplicate", "sold out", "naive", "peer"):
            bench.figure(f"{name}, {clients} clients, per second", run.rate(name, clients))
        waits = run.waits["full", clients]
        bench.figure(f"full, {clients} clients, p50 ms", round(percentile(waits, 0.5) * 1000, 1))
        bench.figure(f"full, {clients} clients, p99 ms", round(percentile(waits, 0.99) * 1000, 1))
        bench.figure(f"naive, {clients} clients, failed", run.rate("naive failed", clients))
        for name, bound in (("full", 0.45), ("duplicate", 0.65), ("sold out", 0.65)):
            share = round(run.rate(name, clients) / ceiling, 3)
            bench.bar(f"{name} / empty route, {clients} clients", share, ">=", bound)
    bench.figure("peer, share of bookings whose time another one has", run.peer_doubled())
    peer = run.rate("full", 8) / max(run.rate("peer", 8), 0.001)
    bench.bar("full / resource_booking", round(peer, 1), ">=", 100)
    for (name, clients), rates in run.rates.items():
        if name in ("noop", "full", "duplicate", "sold out"):
            bench.figure(f"{name}, {clients} clients, each round", sorted(map(round, rates)))
    bench.figure("unexpected answers", dict(run.wrong))
    bench.bar("unexpected answers", sum(run.wrong.values()), "==", 0)
    bench.bar("numbers given twice", oversold(), "==", 0)
    lost = sum(abs(booked({"id": number}) - won) for number, won in run.won.items())
    bench.bar("told and booked differ", lost, "==", 0)


def main():
    """Run the benchmark and end with its exit status."""
    bench = Bench("booking")
    small = bench.options.small
    rounds = 1 if small else bench.options.rounds
    database_name = stage.fresh(bench.say, bench.options.rebuild)
    size = 80 if small else REQUESTS
    numbers = [size + 20] * (len(CLIENTS) * rounds) + [0, 100] + [size + 20] * rounds
    rosters = _prepared(database_name, "rosters", {"numbers": numbers})
    first = (date.today().replace(day=1) + timedelta(days=32)).replace(day=1)
    peer = _prepared(database_name, "peer", {"first": first.isoformat()} | PEER_LOAD)
    rosters["peer"] = {"kind": peer["kind"], "month": f"{first:%Y-%m}"}
    hot, rest = rosters["sessions"][: -2 - rounds], rosters["sessions"][-2 - rounds :]
    sold_out, extra, later = rest[0], rest[1], rest[2:]
    with stage.Site(database_name) as site:
        run = BookingBench(bench, site, rosters)
        # who books has opened a page before: Odoo writes a phone down when it sees it first
        phone_fire(site, [phone.post("/bench/noop", one) for one in run.people], 8)
        bench.figure("queries", query_counts(site, run.people, rosters["sessions"], extra))
        for index, session in enumerate(hot):
            clients = CLIENTS[index % len(CLIENTS)]
            bench.say(f"round {index // len(CLIENTS) + 1} of {rounds}, {clients} clients")
            run.round(clients, session, sold_out)
        bench.figure("bare claim in pgbench, 8 clients, per second", pgbench(2 if small else 5))
        old = 50_000 if small else OLD_BOOKINGS
        report(bench, run)
        bench.show_so_far()
        bench.say(f"adding {old} old bookings")
        past.add_bookings(old)
        aged(bench, run, later, old)
    bench.finish()


def _prepared(name, script, values):
    """Return the object that a script of ``support`` prints after it has filled the database."""
    printed = stage.shell(name, script, values)
    return json.loads(printed.split("BENCH:", 1)[1].splitlines()[0])


def aged(bench, run, sessions, old):
    """Measure the full booking again beside the old ones."""
    before = run.rate("full", 8) / run.rate("noop", 8)
    run.rates.clear()
    crowd = run.people[: run.requests]
    for session in sessions:
        bench.say("round beside the old bookings")
        run.measure_ceiling(8)
        run.measure("full", 8, [phone.book(one, session) for one in crowd], "ok")
        run.measure_ceiling(8)
    after = run.rate("full", 8) / run.rate("noop", 8)
    bench.figure(f"full beside {old} old bookings, per second", run.rate("full", 8))
    bench.bar("full beside old bookings / before", round(after / before, 3), ">=", 0.85)


if __name__ == "__main__":
    main()
