"""Opens a menu as the web client does: its views, then the first read of each."""

from lxml import etree

from odoo import fields
from odoo.tools.safe_eval import safe_eval

PAGE = 80
#: Views that show records or figures; a form needs a record first.
READING = ("list", "kanban", "calendar", "pivot", "graph")


def menus_of(env):
    """Return the menus with an action that the user of ``env`` sees, of all apps."""
    known = env["ir.ui.menu"].load_menus(False)
    ids = [menu["id"] for menu in known.values() if menu["id"] and menu["action_id"]]
    return env["ir.ui.menu"].browse(ids)


def action_of(menu):
    """Return the menu's action as a dict, a server action already run."""
    env = menu.env
    action = menu.sudo().action
    if action._name == "ir.actions.server":
        return action.with_env(env).run()
    return env["ir.actions.actions"]._for_xml_id(action.sudo().get_external_id()[action.id])


class Opening:
    """One menu opened by one user.

    ``counts``: {view type: number of records it starts with}.
    """

    def __init__(self, menu):
        self.menu = menu
        self.env = menu.env
        self.action = action_of(menu)
        self.counts = {}
        if self.action["type"] != "ir.actions.act_window":
            return
        self.model = self._model()
        self.views = self._load_views()
        if self.action.get("target") == "new" or self.model._transient:
            self._open_new()
            return
        domain = self._domain()
        for mode in READING:
            if mode in self.views:
                self.counts[mode] = getattr(self, f"_read_{mode}")(mode, domain)

    def _scope(self):
        return {
            "uid": self.env.uid,
            "context_today": fields.Date.today,
            "active_id": False,
            "active_ids": [],
            "allowed_company_ids": self.env.company.ids,
        }

    def _context(self):
        context = self.action.get("context") or {}
        return safe_eval(context, self._scope()) if isinstance(context, str) else context

    def _model(self):
        return self.env[self.action["res_model"]].with_context(**self._context())

    def _load_views(self):
        """Return {view type: parsed arch}, asked for as the client asks."""
        wanted = list(self.action["views"]) + [[False, "search"]]
        options = {"action_id": self.action.get("id"), "load_filters": True, "toolbar": True}
        answer = self.model.get_views(wanted, options)
        return {mode: etree.fromstring(view["arch"]) for mode, view in answer["views"].items()}

    def _domain(self):
        """Return the domain of the action and of the filters that are on at the start."""
        domain = self.action.get("domain") or []
        domain = safe_eval(domain, self._scope()) if isinstance(domain, str) else domain
        domain = list(domain)
        for name, value in self._context().items():
            if not name.startswith("search_default_") or not value:
                continue
            name = name.removeprefix("search_default_")
            found = self.views["search"].xpath("//filter[@name=$n]|//field[@name=$n]", n=name)
            if not found:
                raise AssertionError(f"{self.menu.complete_name}: no filter {name}")
            if found[0].tag == "field":
                domain.append((name, "=", value))
            else:
                domain += safe_eval(found[0].get("domain") or "[]", self._scope())
        return domain

    def _specification(self, mode):
        """Return the fields that the view reads."""
        known = self.model.fields_get()
        names = {
            node.get("name")
            for node in self.views[mode].xpath("//field")
            if not any(parent.tag == "field" for parent in node.iterancestors())
        }
        return {
            name: {"fields": {"display_name": {}}} if known[name].get("relation") else {}
            for name in names
        }

    def _open_new(self):
        specification = self._specification("form")
        self.model.onchange({}, [], specification)

    def _read_list(self, mode, domain):
        found = self.model.web_search_read(domain, self._specification(mode), limit=PAGE)
        return found["length"]

    _read_kanban = _read_list

    def _read_calendar(self, mode, domain):
        """Read the month around today, as the calendar does after its first paint."""
        view = self.views[mode]
        today = self.env["hospital.clock"]._today()
        first = fields.Date.add(today, days=-31)
        last = fields.Date.add(today, days=31)
        start = view.get("date_start")
        domain = [*domain, (start, ">=", first), (start, "<=", last)]
        return len(self.model.search_read(domain, list(self._specification(mode)), limit=2000))

    def _read_pivot(self, mode, domain):
        nodes = self.views[mode].xpath("//field")
        groups = [
            self._group(node)
            for node in nodes
            if node.get("type") != "measure" and not self._is_figure(node)
        ]
        measures = [
            f"{node.get('name')}:{self.model._fields[node.get('name')].aggregator or 'sum'}"
            for node in nodes
            if node.get("type") == "measure"
        ]
        sets = [groups[:depth] for depth in range(len(groups) + 1)]
        answers = self.model.formatted_read_grouping_sets(domain, sets, [*measures, "__count"])
        return answers[0][0]["__count"]

    _read_graph = _read_pivot

    def _is_figure(self, node):
        return self.model._fields[node.get("name")].type in ("integer", "float", "monetary")

    def _group(self, node):
        name = node.get("name")
        if self.model._fields[name].type in ("date", "datetime"):
            return f"{name}:{node.get('interval') or 'month'}"
        return name
