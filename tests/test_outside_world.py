"""Gates on the simulated outside world: it stands alone, its types are checked, its files small."""

import ast
import subprocess
import sys

import pytest

from tools import paths, process

PACKAGES = {
    "simulation": {"simulation"},
    "sandbox": {"simulation", "sandbox"},
    "reference_his": {"simulation", "reference_his"},
}
LIBRARIES = {
    "simulation": {"aiohttp"},
    "sandbox": {"aiohttp", "cryptography", "multidict", "PIL", "qrcode"},
    "reference_his": {"aiohttp", "cryptography", "lxml", "psycopg2", "pydicom"},
}
LINES = 330


def files(package):
    return sorted((paths.ROOT / package).rglob("*.py"))


def imported(source):
    """Return the top names that a source text imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_a_simulated_system_stands_alone(package):
    allowed = PACKAGES[package] | LIBRARIES[package] | set(sys.stdlib_module_names)
    foreign = {
        str(file.relative_to(paths.ROOT)): sorted(names)
        for file in files(package)
        if (names := imported(file.read_text(encoding="utf-8")) - allowed)
    }
    assert foreign == {}


@pytest.mark.parametrize("folder", ["addons", "tools"])
def test_the_product_does_not_lean_on_a_simulated_system(folder):
    allowed = {"outside.py": {"simulation"}}
    for file in (paths.ROOT / folder).rglob("*.py"):
        found = imported(file.read_text(encoding="utf-8")) & set(PACKAGES)
        assert found <= allowed.get(file.name, set()), file


def test_gate_sees_every_way_to_import():
    assert imported("import odoo.tools\nfrom odoo import fields\nfrom . import x") == {"odoo"}


def test_types_are_checked():
    done = subprocess.run(
        [str(paths.PYTHON), "-m", "mypy"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=process.environment(),
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_one_subject_a_file(package):
    long = {
        file.name: count
        for file in files(package)
        if (count := file.read_text(encoding="utf-8").count("\n")) > LINES
    }
    assert long == {}


def test_nothing_is_left_to_do():
    for package in (*PACKAGES, "tests_world"):
        for file in files(package):
            text = file.read_text(encoding="utf-8")
            for word in ("TODO", "FIXME", "time.sleep(", "pytest.skip", "mark.skip", "mark.xfail"):
                assert word not in text, f"{file}: {word}"
