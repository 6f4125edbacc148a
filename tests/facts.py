# Run inside ``odoo shell``: prints facts about our models as one JSON line for the gates.
import json


def facts_own_modules():
    return [name for name in env.registry._init_modules if name.startswith("hospital_")]  # noqa: F821


def facts_own_models():
    own = set(facts_own_modules())
    return {name: model for name, model in env.items()  # noqa: F821
            if model._original_module in own and not model._abstract}


def facts_declared():
    found = []
    own = set(facts_own_modules())
    for name, model in env.items():  # noqa: F821
        if not model._auto or model._abstract:
            continue
        for key, rule in model._table_objects.items():
            if getattr(rule, "_module", None) in own:
                found.append([name, key, type(rule).__name__, rule.full_name(model)])
    return found


def facts_existing():
    env.cr.execute("SELECT conname FROM pg_constraint")  # noqa: F821
    names = [row[0] for row in env.cr.fetchall()]  # noqa: F821
    env.cr.execute("SELECT indexname FROM pg_indexes")  # noqa: F821
    return names + [row[0] for row in env.cr.fetchall()]  # noqa: F821


def facts_planted(declared):
    """Drop one constraint of ours, look again, and roll back."""
    for name, _key, kind, full_name in declared:
        if kind != "Constraint":
            continue
        env.cr.execute("SAVEPOINT planted")  # noqa: F821
        env.cr.execute(  # noqa: F821
            f'ALTER TABLE "{env[name]._table}" DROP CONSTRAINT IF EXISTS "{full_name}" CASCADE'  # noqa: F821
        )
        existing = facts_existing()
        env.cr.execute("ROLLBACK TO SAVEPOINT planted")  # noqa: F821
        return {"dropped": full_name, "existing": existing}
    return {"dropped": "", "existing": []}


def facts_access():
    """Return per model: access lines, which outsiders they let in, and whom a rule confines.

    A rule without groups keeps hospitals apart; it does not keep one patient from another.
    """
    outside = env.ref("base.group_portal") | env.ref("base.group_public")  # noqa: F821
    rows = {}
    for name in facts_own_models():
        lines = env["ir.model.access"].search([("model_id.model", "=", name)])  # noqa: F821
        rules = env["ir.rule"].search([("model_id.model", "=", name)])  # noqa: F821
        confined = rules.filtered(lambda rule: facts_confines(rule.domain_force)).groups & outside
        rows[name] = {
            "lines": len(lines),
            "open": sorted((lines.group_id & outside).mapped("name")
                           + ["everybody"] * len(lines.filtered(lambda one: not one.group_id))),
            "confined": sorted(confined.mapped("name")),
        }
    return rows


def facts_confines(domain):
    return "".join((domain or "[]").split()) not in ("[]", "[(1,'=',1)]")


def facts_classes():
    table = env.get("hospital.data.class")  # noqa: F821
    if table is None:
        return {}
    return {
        "unclassified": table._unclassified_fields(),
        "unprotected": table._unprotected_fields() if hasattr(table, "_unprotected_fields") else [],
    }


def facts_labels(lang):
    """Return {(model, id): text} of what people read of ours, as the database holds it."""
    found = {}
    for model, field in (
        ("ir.model", "name"), ("ir.model.fields", "field_description"),
        ("ir.model.fields.selection", "name"), ("ir.model.constraint", "message"),
        ("ir.ui.menu", "name"), ("ir.actions.act_window", "name"), ("ir.actions.server", "name"),
        ("res.groups", "name"), ("res.groups.privilege", "name"), ("ir.cron", "name"),
    ):
        ids = env["ir.model.data"].search(  # noqa: F821
            [("module", "in", facts_own_modules()), ("model", "=", model)]
        ).mapped("res_id")
        records = env[model].with_context(lang=lang, active_test=False).browse(ids)  # noqa: F821
        found |= {f"{model} {one.id}": one[field] for one in records.exists() if one[field]}
    return found


def facts_planted_label():
    """Take one Chinese label away, look again, and roll back."""
    env.cr.execute("SAVEPOINT planted")  # noqa: F821
    field = env["ir.model.fields"]._get("hospital.booking", "state")  # noqa: F821
    env.cr.execute(  # noqa: F821
        "UPDATE ir_model_fields SET field_description = field_description - 'zh_CN' WHERE id = %s",
        [field.id],
    )
    env.invalidate_all()  # noqa: F821
    labels = facts_labels("zh_CN")
    env.cr.execute("ROLLBACK TO SAVEPOINT planted")  # noqa: F821
    env.invalidate_all()  # noqa: F821
    return {"key": f"ir.model.fields {field.id}", "labels": labels}


def facts_unsearchable():
    """Return our models that others point at and that typing a name cannot find.

    Odoo offers every record then, and warns in the log.
    """
    pointed_at = {field.comodel_name for model in env.values()  # noqa: F821
                  for field in model._fields.values() if field.type == "many2one"}
    by_odoo = type(env["base"])._search_display_name  # noqa: F821
    return sorted(
        name for name, model in facts_own_models().items()
        if name in pointed_at and not model._rec_names_search and not model._rec_name
        and type(model)._search_display_name is by_odoo
    )


facts_rows = facts_declared()
print("HOSPITAL-FACTS:" + json.dumps({
    "modules": facts_own_modules(),
    "declared": facts_rows,
    "existing": facts_existing(),
    "planted": facts_planted(facts_rows),
    "access": facts_access(),
    "classes": facts_classes(),
    "unsearchable": facts_unsearchable(),
    "labels": facts_labels("zh_CN"),
    "planted_label": facts_planted_label(),
}))
