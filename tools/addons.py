"""The addons of this repository and in which order they depend on each other."""

import ast

from . import paths


def manifest(name, folder=None):
    """Return an addon's manifest as a dict."""
    file = (folder or paths.ADDONS) / name / "__manifest__.py"
    return ast.literal_eval(file.read_text(encoding="utf-8"))


def own():
    """Return the names of our addons, those they depend on first."""
    found = sorted(file.parent.name for file in paths.ADDONS.glob("*/__manifest__.py"))
    needs = {name: [d for d in manifest(name).get("depends", ()) if d in found] for name in found}
    order = []

    def visit(name, trail=()):
        if name in trail:
            raise ValueError(f"addons depend on each other in a circle: {trail} {name}")
        for below in needs[name]:
            visit(below, (*trail, name))
        if name not in order:
            order.append(name)

    for name in found:
        visit(name)
    return order


def below(name):
    """Return our addons that ``name`` needs, lowest first, without itself."""
    known = own()
    wanted, queue = set(), [name]
    while queue:
        for need in manifest(queue.pop()).get("depends", ()):
            if need in known and need not in wanted:
                wanted.add(need)
                queue.append(need)
    return [addon for addon in known if addon in wanted]


def foreign(names):
    """Return what the addons ``names`` need that is not ours."""
    known = own()
    needs = {need for name in names for need in manifest(name).get("depends", ())}
    return sorted(needs - set(known))


def folders(names):
    """Return the folders of addons, to hash them."""
    return [paths.ADDONS / name for name in names]
