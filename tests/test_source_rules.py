"""Gates on the source: patterns that open a hole, found in the syntax tree."""

import ast

import pytest

from tools import paths

BULK_NAMES = {"kw", "kwargs", "post", "params", "payload", "data"}
# (file, rule): why it is right there
ALLOWED = {}


def _is_env_sudo(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
        node.func.attr == "sudo"
    )


def _csrf_off(call):
    return any(
        word.arg == "csrf" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in call.keywords
    )


def _is_bulk(node):
    """Tell whether a value is what came with a request, whole or copied."""
    if isinstance(node, ast.Name):
        return node.id in BULK_NAMES
    if isinstance(node, ast.Attribute):
        return node.attr in ("form", "params")
    if isinstance(node, ast.Dict):
        spread = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
        return any(_is_bulk(value) for value in spread)
    if isinstance(node, ast.List):
        return any(_is_bulk(value) for value in node.elts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return any(_is_bulk(value) for value in node.args) or any(
            word.arg is None and _is_bulk(word.value) for word in node.keywords
        )
    return False


def _bulk_write(call):
    named = isinstance(call.func, ast.Attribute) and call.func.attr in ("write", "create")
    return named and bool(call.args) and _is_bulk(call.args[0])


def _sudo_search_all(call):
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr in ("search", "search_read")
        and _is_env_sudo(func.value)
        and any(
            isinstance(value, ast.List) and not value.elts
            for value in [*call.args[:1], *(w.value for w in call.keywords if w.arg == "domain")]
        )
    )


def _has_constants_only(call):
    values = [*call.args, *(word.value for word in call.keywords)]
    return all(isinstance(value, ast.Constant) for value in values)


def _is_put_together(text):
    """Tell whether a text is made of pieces: f-string, ``%``, ``+`` or ``format``."""
    formatted = isinstance(text, ast.JoinedStr) or (
        isinstance(text, ast.BinOp) and isinstance(text.op, ast.Mod | ast.Add)
    )
    called = (
        isinstance(text, ast.Call)
        and isinstance(text.func, ast.Attribute)
        and text.func.attr in ("format", "format_map", "join")
        and not _has_constants_only(text)
    )
    return formatted or called


def _formatted_sql(call):
    named = isinstance(call.func, ast.Attribute) and call.func.attr in ("execute", "executemany")
    return named and bool(call.args) and _is_put_together(call.args[0])


def _formatted_sql_object(call):
    named = isinstance(call.func, ast.Name) and call.func.id == "SQL"
    return named and bool(call.args) and _is_put_together(call.args[0])


def _formatted_markup(call):
    named = isinstance(call.func, ast.Name) and call.func.id == "Markup"
    return named and bool(call.args) and _is_put_together(call.args[0])


def _no_verify(call):
    return any(
        word.arg == "verify" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in call.keywords
    )


RULES = {
    "csrf=False": _csrf_off,
    "write(**kw)": _bulk_write,
    "sudo().search([])": _sudo_search_all,
    "formatted SQL": _formatted_sql,
    "SQL(f-string)": _formatted_sql_object,
    "Markup(f-string)": _formatted_markup,
    "verify=False": _no_verify,
}


def faults(source):
    """Return (line, rule) for each call in a source text that breaks a rule."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return sorted(
        (call.lineno, name) for call in calls for name, rule in RULES.items() if rule(call)
    )


def product_files():
    """Return the Python files of the product, its tests left out."""
    files = paths.ADDONS.glob("hospital_*/**/*.py")
    return [file for file in files if "tests" not in file.relative_to(paths.ADDONS).parts]


def test_no_dangerous_call():
    found = []
    for file in product_files():
        name = str(file.relative_to(paths.ADDONS))
        for line, rule in faults(file.read_text(encoding="utf-8")):
            if (name, rule) not in ALLOWED:
                found.append(f"{name}:{line}: {rule}")
    assert found == []


PLANTED = (
    ("csrf=False", "@route('/x', csrf=False)\ndef x(self): pass"),
    ("write(**kw)", "record.write(kw)"),
    ("write(**kw)", "record.create([{**post, 'state': 'new'}])"),
    ("write(**kw)", "record.write(dict(params))"),
    ("write(**kw)", "record.create(request.httprequest.form)"),
    ("sudo().search([])", "env['a'].sudo().search([])"),
    ("sudo().search([])", "env['a'].sudo().search_read(domain=[])"),
    ("formatted SQL", "cr.execute('DELETE FROM %s' % table)"),
    ("formatted SQL", "cr.execute(f'DELETE FROM {table}')"),
    ("SQL(f-string)", "SQL(f'SELECT {x}')"),
    ("SQL(f-string)", "SQL('SELECT ' + x)"),
    ("SQL(f-string)", "SQL('SELECT {}'.format(x))"),
    ("Markup(f-string)", "Markup(f'<b>{x}</b>')"),
    ("Markup(f-string)", "Markup('<b>%s</b>' % x)"),
    ("verify=False", "requests.get(url, verify=False)"),
)


@pytest.mark.parametrize("rule, source", PLANTED)
def test_each_rule_sees_its_planted_fault(rule, source):
    assert [name for _line, name in faults(source)] == [rule]


def test_every_rule_has_a_planted_fault():
    assert {rule for rule, _source in PLANTED} == set(RULES)


def test_rules_leave_good_code_alone():
    good = (
        "cr.execute(SQL('SELECT %s', x))\nrecord.write({'a': 1})\n"
        "env['a'].search([('b', '=', 1)])\nSQL('SELECT {x}'.format(x='a.id'))"
    )
    assert faults(good) == []


def _test_classes(file):
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        has_test = isinstance(node, ast.ClassDef) and any(
            isinstance(kid, ast.FunctionDef) and kid.name.startswith("test_") for kid in node.body
        )
        if has_test:
            yield node


def test_every_addon_test_runs_after_installation():
    loose = []
    for file in paths.ADDONS.glob("hospital_*/tests/test_*.py"):
        for node in _test_classes(file):
            text = " ".join(ast.unparse(mark) for mark in node.decorator_list)
            if "post_install" not in text or "-at_install" not in text:
                loose.append(f"{file.name}:{node.name}")
    assert loose == []


LOOSE_ENDS = (
    "TODO", "FIXME", "skipTest", "SkipTest", "unittest.skip", "import skip", "expectedFailure",
    "-standard", "time.sleep(",
)


def loose_ends(text):
    """Return the words of a source text by which something is left out or left to do."""
    return [word for word in LOOSE_ENDS if word in text]


def test_nothing_is_skipped_or_left_to_do():
    found = []
    for file in [*product_files(), *paths.ADDONS.glob("hospital_*/tests/*.py")]:
        words = loose_ends(file.read_text(encoding="utf-8"))
        found += [f"{file.relative_to(paths.ADDONS)}: {word}" for word in words]
    assert found == []


@pytest.mark.parametrize("text", [
    "from unittest import skipIf", "raise unittest.SkipTest", "@unittest.expectedFailure",
    '@tagged("post_install", "-at_install", "-standard")',
])
def test_gate_sees_tests_that_are_left_out(text):
    assert loose_ends(text)


def not_imported(names, source):
    """Return the test files that ``tests/__init__.py`` (``source``) forgets."""
    imported = {
        alias.name
        for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return sorted(set(names) - imported)


def test_every_test_file_is_imported():
    found = {}
    for file in paths.ADDONS.glob("hospital_*/tests/__init__.py"):
        names = [test.stem for test in file.parent.glob("test_*.py")]
        if missing := not_imported(names, file.read_text(encoding="utf-8")):
            found[file.parent.parent.name] = missing
    assert found == {}
    assert not_imported(["test_a", "test_b"], "from . import test_a") == ["test_b"]
