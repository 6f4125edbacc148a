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


def _bulk_write(call):
    named = isinstance(call.func, ast.Attribute) and call.func.attr in ("write", "create")
    first = call.args[0] if call.args else None
    return named and isinstance(first, ast.Name) and first.id in BULK_NAMES


def _sudo_search_all(call):
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr in ("search", "search_read")
        and _is_env_sudo(func.value)
        and bool(call.args)
        and isinstance(call.args[0], ast.List)
        and not call.args[0].elts
    )


def _formatted_sql(call):
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "execute" and call.args):
        return False
    text = call.args[0]
    formatted = isinstance(text, ast.JoinedStr) or (
        isinstance(text, ast.BinOp) and isinstance(text.op, ast.Mod | ast.Add)
    )
    called = (
        isinstance(text, ast.Call)
        and isinstance(text.func, ast.Attribute)
        and text.func.attr == "format"
    )
    return formatted or called


def _formatted_sql_object(call):
    named = isinstance(call.func, ast.Name) and call.func.id == "SQL"
    return named and bool(call.args) and isinstance(call.args[0], ast.JoinedStr)


def _formatted_markup(call):
    named = isinstance(call.func, ast.Name) and call.func.id == "Markup"
    return named and bool(call.args) and isinstance(call.args[0], ast.JoinedStr)


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


PLANTED = {
    "csrf=False": "@route('/x', csrf=False)\ndef x(self): pass",
    "write(**kw)": "record.write(kw)",
    "sudo().search([])": "env['a'].sudo().search([])",
    "formatted SQL": "cr.execute('DELETE FROM %s' % table)",
    "SQL(f-string)": "SQL(f'SELECT {x}')",
    "Markup(f-string)": "Markup(f'<b>{x}</b>')",
    "verify=False": "requests.get(url, verify=False)",
}


@pytest.mark.parametrize("rule", sorted(PLANTED))
def test_each_rule_sees_its_planted_fault(rule):
    assert [name for _line, name in faults(PLANTED[rule])] == [rule]


def test_rules_leave_good_code_alone():
    good = (
        "cr.execute(SQL('SELECT %s', x))\nrecord.write({'a': 1})\n"
        "env['a'].search([('b', '=', 1)])"
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


def test_nothing_is_skipped_or_left_to_do():
    found = []
    for file in [*product_files(), *paths.ADDONS.glob("hospital_*/tests/*.py")]:
        text = file.read_text(encoding="utf-8")
        for word in ("TODO", "FIXME", "skipTest", "unittest.skip", "time.sleep("):
            if word in text:
                found.append(f"{file.relative_to(paths.ADDONS)}: {word}")
    assert found == []
