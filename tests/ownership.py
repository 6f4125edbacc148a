"""The ownership matrix: every route of ours, as anonymous and as A, with the numbers of B."""

import re

import requests

ARGUMENT = re.compile(r"<(?:(\w+)(?:\([^>]*\))?:)?(\w+)>")
NAMES = (
    "id", "res_id", "record_id", "partner_id", "user_id", "patient_id", "member_id", "account_id",
    "booking_id", "session_id", "slot_id", "message_id", "delivery_id", "consent_id", "card_id",
    "waitlist_id", "request_id", "doctor_id", "department_id",
)
TEXT_NAMES = ("ref", "booking", "booking_ref", "move", "mrn")
CHANNEL_TYPE = "hospital_channel"
LAST = ("sign-out", "logout")
TIMEOUT_SECONDS = 120
#: What the argument of an address names, where it is something personal.
PERSONAL = {
    "member_id": "hospital.account.member", "consent_id": "hospital.consent",
    "request_id": "hospital.subject.request", "booking_id": "hospital.booking",
    "patient_id": "hospital.patient", "partner_id": "res.partner",
}
#: Callers who must not see B; the staff of one hospital must not see the other hospital.
OUTSIDERS = ("anonymous", "a", "channel")
STAFF_PATHS = ("/hospital/roster", "/hospital/privacy", "/leak/")
#: A number and a name that nothing has.
NOBODY, NOTHING = 2**31 - 1, "x"
#: More than any column of the database holds.
HUGE = 10**30


def addresses(rule, ids, refs):
    """Return the addresses of a rule with B's numbers and references in its arguments."""
    kinds = ARGUMENT.findall(rule)
    if not kinds:
        return [rule]
    numbers = any(kind in ("int", "model") for kind, _n in kinds)
    values = [*ids, NOBODY, HUGE] if numbers else [*refs, NOTHING]
    return [ARGUMENT.sub(str(value), rule) for value in values]


def is_personal(rule):
    """Tell whether an address names something of a person, by number or by reference."""
    kinds = ARGUMENT.findall(rule)
    return bool(kinds) and all(
        name in PERSONAL if kind == "int" else name != "token" for kind, name in kinds
    )


class Matrix:
    """Calls the routes and keeps what came back."""

    def __init__(self, base, database, facts):
        self.base, self.database, self.facts = base, database, facts
        self.leaks, self.broken, self.called = [], [], set()
        self.answers, self.statuses, self.tokens = {}, {}, {}
        self.ids = sorted({i for ids in facts["owned"].values() for i in ids})
        self.sessions = {}

    def login(self, name):
        """Return a session of A or of somebody of the staff."""
        session = requests.Session()
        body = {"db": self.database, "login": name, "password": self.facts["password"]}
        reply = session.post(
            f"{self.base}/web/session/authenticate",
            json={"jsonrpc": "2.0", "method": "call", "params": body},
            timeout=TIMEOUT_SECONDS,
        ).json()
        assert reply.get("result", {}).get("uid"), f"{name} cannot sign in"
        return session

    def channel(self):
        """Return a session of a booking channel with its key."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.facts['channel_key']}"
        return session

    def parameters(self, number):
        """Return the usual parameter names with one of B's numbers, and B's references."""
        refs = self.facts["refs"] or ["x"]
        return {**dict.fromkeys(NAMES, number), **dict.fromkeys(TEXT_NAMES, refs[0])}

    def send(self, session, method, route, url, number):
        """Call one address in one way."""
        values = self.parameters(number)
        options = {"allow_redirects": False, "timeout": TIMEOUT_SECONDS}
        if route["type"] == CHANNEL_TYPE:
            return self.ask_as_channel(session, method, url, values, options)
        if route["type"] != "http":
            body = {"jsonrpc": "2.0", "method": "call", "params": values}
            return session.post(self.base + url, json=body, **options)
        if method == "GET":
            return session.get(self.base + url, params=values, **options)
        if session not in self.tokens:
            answer = session.get(f"{self.base}/leak/token", timeout=TIMEOUT_SECONDS)
            self.tokens[session] = answer.text
        data = {**values, "csrf_token": self.tokens[session]}
        return session.post(self.base + url, data=data, **options)

    def ask_as_channel(self, session, method, url, values, options):
        """Ask for B's booking; ``channel`` has a key, but none of B's bookings."""
        session.headers["Idempotency-Key"] = "matrix-0001"
        values = {**values, "session": values["session_id"]}
        if method == "GET":
            return session.get(self.base + url, params=values, **options)
        return session.post(self.base + url, json=values, **options)

    def judge(self, who, method, route, url, reply):
        """Write down a leak, a server error and that the route was called."""
        self.called.add((route["rule"], method))
        self.statuses.setdefault((who, method, route["rule"]), set()).add(reply.status_code)
        if is_personal(route["rule"]):
            absent = bool({str(NOBODY), str(HUGE), NOTHING} & set(url.split("/")))
            found = self.answers.setdefault((who, method, route["rule"]), ({}, {}))
            found[absent][reply.status_code] = url
        sent = " ".join([url, *map(str, self.parameters(0).values())]).encode()
        for canary in self.facts["canaries"] if who in OUTSIDERS else [self.facts["other"]]:
            # an answer that only repeats the reference it was asked for tells nothing new
            if canary.encode() in reply.content and canary.encode() not in sent:
                self.leaks.append((who, method, route["rule"], canary[:6]))
                break
        if reply.status_code >= 500:
            self.broken.append((who, method, url, reply.status_code))

    def told_apart(self):
        """Return (who, method, rule) where B's things are answered unlike what is not there."""
        return sorted(
            key for key, (there, absent) in self.answers.items() if set(there) - set(absent)
        )

    def numbers_for(self, rule):
        """Return B's numbers that fit the arguments of a rule, all of them when that is open."""
        models = [PERSONAL[name] for _kind, name in ARGUMENT.findall(rule) if name in PERSONAL]
        return self.facts["owned"].get(models[0], []) if models else self.ids

    def with_text(self, rule):
        """Put a consent text in force where a rule wants one: only B's own numbers are foreign."""
        return rule.replace("<int:text_id>", str(self.facts["text"]))

    def references_for(self, rule):
        """Return B's references, or the valid codes at the doors where a rule wants one."""
        if any(name == "token" for _kind, name in ARGUMENT.findall(rule)):
            return self.facts["arrival_tokens"]
        return self.facts["refs"]

    def run(self):
        """Call everything; ways out of the session come last."""
        self.sessions = {"anonymous": requests.Session(), "a": self.login("matrix_a")}
        for session in self.sessions.values():
            # else the website sends on to the language of the account, and no page is looked at
            session.cookies.set("frontend_lang", self.facts["lang"])
        staff = {role: self.login(f"matrix_{role}") for role in self.facts["roles"]}
        routes = sorted(self.facts["routes"], key=lambda r: any(w in r["rule"] for w in LAST))
        for route in routes:
            callers = dict(self.sessions)
            if route["type"] == CHANNEL_TYPE:
                callers["channel"] = self.channel()
            if route["rule"].startswith(STAFF_PATHS):
                callers |= staff
            for who, session in callers.items():
                for method in set(route["methods"]) & {"GET", "POST"}:
                    rule = route["rule"]
                    urls = addresses(
                        self.with_text(rule), self.numbers_for(rule), self.references_for(rule)
                    )
                    whole = len(urls) == 1 and who in OUTSIDERS
                    numbers = self.ids if whole else [self.ids[0]]
                    for url in urls:
                        for number in numbers:
                            reply = self.send(session, method, route, url, number)
                            self.judge(who, method, route, url, reply)
