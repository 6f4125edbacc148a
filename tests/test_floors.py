"""Gate on the floors: an addon depends only on what stands below it."""

import ast
import re

from tools import addons, paths

FLOORS = {
    "hospital_base": 1,
    "hospital_patient": 2,
    "hospital_message": 2.1,
    "hospital_privacy": 2.1,
    "hospital_schedule": 3,
    "hospital_booking": 4,
    "hospital_portal": 5,
    "hospital_payment": 6,
    "hospital_connector": 8,
    "hospital_wechat": 8.1,
    "hospital_dashboard": 9,
    "hospital_kiosk": 9,
    "hospital_demo": 9.1,
}
SLICES = ("queue", "record", "exam", "medtech", "insurance", "finance", "triage", "guide", "survey")
FLOORS.update({f"hospital_{name}": 7 for name in SLICES})


def floor(name):
    """Return the floor of an addon of ours, ``None`` when it is not on the map."""
    if name.startswith("hospital_connector_"):
        return 8.1
    return FLOORS.get(name)


def upward(dependencies):
    """Return the dependencies that do not point down, for {addon: its needs}."""
    found = []
    for name, needs in dependencies.items():
        here = floor(name)
        if here is None:
            found.append(f"{name} is on no floor")
            continue
        for need in needs:
            if need.startswith("hospital_") and (floor(need) is None or floor(need) >= here):
                found.append(f"{name} -> {need}")
    return found


def imported(source):
    """Return our addons that a source text imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{kid.name}" for kid in node.names)]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for full in names:
            if full.startswith("odoo.addons.hospital_"):
                found.add(full.split(".")[2])
    return found


def imports(name):
    """Return our addons whose code an addon imports."""
    files = (paths.ADDONS / name).rglob("*.py")
    found = [imported(file.read_text(encoding="utf-8")) for file in files]
    return set().union(*found) - {name}


def named(text):
    """Return our addons of whose records, templates or files a text speaks (``addon.xml_id``)."""
    return set(re.findall(r"(?<![\w.])(hospital_\w+)(?=[./]\w)", text)) & set(FLOORS)


def named_by(name):
    """Return our addons of whose records an addon's code, views and rights speak."""
    found = set()
    for file in (paths.ADDONS / name).rglob("*"):
        if file.suffix in (".py", ".xml", ".csv", ".js"):
            found |= named(file.read_text(encoding="utf-8"))
    return found - {name}


def test_manifests_depend_only_downwards():
    assert upward({name: addons.manifest(name)["depends"] for name in addons.own()}) == []


def test_code_imports_only_downwards():
    assert upward({name: imports(name) for name in addons.own()}) == []


def test_records_are_named_only_downwards():
    assert upward({name: named_by(name) for name in addons.own()}) == []


def test_every_needed_addon_is_in_the_repository():
    own = set(addons.own())
    needs = {need for name in own for need in addons.manifest(name)["depends"]}
    assert {need for need in needs if need.startswith("hospital_")} - own == set()


def test_gate_sees_an_upward_dependency():
    assert upward({"hospital_base": ["web", "hospital_booking"]}) == [
        "hospital_base -> hospital_booking"
    ]
    assert upward({"hospital_patient": ["hospital_message"]}) == [
        "hospital_patient -> hospital_message"
    ]
    assert upward({"hospital_attic": []}) == ["hospital_attic is on no floor"]


def test_gate_sees_every_way_to_name_an_addon():
    for source in (
        "import odoo.addons.hospital_portal.models",
        "from odoo.addons.hospital_portal import models",
        "from odoo.addons import hospital_portal",
    ):
        assert imported(source) == {"hospital_portal"}, source
    for text in ("ref=\"hospital_portal.home\"", "env.ref('hospital_portal.home')",
                 "file_open('hospital_portal/sql/x.sql')"):
        assert named(text) == {"hospital_portal"}, text
    assert named("hospital_portal is an addon; self.hospital_portal.x") == set()


def test_manifests_are_alike():
    for name in addons.own():
        manifest = addons.manifest(name)
        assert manifest["version"].startswith("19.0."), name
        assert manifest["author"] == "Hospital Suite contributors", name
        assert manifest["license"] == "LGPL-3", name
