"""Gate: no route shows or changes what belongs to somebody else; it finds planted leaks first."""

import json

import pytest
from ownership import HUGE, NOBODY, Matrix, addresses

from tools import config, database, demo, odoo, paths

NAME = "test_matrix"
PORT = 18269
MARK = "HOSPITAL-FACTS:"
LOG = "test-matrix-server.log"
ROUTES_THAT_WRITE = ("/leak/write/<int:partner_id>", "/leak/add/<int:user_id>")


def fingerprint(facts):
    """Return one text per table and column of B's rows, to see what a call changed or added."""
    wanted = [[facts["tables"][model], "id", ids] for model, ids in facts["owned"].items()]
    found = {}
    for table, column, ids in wanted + facts["belongs"]:
        numbers = ",".join(map(str, ids))
        found[f"{table}.{column}"] = database.sql(
            f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t"
            f" WHERE {column} IN ({numbers})", NAME
        )
    return found


def stop(server):
    server.terminate()
    server.wait(120)


@pytest.fixture(scope="module")
def matrix(database):
    """Run the whole matrix once against a copy of the database with the planted leaks."""
    from tools import database as databases

    databases.create(NAME, database)
    conf = config.write(
        addons=[paths.ROOT / "tests" / "addons"], target=paths.RUN / "odoo-matrix.conf"
    )
    shell = paths.CONFIG
    paths.CONFIG = conf
    try:
        odoo.install(NAME, ["hospital_leak"], "test-matrix.log", "Installing the planted leaks")
        seed = (paths.ROOT / "tests" / "ownership_seed.py").read_text(encoding="utf-8")
        printed = odoo.script(NAME, seed, "test-matrix.log", "Making two patients")
    finally:
        paths.CONFIG = shell
    facts = json.loads(
        [row for row in printed.splitlines() if MARK in row][-1].split(MARK, 1)[1]
    )
    ports = config.free_ports(PORT, 2)
    (paths.LOGS / LOG).unlink(missing_ok=True)
    server = odoo.serve(NAME, ports, LOG, conf, workers=0)
    try:
        odoo.wait_until_it_answers(ports[0], server, LOG)
        run = Matrix(f"http://127.0.0.1:{ports[0]}", NAME, facts)
        run.before = fingerprint(facts)
        without_writes = [r for r in facts["routes"] if r["rule"] not in ROUTES_THAT_WRITE]
        planted = [r for r in facts["routes"] if r not in without_writes]
        facts["routes"] = without_writes
        run.run()
        run.after = fingerprint(facts)
        facts["routes"] = planted
        run.run()
        run.after_planted = fingerprint(facts)
        facts["routes"] = without_writes + planted
        yield run
    finally:
        stop(server)
        databases.drop(NAME)


def ours(rows):
    """Leave the planted routes out."""
    return [row for row in rows if not row[2].startswith("/leak/")]


def test_planted_leaks_are_found(matrix):
    found = {row[:3] for row in matrix.leaks}
    assert ("outpatient_office", "GET", "/leak/hospital") in found
    assert ("a", "GET", "/leak/page/<int:partner_id>") in found
    assert ("anonymous", "POST", "/leak/json") in found
    assert ("a", "POST", "/leak/json") in found


def test_planted_blind_writes_are_found(matrix):
    changed = {name for name in matrix.after if matrix.after[name] != matrix.after_planted[name]}
    assert {"res_partner.id", "hospital_risk_event.account_id"} <= changed


def test_planted_answer_that_tells_what_exists_is_found(matrix):
    assert ("anonymous", "GET", "/leak/exists/<string:ref>") in matrix.told_apart()


def test_no_route_of_ours_tells_what_exists(matrix):
    assert [row for row in matrix.told_apart() if not row[2].startswith("/leak/")] == []


def test_no_route_of_ours_leaks(matrix):
    assert sorted(set(ours(matrix.leaks))) == []


def test_no_route_of_ours_changes_what_belongs_to_another(matrix):
    assert matrix.before == matrix.after


def test_no_route_of_ours_breaks_on_odd_input(matrix):
    assert ours(matrix.broken) == []


def test_every_route_of_ours_was_called(matrix):
    wanted = {(r["rule"], method) for r in matrix.facts["routes"] for method in r["methods"]}
    assert wanted - matrix.called == set()


def test_patient_pages_were_looked_at_and_not_sent_on(matrix):
    for rule in ("/h5/", "/h5/bookings", "/h5/family", "/h5/messages", "/h5/my-data"):
        assert matrix.statuses["a", "GET", rule] == {200}, rule
    assert matrix.statuses["a", "GET", "/h5/arrive/<string:token>"] == {200, 404}


def test_arguments_are_filled_in():
    assert addresses("/a/<int:x>/b", [1, 2], []) == [
        "/a/1/b", "/a/2/b", f"/a/{NOBODY}/b", f"/a/{HUGE}/b"
    ]
    assert addresses("/a/<string:ref>", [1], ["r"]) == ["/a/r", "/a/x"]
    assert addresses("/a", [1], []) == ["/a"]


def test_demo_database_is_never_touched():
    assert NAME != demo.NAME
