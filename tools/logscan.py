"""Find warnings and errors of Odoo, and personal data, in log files."""

import re

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (WARNING|ERROR|CRITICAL) (\S+) ([\w.]+): (.*)"
)
STRAY = re.compile(r"^(\S+\.py:\d+: \w*Warning: .*|Traceback \(most recent call last\):)")
RESULT = re.compile(r"odoo\.tests\.result: (\d+) failed, (\d+) error\(s\) of (\d+) tests")
TEST_LINE = r"^\S+ \S+ \d+ INFO \S+ odoo\.addons\.(\w+)\.tests\.\S+: "
STARTED = re.compile(TEST_LINE + "Starting ", re.MULTILINE)
SKIPPED = re.compile(TEST_LINE + "(skipped .*)", re.MULTILINE)

# what Odoo itself says on any such machine: pattern of "logger: message" and why it is no fault
KNOWN = (
    # Odoo's own assets carry one video script less in Debian's package
    re.compile(r"^odoo\.addons\.base\.models\.assetsbundle: .*(mediapipe|selfie_segmentation)"),
    # on a busy machine its time is over before the first of its hundred steps; it goes on later
    re.compile(r"ir_cron: Job 'Base: Auto-vacuum internal data' \(\d+\) processed no record"),
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PERSONAL = {
    "id number": re.compile(
        rb"(?<![\dA-Za-z])([1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])"
        rb"(?![\dA-Za-z])"
    ),
    "mobile": re.compile(rb"(?<![\w.])(?<!\d[,:-])(?:\+?86[ -]?)?(1[3-9]\d{9})(?!\w|\.\d)"),
    "openid": re.compile(rb"(?i)openid['\"]?\s*[=:]\s*['\"]?(o[A-Za-z0-9_-]{27})\b"),
    "session": re.compile(rb"session_id=([A-Za-z0-9_-]{40,})"),
    "token": re.compile(rb"access_token=([0-9a-f-]{20,})"),
    "key": re.compile(rb"(?i)authorization['\"]?\s*[=:]\s*['\"]?bearer\s+([\w.~+/=-]{16,})"),
    "code": re.compile("(?:Your code is|验证码\\D{0,6}) ?(\\d{6})(?!\\d)".encode()),
}


def faults(text):
    """Return the warnings and errors in the text of an Odoo log, the known ones left out."""
    found = []
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            said = f"{match[3]}: {match[4]}"
            if not any(known.search(said) for known in KNOWN):
                found.append(f"{match[1]} {said}"[:400])
        elif STRAY.match(line):
            found.append(line[:400])
    return found


def test_counts(text):
    """Return (failed, run) over all result lines of Odoo's test runner."""
    rows = RESULT.findall(text)
    return sum(int(f) + int(e) for f, e, _n in rows), sum(int(n) for _f, _e, n in rows)


def tested_addons(text):
    """Return the names of the addons of which at least one test was started."""
    return set(STARTED.findall(text))


def skipped(text):
    """Return what Odoo's test runner says about tests that were skipped."""
    return [row[:300] for _addon, row in SKIPPED.findall(text)]


def valid_id(number):
    """Tell whether an 18-character resident ID number has a valid check character."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def personal(data):
    """Return the kinds of personal data in bytes, as (line, kind, masked value)."""
    found = []
    for row, line in enumerate(data.splitlines(), 1):
        for kind, pattern in PERSONAL.items():
            for match in pattern.finditer(line):
                value = match[1].decode()
                if kind != "id number" or valid_id(value):
                    found.append((row, kind, f"{value[:3]}***{value[-2:]}"))
    return found
