"""``./hospital test``: every check of the repository, one after the other, with a summary."""

import argparse
import subprocess
import time
import xml.etree.ElementTree as ET

from . import addons, config, database, demo, logscan, odoo, paths, process, server, setup, stamps
from .console import Stop, plain, step

BASE = "test_base"
GATES = "test_gates"
JOURNEY = "test_journey"
JOURNEY_PORT = 18069
TEST_PORT = 18169
GROUPS = 2
WORLD_PROCESSES = 2
# fifty patients want one number at once, each on a connection of their own
RACE_CONNECTIONS = ["--db_maxconn", "80"]
# its pylint test reads all of Odoo for minutes; tests/test_lint.py runs the same on our addons
LINT_TAGS = "/test_lint,-/test_lint:TestPyLint"


class Tally:
    """Counts what passed and failed, and keeps one line for each failure."""

    def __init__(self):
        self.passed = 0
        self.rows = []
        self.failures = []

    @property
    def failed(self):
        """Return how many checks failed."""
        return len(self.failures)

    def add(self, title, passed, failures=(), seconds=0.0):
        """Add a part: how many of its checks passed, and what failed."""
        self.passed += passed
        self.failures += [f"{title}: {failure}" for failure in failures]
        self.rows.append((title, passed, len(failures), seconds))

    def show(self):
        """Print the summary; the last line tells passed and failed."""
        plain()
        for title, passed, failed, seconds in self.rows:
            plain(f"  {title:<38} {passed:>5} passed {failed:>4} failed {seconds:>7.1f} s")
        if self.failures:
            plain()
        for failure in self.failures:
            plain(f"  FAILED  {failure}")
        plain()
        plain(f"{self.passed} passed, {self.failed} failed")


def read_log(name):
    """Return the text of a log, empty when it is not there."""
    file = paths.LOGS / name
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def check_log(tally, name):
    """Count one check: the log is there and has no warning and no error."""
    text = read_log(name)
    found = logscan.faults(text) if text else ["the log is missing or empty"]
    tally.add(f"clean log {name}", 0 if found else 1, found[:20])


def _has(log):
    """Tell whether a log is there: what was built without one is built again."""
    return bool(read_log(log))


def _fresh_log(name):
    (paths.LOGS / name).unlink(missing_ok=True)
    return name


def pytest(tally, title, arguments, log, env=None):
    """Run pytest and count its tests by name."""
    since = time.monotonic()
    report = paths.LOGS / f"{log}.xml"
    report.unlink(missing_ok=True)
    command = [paths.PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    with step(title), (paths.LOGS / _fresh_log(f"{log}.log")).open("wb") as stream:
        code = subprocess.call(
            process.bound([*command, *arguments]),
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=process.environment({**odoo.environment(), **(env or {})}),
            cwd=paths.ROOT,
        )
    passed, failures = read_junit(report)
    if code and not failures:
        failures.append(f"pytest ended with status {code}: see .hospital/logs/{log}.log")
    tally.add(title, passed, failures, time.monotonic() - since)


def read_junit(report):
    """Return (number passed, list of failures) of a JUnit report; skipping counts as failing."""
    if not report.exists():
        return 0, []
    passed, failures = 0, []
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 (our own file)
        bad = [kid for kid in case if kid.tag in ("failure", "error", "skipped")]
        if bad:
            first = (bad[0].get("message") or bad[0].tag).splitlines()[0][:300]
            failures.append(f"{case.get('classname')}::{case.get('name')}: {first}")
        else:
            passed += 1
    return passed, failures


def install_everything(tally):
    """Install all addons into a fresh database once, and look at the log."""
    since = time.monotonic()
    wanted = demo.code_hash()
    fresh = stamps.is_fresh(BASE, wanted) and database.exists(BASE) and _has("test-install.log")
    if not fresh:
        stamps.forget(BASE)
        demo.install_all(BASE, "test-install.log")
        stamps.mark(BASE, wanted)
    tally.add("installation of all addons", 1, (), time.monotonic() - since)
    check_log(tally, "test-install.log")


def _weight(addon):
    return sum(file.stat().st_size for file in (paths.ADDONS / addon / "tests").glob("*.py"))


def groups(names, count=GROUPS, weight=_weight):
    """Split addons into groups of about the same amount of tests."""
    parts = [[] for _number in range(count)]
    for name in sorted(names, key=weight, reverse=True):
        min(parts, key=lambda part: sum(weight(item) for item in part)).append(name)
    return [part for part in parts if part]


def _start_tests(names, number, port):
    name, log = f"test_run_{number}", _fresh_log(f"test-odoo-{number}.log")
    database.create(name, BASE)
    tags = ",".join(f"/{addon}" for addon in names)
    options = ["-d", name, "--test-tags", tags, "--stop-after-init", "--http-port", str(port)]
    options += RACE_CONNECTIONS
    stream = (paths.LOGS / log).open("wb")
    child = subprocess.Popen(
        process.bound(odoo.command(*options)),
        stdout=stream,
        stderr=subprocess.STDOUT,
        env=process.environment(odoo.environment()),
        cwd=paths.ROOT,
    )
    stream.close()
    return name, log, child


def odoo_tests(tally):
    """Run the tests of all addons in parallel processes, each in its own copy."""
    since = time.monotonic()
    ports = config.free_ports(TEST_PORT, GROUPS)
    parts = groups(addons.own())
    with step(f"Odoo tests of {len(addons.own())} addons in {len(parts)} processes"):
        started = [_start_tests(part, n, ports[n]) for n, part in enumerate(parts)]
        for _name, _log, child in started:
            child.wait()
    for part, (name, log, child) in zip(parts, started, strict=True):
        count_odoo(tally, f"Odoo tests {log[10:-4]}", log, child.returncode, since, part)
        database.drop(name)


def count_odoo(tally, title, log, code, since, names):
    """Count the tests of one Odoo process that tests the addons ``names``; look at its log."""
    text = read_log(log)
    failed, total = logscan.test_counts(text)
    skipped = logscan.skipped(text)
    red = [row for row in logscan.faults(text) if "FAIL: " in row or "ERROR: " in row]
    failures = red or [f"{failed} tests failed, see .hospital/logs/{log}"] * bool(failed)
    if code and not failures:
        failures = [f"Odoo ended with status {code}, see .hospital/logs/{log}"]
    if not total:
        failures.append(f"no test was run to its end, see .hospital/logs/{log}")
    failures += skipped
    silent = sorted(set(names) - logscan.tested_addons(text))
    failures += [f"no test of {name} was run, see .hospital/logs/{log}" for name in silent]
    passed = max(total - failed - len(skipped), 0)
    tally.add(title, passed, failures, time.monotonic() - since)
    check_log(tally, log)


def upgrade(tally):
    """Update all addons in a copy, look at the log, keep the copy for the database gates."""
    since = time.monotonic()
    names = addons.own()
    with step("Updating all addons"):
        database.create(GATES, BASE)
        log = _fresh_log("test-update.log")
        odoo.install(GATES, (), log, "Updating the addons", update=names)
    tally.add("update of all addons", 1, (), time.monotonic() - since)
    check_log(tally, log)


def lint(tally):
    """Run Odoo's own lint tests; the gate reads their log and keeps what concerns us."""
    since = time.monotonic()
    (port,) = config.free_ports(TEST_PORT)
    with step("Odoo's own lint tests"):
        log = _fresh_log("test-lint.log")
        database.create("test_lint", BASE)
        try:
            odoo.install(
                "test_lint",
                ["test_lint"],
                log,
                "Odoo's lint tests",
                # tests open the port in spite of --no-http
                arguments=("--test-tags", LINT_TAGS, "--http-port", port),
            )
        except Stop:
            pass  # Odoo's own addons have findings; the gate below looks at ours only
        database.drop("test_lint")
    text = read_log(log)
    ours = own_lint_findings(text)
    _failed, total = logscan.test_counts(text)
    if not total:
        ours.append("the lint tests did not run")
    tally.add("Odoo's lint tests on our addons", 0 if ours else 1, ours, time.monotonic() - since)


def own_lint_findings(text):
    """Return the lines of a lint log that name a file or model of ours."""
    return sorted({line.strip()[:300] for line in text.splitlines() if is_own_lint_finding(line)})


def is_own_lint_finding(line):
    """Tell whether a line of a lint log is a finding about our addons."""
    if " INFO " in line or "addons_path" in line or "addons paths" in line:
        return False
    return "/addons/hospital_" in line or "hospital_" in line or "hospital." in line


def gates(tally, env=None):
    """Run the repository gates: those that need a database only when there is one."""
    marker = "database" if env else "not database"
    title = "repository gates (database)" if env else "repository gates (static)"
    pytest(tally, title, ["tests", "-m", marker], "gates-" + marker.replace(" ", "-"), env)


def journeys(tally):
    """Run the browser journeys against a demo hospital of their own."""
    if not (paths.ROOT / "tests_e2e").is_dir():
        return
    build_demo_template()
    database.create(JOURNEY, "demo_template")
    log = "test-journey-server.log"
    running = server.start(JOURNEY, JOURNEY_PORT, log)
    try:
        env = {"HOSPITAL_URL": f"http://127.0.0.1:{running.port}", "HOSPITAL_DB": JOURNEY}
        pytest(tally, "journeys in a browser", ["tests_e2e"], "journeys", env)
    finally:
        server.stop(JOURNEY)
    check_log(tally, log)
    check_log(tally, "build.log")
    database.drop(JOURNEY)


def outside_world(tally):
    """Let independent clients judge the simulated gateways and hospital, a process per core."""
    options = ["tests_world", "-n", str(WORLD_PROCESSES), "--dist", "loadfile"]
    pytest(tally, "the outside world", options, "world")


def build_demo_template():
    """Build the demo hospital into a template, for the code as it is now."""
    wanted = demo.code_hash()
    fresh = stamps.is_fresh("demo-template", wanted) and database.exists("demo_template")
    if fresh and _has("build.log"):
        return
    if not stamps.is_fresh(demo.INSTALLED, wanted) and stamps.is_fresh(BASE, wanted):
        database.create(demo.INSTALLED, BASE)
        stamps.mark(demo.INSTALLED, wanted)
    _fresh_log("build.log")
    demo.build("demo_template")
    stamps.mark("demo-template", wanted)


def no_personal_data(tally):
    """Count one check over all logs: no personal data."""
    found = []
    for file in sorted(paths.LOGS.rglob("*.log")):
        for row, kind, value in logscan.personal(file.read_bytes())[:5]:
            found.append(f"{file.name}:{row}: {kind} {value}")
    tally.add("no personal data in any log", 0 if found else 1, found[:20])


def one_addon(tally, name):
    """Test one addon on a template that holds what it depends on."""
    below = addons.below(name)
    foreign = addons.foreign([*below, name])
    template = f"tpl_{name}"
    wanted = stamps.digest("template", ",".join(foreign), *addons.folders(below))
    if not (stamps.is_fresh(template, wanted) and database.exists(template)):
        with step(f"Making the template for {name} (once)"):
            stamps.forget(template)
            database.create(f"{template}_new")
            odoo.install(
                f"{template}_new",
                [*foreign, *below],
                _fresh_log("test-template.log"),
                "Making the template",
                arguments=("--load-language", odoo.LANGUAGES),
            )
            database.rename(f"{template}_new", template)
            stamps.mark(template, wanted)
    since = time.monotonic()
    log = _fresh_log(f"test-{name}.log")
    (port,) = config.free_ports(TEST_PORT + 10)
    with step(f"Testing {name}"):
        database.create(f"test_{name}", template)
        options = [
            "-d",
            f"test_{name}",
            "-i",
            name,
            *RACE_CONNECTIONS,
            "--test-tags",
            f"/{name}",
            "--stop-after-init",
            "--http-port",
            port,
        ]
        with (paths.LOGS / log).open("wb") as stream:
            code = subprocess.call(
                process.bound(odoo.command(*options)),
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=process.environment(odoo.environment()),
                cwd=paths.ROOT,
            )
    count_odoo(tally, f"Odoo tests {name}", log, code, since, [name])
    database.drop(f"test_{name}")


def everything(tally, only):
    """Run all parts, or the one named."""
    if only in (None, "gate"):
        gates(tally)
    if only in (None, "world"):
        outside_world(tally)
    if only not in ("e2e", "world"):
        install_everything(tally)
    if only in (None, "odoo"):
        odoo_tests(tally)
    if only in (None, "gate"):
        lint(tally)
        upgrade(tally)
        gates(tally, {"HOSPITAL_TEST_DB": GATES})
    if only in (None, "e2e"):
        journeys(tally)
    no_personal_data(tally)


def test(arguments):
    """Run the tests and return 0 only when all of them passed."""
    parser = argparse.ArgumentParser(prog="./hospital test")
    parser.add_argument("addon", nargs="?", help="test this addon only")
    parser.add_argument("--only", choices=("gate", "odoo", "e2e", "world"), help="run one part")
    asked = parser.parse_args(arguments)
    if asked.addon and asked.addon not in addons.own():
        raise Stop(f"There is no addon '{asked.addon}': choose one of {', '.join(addons.own())}.")
    setup.run("test")
    database.check_server()
    tally = Tally()
    with stamps.lock("test", wait=False):
        try:
            if asked.addon:
                one_addon(tally, asked.addon)
            else:
                everything(tally, asked.only)
        except Stop as end:
            tally.add("run", 0, [str(end)])
    tally.show()
    return 1 if tally.failed else 0
