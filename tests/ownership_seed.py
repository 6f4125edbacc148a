# Run inside ``odoo shell``: two patients; everything of B carries the canary. Prints one JSON line.
import json
from datetime import date, timedelta

CANARY = "CANARY-B-7731"
PASSWORD = "Matrix-Probe-2026-long"


def seed_user(login, name):
    return env["res.users"].with_context(no_reset_password=True).create({  # noqa: F821
        "name": name, "login": login, "password": PASSWORD, "lang": "en_US",
        "group_ids": [(6, 0, [env.ref("base.group_portal").id])],  # noqa: F821
    })


def seed_patient(user, name, phone, serial):
    """Register a patient with an account, when these addons are installed."""
    if "hospital.account" not in env:  # noqa: F821
        return
    from odoo.addons.hospital_patient.tools_id import make_resident_id

    account = env["hospital.account"].create({"user_id": user.id, "phone": phone})  # noqa: F821
    number = make_resident_id(date(1990, 3, 7), "female", serial)
    patient = env["hospital.patient"]._register_person({  # noqa: F821
        "name": name, "sex": "female", "birth_date": "1990-03-07", "id_type": "resident",
        "id_number": number, "phone": phone,
    }, account=account)
    if "hospital.message" in env:  # noqa: F821
        event = env["hospital.message.event"].search([], limit=1)  # noqa: F821
        env["hospital.message"]._emit(event.code, [{  # noqa: F821
            "patient_id": patient.id, "account_id": account.id,
            "dedup_key": f"matrix-{serial}", "variables": {},
        }])
        env["hospital.message"]._cron_deliver()  # noqa: F821
    seed_booking(account, patient, serial)


def seed_session():
    """Return a released session of the day after tomorrow, made at the first call."""
    sessions = env["hospital.session"]  # noqa: F821
    day = env["hospital.clock"]._today() + timedelta(days=2)  # noqa: F821
    found = sessions.search([("state", "=", "released"), ("date", "=", day)], limit=1)
    if found:
        return found
    campus = env["hospital.campus"].search([], limit=1)  # noqa: F821
    campus = campus or campus.create({"name": "Matrix", "code": "MATRIX"})
    department = env["hospital.department"].create({  # noqa: F821
        "name": "Matrix", "code": "MATRIX", "campus_id": campus.id, "bookable": True,
    })
    number_type = env["hospital.number.type"].search([], limit=1)  # noqa: F821
    number_type = number_type or number_type.create(
        {"name": "Normal", "code": "MATRIX", "kind": "normal"}
    )
    clock = env["hospital.clock"]  # noqa: F821
    session = sessions.create({
        "date": day, "half_day": "am", "department_id": department.id,
        "number_type_id": number_type.id, "state": "released",
        "release_at": "2000-01-01 00:00:00",
        "starts_at": clock._utc(day, 8.0), "ends_at": clock._utc(day, 11.0),
    })
    env.flush_all()  # noqa: F821
    env.cr.execute(  # noqa: F821
        "INSERT INTO hospital_slot (session_id, number, starts_at, ends_at, state, kind) "
        "SELECT id, k, starts_at, ends_at, 'free', 'normal' "
        "FROM hospital_session, generate_series(1, 10) k WHERE id = %s",
        [session.id],
    )
    env.invalidate_all()  # noqa: F821
    return session


def seed_booking(account, patient, serial):
    """Book a number for a patient, when booking is installed."""
    if "hospital.booking" not in env:  # noqa: F821
        return
    channel = env["hospital.channel"].search([("code", "=", "wechat")], limit=1)  # noqa: F821
    done = env["hospital.booking"]._claim(  # noqa: F821
        channel, patient, seed_session(), f"matrix-{serial}", account=account, confirm=True
    )
    if done.outcome != "ok":
        raise AssertionError(f"the booking of the matrix was refused: {done.outcome}")


def seed_owned(user):
    """Return {model: ids} of what belongs to a user: by user, account, patient or partner."""
    owned = {"res.users": [user.id], "res.partner": [user.partner_id.id]}
    for _round in range(3):  # account, then members, then patients, then what hangs on them
        for name, model in env.items():  # noqa: F821
            if not name.startswith("hospital.") or model._abstract or model._transient:
                continue
            for field in model._fields.values():
                if field.type == "many2one" and field.store and owned.get(field.comodel_name):
                    if field.name in ("create_uid", "write_uid"):
                        continue
                    found = model.search([(field.name, "in", owned[field.comodel_name])])
                    owned[name] = sorted(set(owned.get(name, [])) | set(found.ids))
        for member in env["hospital.account.member"].browse(  # noqa: F821
            owned.get("hospital.account.member", [])
        ) if "hospital.account.member" in env else ():  # noqa: F821
            patients = set(owned.get("hospital.patient", [])) | {member.patient_id.id}
            owned["hospital.patient"] = sorted(patients)
    return {name: ids for name, ids in owned.items() if ids}


def seed_refs(owned):
    """Return the opaque references of owned records."""
    refs = []
    for name, ids in owned.items():
        for column in ("ref", "mrn"):
            if column in env[name]._fields:  # noqa: F821
                refs += [value for value in env[name].browse(ids).mapped(column) if value]  # noqa: F821
    return refs


def seed_routes():
    rows = []
    for rule in env["ir.http"].routing_map().iter_rules():  # noqa: F821
        endpoint = rule.endpoint
        module = endpoint.original_endpoint.__module__
        if module.startswith("odoo.addons.hospital_"):
            routing = endpoint.routing
            rows.append({
                "rule": rule.rule, "type": routing["type"], "auth": routing["auth"],
                "methods": sorted(routing.get("methods") or ["GET", "POST"]), "module": module,
            })
    return rows


def seed_channel_key():
    """Return the key of a channel that has no booking, when booking is installed."""
    if "hospital.channel" not in env:  # noqa: F821
        return ""
    return env["hospital.channel"].search([("code", "=", "city")])._new_key()  # noqa: F821


seed_patient(seed_user("matrix_a", "Matrix A"), "Matrix A", "19900000011", 1)
seed_patient(seed_user("matrix_b", CANARY), CANARY, "19900000022", 2)
seed_key = seed_channel_key()
env.cr.commit()  # noqa: F821
seed_b = seed_owned(env["res.users"].search([("login", "=", "matrix_b")]))  # noqa: F821
print("HOSPITAL-FACTS:" + json.dumps({
    "password": PASSWORD,
    "channel_key": seed_key,
    "owned": seed_b,
    "tables": {name: env[name]._table for name in seed_b},  # noqa: F821
    "refs": seed_refs(seed_b),
    "canaries": [CANARY, *seed_refs(seed_b)],
    "routes": seed_routes(),
}))
