"""2,000 phones at once for 30 numbers, through the production front and straight at Odoo."""

import json
import secrets
from collections import Counter

from common import Bench, percentile
from support import load, phone, stage

from tools import database

PHONES = 2000
NUMBERS = 30
PATIENCE = 30.0
DIRECT_PATIENCE = 15.0
WITHIN = 10.0
GIVE_UP_SHARE = 4
GIVE_UP_SECONDS = 1.0
LIVE = "('hold', 'confirmed', 'checked_in', 'called')"


def attempts(people, session):
    """Return for each person a key and the request that books with it."""
    keys = [secrets.token_urlsafe(16) for _person in people]
    requests = [
        phone.book(person, session, number, key)
        for number, (person, key) in enumerate(zip(people, keys, strict=True))
    ]
    return keys, requests


def wait_for_release(bench, site, people, session):
    """Let every phone open the session's page: Odoo writes down a phone at its first request."""
    bench.say("everybody opens the page and waits for the release")
    pages = [
        phone.get(f"/h5/session/{session['id']}", person, number)
        for number, person in enumerate(people)
    ]
    answers = load.fire(site.ports["patients"], pages, 8)["answers"]
    opened = sum(one[0] == 200 for one in answers)
    bench.bar("waiting: pages opened", opened, "==", len(people))


def live(session):
    """Return the patients with a live booking in a session, once for each booking."""
    rows = database.sql(
        f"SELECT patient_id FROM hospital_booking WHERE state IN {LIVE} "
        f"AND session_id = {session['id']:d}",
        stage.RUN,
    )
    return [int(row) for row in rows.split()]


def settle(people, session, answers, keys, port):
    """Let everybody without an answer ask again with the same key; return who was told "ok"."""
    told = {
        person["patient"]
        for person, answer in zip(people, answers, strict=True)
        if phone.outcome(answer) == "ok"
    }
    silent = [number for number, answer in enumerate(answers) if answer[0] <= 0]
    again = [phone.book(people[number], session, number, keys[number]) for number in silent]
    if not again:
        return told, Counter()
    done = load.fire(port, again, 16, 60)
    outcomes = [phone.outcome(answer) for answer in done["answers"]]
    told |= {
        people[number]["patient"]
        for number, outcome in zip(silent, outcomes, strict=True)
        if outcome == "ok"
    }
    return told, Counter(outcomes)


def figures(bench, name, done):
    """Keep what the phones saw."""
    answers = done["answers"]
    answered = [one for one in answers if one[0] > 0]
    winners = [one[5] for one in answers if phone.outcome(one) == "ok"]
    losers = [one[5] for one in answered if phone.outcome(one) != "ok"]
    bench.figure(f"{name}: answered", f"{len(answered)} of {len(answers)}")
    bench.figure(f"{name}: outcomes", dict(Counter(phone.outcome(one) for one in answers)))
    bench.figure(f"{name}: all done, seconds", round(done["seconds"], 2))
    for who, waits in (("winners", winners), ("losers", losers)):
        middle, late = percentile(waits, 0.5), percentile(waits, 0.99)
        bench.figure(f"{name}: {who} p50 / p99, seconds", f"{middle:.2f} / {late:.2f}")


def front(bench, site, people, session):
    """Let everybody wait for the answer behind the front."""
    keys, requests = attempts(people, session)
    done = load.fire(site.ports["patients"], requests, len(requests), PATIENCE)
    figures(bench, "front", done)
    told, _again = settle(people, session, done["answers"], keys, site.ports["patients"])
    statuses = Counter(one[0] for one in done["answers"])
    slowest = max(one[5] for one in done["answers"])
    unclear = sum(
        count
        for outcome, count in Counter(map(phone.outcome, done["answers"])).items()
        if outcome not in ("ok", "full")
    )
    bench.bar("front: slowest answer, seconds", round(slowest, 2), "<=", WITHIN)
    bench.bar("front: time-outs and broken", statuses[-1] + statuses[0], "==", 0)
    bench.bar("front: neither booked nor told it is full", unclear, "==", 0)
    check(bench, "front", session, told)


def check(bench, name, session, told):
    """Compare what the phones were told with what the database holds."""
    booked = live(session)
    bench.bar(f"{name}: live bookings", len(booked), "==", NUMBERS)
    bench.bar(f"{name}: booked but never told (ghosts)", len(set(booked) - told), "==", 0)
    bench.bar(f"{name}: told but not booked (lost)", len(told - set(booked)), "==", 0)


def impatient(bench, site, people, session):
    """One phone in four gives up after a second and asks again later with the same key."""
    keys, requests = attempts(people, session)
    for number in range(0, len(requests), GIVE_UP_SHARE):
        requests[number]["give_up"] = GIVE_UP_SECONDS
    done = load.fire(site.ports["patients"], requests, len(requests), PATIENCE)
    figures(bench, "impatient", done)
    told, again = settle(people, session, done["answers"], keys, site.ports["patients"])
    bench.figure("impatient: asked again", dict(again))
    check(bench, "impatient", session, told)


def numbers_left(bench, site, session):
    """Everybody looks at the numbers left: nginx answers, Odoo is asked once a second."""
    requests = [phone.get(f"/h5/left/{session['id']}", None, number) for number in range(PHONES)]
    done = load.fire(site.ports["patients"], requests, len(requests), PATIENCE)
    answers = done["answers"]
    asked = sum(one[2] in ("MISS", "EXPIRED", "BYPASS") for one in answers)
    bench.figure("numbers left: per second", round(len(answers) / done["seconds"]))
    bench.figure("numbers left: cache", dict(Counter(one[2] for one in answers)))
    bench.bar("numbers left: answered", sum(one[0] == 200 for one in answers), "==", PHONES)
    bench.bar("numbers left: asked of Odoo", asked, "<=", 2 + int(done["seconds"]))


def direct(bench, site, people, session):
    """Run the same storm without a queue; figures only."""
    keys, requests = attempts(people, session)
    done = load.fire(site.ports["http"], requests, len(requests), DIRECT_PATIENCE)
    figures(bench, "direct", done)
    told = {
        person["patient"]
        for person, one in zip(people, done["answers"], strict=True)
        if phone.outcome(one) == "ok"
    }
    booked = set(live(session))
    bench.figure("direct: booked but never told (ghosts)", len(booked - told))
    told, _again = settle(people, session, done["answers"], keys, site.ports["haproxy"])
    bench.bar("direct: ghosts after asking again", len(set(live(session)) - told), "==", 0)


def main():
    """Run the benchmark and end with its exit status."""
    bench = Bench("storm")
    name = stage.fresh(bench.say, bench.options.rebuild)
    printed = stage.shell(name, "rosters", {"numbers": [NUMBERS] * 4})
    sessions = json.loads(printed.split("BENCH:", 1)[1].splitlines()[0])["sessions"]
    people = phone.people()[:PHONES]
    with stage.Site(name) as site:
        load.fire(site.ports["haproxy"], [phone.book(one, sessions[0]) for one in people[:8]], 2)
        wait_for_release(bench, site, people, sessions[1])
        for title, part, session in (
            ("through the front", front, sessions[1]),
            ("with phones that give up", impatient, sessions[2]),
        ):
            bench.say(f"{PHONES} phones {title}")
            part(bench, site, people, session)
        bench.say(f"{PHONES} looks at the numbers left")
        numbers_left(bench, site, sessions[2])
        bench.say(f"{PHONES} phones straight at Odoo")
        direct(bench, site, people, sessions[3])
    bench.finish()


if __name__ == "__main__":
    main()
