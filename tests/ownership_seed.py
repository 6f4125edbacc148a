# Run inside ``odoo shell``: two patients; everything of B carries the canary. Prints one JSON line.
import json
from datetime import date, timedelta

CANARY = "CANARY-B-7731"
PASSWORD = "Matrix-Probe-2026-long"
OTHER = "CANARY-OTHER-HOSPITAL"
#: Staff of the first hospital; each walks through the staff's own addresses.
ROLES = ["outpatient_office", "doctor", "security_admin"]


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
    seed_my_data(account, patient)


def seed_text():
    """Return a consent text in force."""
    return env["hospital.consent.text"]._current("zh_CN")[:1]  # noqa: F821


def seed_my_data(account, patient):
    """Let a patient agree to something and ask for something about the own data."""
    env["hospital.consent"]._give(account, patient, seed_text(), "portal")  # noqa: F821
    if "hospital.subject.request" in env:  # noqa: F821
        env["hospital.subject.request"]._open(  # noqa: F821
            account, patient, "correction", patient.name
        )


def seed_lang():
    """Return the language in which the website answers without sending on."""
    if "website" not in env:  # noqa: F821
        return "en_US"
    return env["website"].search([], limit=1).default_lang_id.code  # noqa: F821


def seed_session(days=2):
    """Return a released session of the day so many days ahead, made at the first call."""
    sessions = env["hospital.session"]  # noqa: F821
    day = env["hospital.clock"]._today() + timedelta(days=days)  # noqa: F821
    found = sessions.search([("state", "=", "released"), ("date", "=", day)], limit=1)
    if found:
        return found
    campus = env["hospital.campus"].search([], limit=1)  # noqa: F821
    campus = campus or campus.create({"name": "Matrix", "code": "MATRIX"})
    departments = env["hospital.department"]  # noqa: F821
    department = departments.search([("code", "=", "MATRIX")], limit=1) or departments.create({
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


def seed_more(account, patient):
    """Give B one of everything else that a person may have."""
    texts = env["hospital.consent.text"]._current("en_US")  # noqa: F821
    env["hospital.consent"]._give(account, patient, texts, "portal", "192.0.2.9")  # noqa: F821
    if "hospital.waitlist" in env:  # noqa: F821
        session = seed_session(days=3)  # B has a number of the other day already
        channel = env["hospital.channel"].search([("code", "=", "wechat")], limit=1)  # noqa: F821
        env["hospital.waitlist"]._join(session, patient, channel, account)  # noqa: F821
    if "hospital.subject.request" in env:  # noqa: F821
        env["hospital.subject.request"]._open(account, patient, "copy", CANARY)  # noqa: F821
    env["hospital.patient.card"].create(  # noqa: F821
        {"patient_id": patient.id, "kind": "visit", "number": "MATRIX-B"}
    )
    env["hospital.credit.event"]._add(patient.ids, "manual", CANARY)  # noqa: F821
    if "hospital.message.preference" in env:  # noqa: F821
        event = env["hospital.message.event"].search(  # noqa: F821
            [("silenceable", "=", True), ("audience", "=", "patient")], limit=1
        )
        env["hospital.message.preference"]._set_enabled(account, event, True)  # noqa: F821


def seed_staff(roles):
    for role in roles:
        env["res.users"].with_context(no_reset_password=True).create({  # noqa: F821
            "name": f"Matrix {role}", "login": f"matrix_{role}", "password": PASSWORD,
            "lang": "en_US",
            "group_ids": [(6, 0, env.ref(f"hospital_base.group_{role}").ids)],  # noqa: F821
        })


def seed_other_hospital():
    """Make a second hospital; the staff of the first must not see its names."""
    company = env["res.company"].create({"name": OTHER})  # noqa: F821
    there = env(context={"allowed_company_ids": company.ids})  # noqa: F821
    campus = there["hospital.campus"].create(
        {"name": OTHER, "code": "OTHER", "company_id": company.id}
    )
    department = there["hospital.department"].create(
        {"name": OTHER, "code": "OTHER", "campus_id": campus.id, "bookable": True, "room": OTHER}
    )
    doctor = there["hospital.doctor"].create(
        {"name": OTHER, "code": "OTHER", "department_id": department.id}
    )
    if "hospital.session" in env:  # noqa: F821
        kind = there["hospital.number.type"].create(
            {"name": OTHER, "code": "OTHER", "kind": "normal", "company_id": company.id}
        )
        clock = there["hospital.clock"]
        day = clock._today() + timedelta(days=2)
        there["hospital.session"].create({
            "date": day, "half_day": "am", "department_id": department.id,
            "doctor_id": doctor.id, "number_type_id": kind.id, "room": OTHER,
            "starts_at": clock._utc(day, 8.0), "ends_at": clock._utc(day, 11.0),
        })
        there["hospital.plan"].create({
            "department_id": department.id, "number_type_id": kind.id, "room": OTHER,
            "period_ids": [(0, 0, {"start_hour": 8, "end_hour": 9, "capacity": 3})],
        })
        there["hospital.suspension"].create({
            "department_id": department.id, "company_id": company.id, "reason": OTHER,
            "date_from": day, "date_to": day,
        })
    if "hospital.blacklist.rule" in env:  # noqa: F821
        there["hospital.blacklist.rule"].create({"name": OTHER, "company_id": company.id})


def seed_tokens():
    """Return valid arrival codes of every department."""
    departments = env["hospital.department"]  # noqa: F821
    if not hasattr(departments, "_arrival_seal"):
        return ["x"]
    found = departments.search([("code", "=", "MATRIX")])
    return [f"{one.id}-{one._arrival_seal()}" for one in found]


def seed_belongs(owned):
    """Return (table, column, ids of B) of every stored reference to a person of ours."""
    rows = []
    people = ("res.users", "res.partner", "hospital.account", "hospital.patient")
    for name, model in env.items():  # noqa: F821
        if not name.startswith("hospital.") or not model._auto or model._abstract:
            continue
        for field in model._fields.values():
            if (
                field.type == "many2one" and field.store and field.comodel_name in people
                and field.name not in ("create_uid", "write_uid")
                and owned.get(field.comodel_name)
            ):
                rows.append([model._table, field.name, owned[field.comodel_name]])
    return rows


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
if "hospital.account" in env:  # noqa: F821
    seed_account = env["hospital.account"]._by_phone("19900000022")  # noqa: F821
    seed_more(seed_account, seed_account.member_ids.patient_id)
seed_staff(ROLES)
seed_other_hospital()
seed_key = seed_channel_key()
env.cr.commit()  # noqa: F821
seed_b = seed_owned(env["res.users"].search([("login", "=", "matrix_b")]))  # noqa: F821
print("HOSPITAL-FACTS:" + json.dumps({
    "password": PASSWORD,
    "channel_key": seed_key,
    "owned": seed_b,
    "belongs": seed_belongs(seed_b),
    "roles": ROLES,
    "other": OTHER,
    "arrival_tokens": seed_tokens(),
    "lang": seed_lang(),
    "text": seed_text().id if "hospital.consent" in env else 1,  # noqa: F821
    "tables": {name: env[name]._table for name in seed_b},  # noqa: F821
    "refs": seed_refs(seed_b),
    "canaries": [CANARY, *seed_refs(seed_b)],
    "routes": seed_routes(),
}))
