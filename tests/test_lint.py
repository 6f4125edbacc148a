"""Gates of ruff, pylint-odoo and the reader of Odoo's own lint log."""

import subprocess

from tools import addons, odoo_source, paths, process, testing

# tests commit on purpose where they race two transactions
PYLINT = ("--load-plugins=pylint_odoo", "--disable=all", "--score=n", "--ignore=tests")
PYLINT_CHECKS = (
    "sql-injection,external-request-timeout,invalid-commit,no-raise-unlink,"
    "translation-positional-used,translation-contains-variable,translation-format-interpolation,"
    "translation-unsupported-format,translation-too-few-args,translation-too-many-args,"
    "method-compute,method-search,method-inverse,odoo-addons-relative-import,"
    "print-used,attribute-deprecated,manifest-required-key,manifest-deprecated-key,"
    "manifest-version-format,license-allowed,development-status-allowed,resource-not-exist,"
    "no-write-in-compute,bad-builtin-groupby,deprecated-name-get,except-pass"
)


ODOO_PLUGINS = "_odoo_checker_sql_injection,_odoo_checker_gettext,_odoo_checker_unlink_override"
ODOO_CHECKS = (
    "used-before-assignment,undefined-variable,eval-used,unreachable,function-redefined,"
    "sql-injection,missing-gettext,gettext-variable,gettext-placeholders,gettext-repr,raise-unlink-override"
)


def run(*command, environment=None):
    """Run a checker and return (status, output)."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        cwd=paths.ROOT,
        env=process.environment(environment),
    )
    return done.returncode, done.stdout + done.stderr


def ruff(*files):
    return run(paths.PYTHON, "-m", "ruff", "check", "--no-cache", "--config", "ruff.toml", *files)


def pylint(*folders):
    return run(
        paths.PYTHON, "-m", "pylint", *PYLINT, f"--enable={PYLINT_CHECKS}",
        "--valid-odoo-versions=19.0", *folders,
    )


def odoo_pylint(*folders):
    """Run pylint with the checkers that come with Odoo's own lint tests."""
    checkers = odoo_source.addons_folders()[0] / "test_lint" / "tests"
    return run(
        paths.PYTHON, "-m", "pylint", "--rcfile=/dev/null",
        "--disable=all,unknown-option-value", "--score=n",
        f"--enable={ODOO_CHECKS}", f"--load-plugins={ODOO_PLUGINS}", *folders,
        environment={"PYTHONPATH": f"{checkers}:{odoo_source.library()}"},
    )


def test_ruff_is_content():
    status, text = ruff(".")
    assert status == 0, text


def test_ruff_sees_a_planted_fault(tmp_path):
    file = tmp_path / "planted.py"
    file.write_text("import os\n")
    status, text = ruff(file)
    assert status == 1 and "F401" in text


def test_pylint_odoo_is_content():
    status, text = pylint(*addons.folders(addons.own()))
    assert status == 0, text


def test_pylint_odoo_sees_a_planted_fault(tmp_path):
    folder = tmp_path / "planted"
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import model\n")
    (folder / "__manifest__.py").write_text(
        '{"name": "Planted", "license": "LGPL-3", "author": "A", "version": "19.0.1.0.0"}\n'
    )
    (folder / "model.py").write_text(
        "class Planted:\n    def run(self):\n        self.env.cr.execute('SELECT %s' % self.x)\n"
        "        self.env.cr.commit()\n"
    )
    status, text = pylint(folder)
    assert status and "sql-injection" in text and "invalid-commit" in text, text


def test_odoo_checkers_are_content():
    status, text = odoo_pylint(*addons.folders(addons.own()))
    assert status == 0, text


def test_odoo_checkers_see_a_planted_fault(tmp_path):
    file = tmp_path / "planted.py"
    file.write_text("def run(self, name):\n    self.env.cr.execute(f'SELECT {name}')\n")
    status, text = odoo_pylint(file)
    assert status and "sql-injection" in text, text


def test_lint_log_reader_keeps_what_is_ours():
    ours = "ERROR db odoo.addons.test_lint: /x/addons/hospital_base/models/a.py:3 bad"
    assert testing.own_lint_findings(f"{ours}\n/x/addons/sale/models/b.py:1 bad\n") == [ours]
    assert testing.own_lint_findings("2026 1 INFO db odoo.modules: hospital_base loaded") == []
