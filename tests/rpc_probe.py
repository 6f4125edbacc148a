# Run inside ``odoo shell``: every role calls every public method of ours. Prints one JSON line.
#
# Each call runs as ``/web/dataset/call_kw`` would run it, in a savepoint that is taken back.
# PostgreSQL's own counters of the transaction tell which tables a call has changed.
import functools
import inspect
import json

from psycopg2 import IntegrityError

from odoo.exceptions import AccessDenied, AccessError, MissingError, RedirectWarning, UserError
from odoo.service.model import call_kw
from odoo.tools import mute_logger

PROBE_CANARY = "CANARY-B-7731"
PROBE_OTHER = "CANARY-OTHER-HOSPITAL"
PROBE_ROLES = (
    "staff", "triage_desk", "outpatient_office", "doctor", "cashier", "finance",
    "finance_manager", "manager", "integration", "security_admin", "auditor",
)
PROBE_MAGIC = ("id", "create_uid", "create_date", "write_uid", "write_date")
PROBE_POLITE = (UserError, AccessError, AccessDenied, MissingError, RedirectWarning)
PROBE_ODD = (None, "x\x00", 10**30, {"x": []})
#: Tried by ``probe_crud``, field by field, or refused alike for every model of Odoo.
PROBE_ORM = {
    "create", "write", "unlink", "copy", "copy_data", "init", "default_get", "web_read",
}


def probe_users():
    """Return {role: user}: one user per role, the patient A and the public."""
    users = {"public": env.ref("base.public_user"),  # noqa: F821
             "portal": env["res.users"].search([("login", "=", "matrix_a")])}  # noqa: F821
    for role in PROBE_ROLES:
        group = env.ref(f"hospital_base.group_{role}")  # noqa: F821
        users[role] = env["res.users"].with_context(no_reset_password=True).create({  # noqa: F821
            "name": f"Probe {role}", "login": f"probe_{role}", "group_ids": [(6, 0, group.ids)],
        })
    return users


def probe_own_models():
    return [name for name in sorted(env.registry) if name.startswith("hospital.")]  # noqa: F821


def probe_methods(model):
    """Return the names of public methods that an addon of ours defines on ``model``."""
    names = set()
    for cls in type(model).mro():
        if not cls.__module__.startswith("odoo.addons.hospital_"):
            continue
        for name, member in vars(cls).items():
            if name not in PROBE_ORM and not name.startswith("_") and inspect.isroutine(member):
                shut = any(getattr(getattr(base, name, None), "_api_private", False)
                           for base in type(model).mro())
                if not shut:
                    names.add(name)
    return sorted(names)


def probe_changes():
    """Return {table: rows written} of this transaction."""
    env.cr.execute(  # noqa: F821
        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )
    return dict(env.cr.fetchall())  # noqa: F821


def probe_call(user, name, method, args, kwargs=None, canary=PROBE_CANARY):
    """Call one method; return (kind of outcome, tables changed, whether the canary came back)."""
    env.invalidate_all(flush=False)  # noqa: F821
    before = probe_changes()
    env.cr.execute("SAVEPOINT probe")  # noqa: F821
    outcome, told = "ok", ""
    try:
        model = env(user=user.id, context={}, su=False)[name]  # noqa: F821
        result = call_kw(model, method, args, kwargs or {})
        model.env.flush_all()
        told = str(result)
    except PROBE_POLITE as error:
        outcome = type(error).__name__
    except IntegrityError:
        outcome = "IntegrityError"  # a request turns it into the sentence of the rule
    except Exception as error:
        outcome = f"!{type(error).__module__}.{type(error).__name__}: {error}"[:200]
    changed = {}
    if not outcome.startswith(("!psycopg2", "IntegrityError")):
        after = probe_changes()
        changed = {table: after[table] for table in after if after[table] != before.get(table)}
    env.transaction.clear()  # noqa: F821
    env.cr.execute("ROLLBACK TO SAVEPOINT probe")  # noqa: F821
    return outcome, sorted(changed), canary in told


@functools.cache
def probe_may(user, table):
    """Tell whether a user may write in a table by the access lines."""
    for name, model in env.items():  # noqa: F821
        if model._table == table and not model._abstract:
            mine = env(user=user.id, su=False)[name]  # noqa: F821
            return any(mine.has_access(mode) for mode in ("write", "create", "unlink"))
    return False


def probe_arguments(model, method):
    """Yield argument lists that fit the method's signature, every argument odd in turn."""
    function = getattr(type(model), method)
    wanted = [p for p in list(inspect.signature(function).parameters.values())[1:]
              if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    for odd in PROBE_ODD:
        yield [odd] * len(wanted)
        if not wanted:
            return


def probe_ids(model):
    """Return lists of ids to call a method with: the newest record, and one that is not there."""
    if model._abstract:
        return [[]]
    found = model.sudo().with_context(active_test=False).search([], order="id desc", limit=1).ids
    return [found[:1], [2**31 - 1]]


def probe_everything(users):
    rows = []
    for name in probe_own_models():
        model = env[name]  # noqa: F821
        for method in probe_methods(model):
            model_method = getattr(getattr(type(model), method), "_api_model", False)
            for role, user in users.items():
                seen = set()
                for ids in [None] if model_method else probe_ids(model):
                    for args in probe_arguments(model, method):
                        full = args if ids is None else [ids, *args]
                        outcome, changed, leaked = probe_call(user, name, method, full)
                        forbidden = [table for table in changed if not probe_may(user, table)]
                        key = (outcome.split(":")[0], tuple(forbidden), leaked)
                        if key not in seen:
                            seen.add(key)
                            rows.append([role, name, method, outcome, forbidden, leaked])
    return rows


def probe_vals(model):
    """Return one value for each stored field, taken from the newest record."""
    record = model.sudo().with_context(active_test=False).search([], order="id desc", limit=1)
    vals = {}
    for name, field in model._fields.items():
        if field.store and name not in PROBE_MAGIC and not field.type.endswith("2many"):
            value = record[name]
            vals[name] = value.id if field.type == "many2one" else value
    return record, vals


def probe_crud(users):
    """Try create, write of each field, and unlink with every role on every table of ours."""
    rows = []
    for name in probe_own_models():
        model = env[name]  # noqa: F821
        if model._abstract or not model._auto:
            continue
        record, vals = probe_vals(model)
        for role, user in users.items():
            calls = [("create", [{}]), ("create", [vals]), ("unlink", [record.ids])]
            calls += [("write", [record.ids, {field: value}]) for field, value in vals.items()]
            for method, args in calls if record else calls[:2]:
                outcome, changed, leaked = probe_call(user, name, method, args)
                mode = method
                allowed = env(user=user.id, su=False)[name].has_access(mode)  # noqa: F821
                field = next(iter(args[-1])) if method == "write" else ""
                rows.append([role, name, method, field, outcome, changed, allowed, leaked])
    return rows


def probe_readable(user, model):
    """Return the stored fields that a user may read."""
    mine = env(user=user.id, su=False)[model]  # noqa: F821
    fields = mine.fields_get(attributes=["store", "type"])
    return [name for name, row in fields.items()
            if row["store"] and not row["type"].endswith("2many") and row["type"] != "binary"]


def probe_reading(users):
    """Let outsiders look for B, and the staff of one hospital for the other, in every table."""
    rows = []
    foreign = ["res.partner", "res.users", "mail.message", "ir.attachment"]
    for name in probe_own_models() + foreign:
        model = env[name]  # noqa: F821
        if model._abstract:
            continue
        for role, user in users.items():
            outsider = role in ("portal", "public")
            if name in foreign and not outsider:
                continue
            canary = PROBE_CANARY if outsider else PROBE_OTHER
            for method, args in (
                ("search_read", [[], probe_readable(user, name)]),
                ("name_search", [""]),
                ("formatted_read_group", [[], [model._rec_name or "id"], ["__count"]]),
            ):
                outcome, _changed, leaked = probe_call(user, name, method, args, canary=canary)
                rows.append([role, name, method, outcome, leaked])
    return rows


def probe_planted(users):
    """Add a public method that forgets to ask, and let two roles call it."""
    def planted(self):
        self.sudo().write({"sequence": 99})
        return self.env["hospital.patient"].sudo().search([]).mapped("name")

    model = type(env["hospital.doctor"])  # noqa: F821
    doctor = env["hospital.doctor"].search([], limit=1)  # noqa: F821
    model.planted = planted
    found = {role: probe_call(users[role], "hospital.doctor", "planted", [doctor.ids])
             for role in ("portal", "cashier")}
    del model.planted
    return {role: [outcome, [t for t in changed if not probe_may(users[role], t)], leaked]
            for role, (outcome, changed, leaked) in found.items()}


with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_model", "odoo.models", "odoo.http"):
    probe_team = probe_users()
    env.flush_all()  # noqa: F821
    probe_rows = probe_everything(probe_team)
    probe_crud_rows = probe_crud(probe_team)
    probe_reading_rows = probe_reading(probe_team)
    probe_planted_rows = probe_planted(probe_team)
env.cr.rollback()  # noqa: F821
print("HOSPITAL-FACTS:" + json.dumps({
    "methods": probe_rows, "crud": probe_crud_rows, "reading": probe_reading_rows,
    "planted": probe_planted_rows,
}))
