"""Campus, departments, doctors and users."""

from ..tables import departments as tables
from ..tables.clinics import CLINICS
from ..tables.names import person_name
from ..tables.roles import PASSWORD, ROLES
from .avatar import draw_avatar

CHINESE = "zh_CN"
TITLES = ("chief", "associate_chief", "attending", "resident")
HONOURS = (
    ("浙江省名中医", "Renowned TCM Doctor of the Province"),
    ("丽水市名中医", "Renowned TCM Doctor of the City"),
)


def translate(record, **values):
    """Write ``field=(Chinese, English)`` pairs in both languages.

    A text with tags is translated piece by piece, so that its English has to be there first.
    """
    for name, (chinese, english) in values.items():
        field = record._fields[name]
        if callable(field.translate):
            record.with_context(lang="en_US")[name] = english
            record.flush_recordset([name])
            pieces = zip(
                field.get_trans_terms(english), field.get_trans_terms(chinese), strict=True
            )
            record.update_field_translations(name, {CHINESE: dict(pieces)})
        else:
            record.update_field_translations(name, {"en_US": english, CHINESE: chinese})


def build_company(env):
    """Name the hospital and return its campus."""
    env.company.write(
        {"name": "丽水市中医院", "hospital_tz": "Asia/Shanghai", "hospital_horizon_days": 7}
    )
    # the address without a path shows the patient pages, not an empty company page
    env["website"].search([], limit=1).write({"name": "丽水市中医院", "homepage_url": "/h5/"})
    campus = env["hospital.campus"].create(
        {"name": "Main campus", "code": "LSZY", "latitude": 28.45, "longitude": 119.92}
    )
    translate(
        campus,
        name=("本部院区", "Main campus"),
        address=("浙江省丽水市莲都区", "Liandu District, Lishui, Zhejiang"),
    )
    return campus


def build_departments(env, campus):
    """Create both levels; return {code: department}."""
    found = {}
    units = tables.FIRST_LEVEL + CLINICS + tables.OTHERS
    for sequence, unit in enumerate(units, 1):
        found[unit.code] = env["hospital.department"].create(
            _department_vals(unit, campus, found, sequence)
        )
        _translate_department(found[unit.code], unit)
    return found


def _department_vals(unit, campus, found, sequence):
    place = unit.place or ("", "", "")
    return {
        "name": unit.en,
        "code": unit.code,
        "kind": unit.kind,
        "campus_id": campus.id,
        "parent_id": found[unit.parent].id if unit.parent else False,
        "building": tables.BUILDINGS[place[0]][1] if place[0] else False,
        "floor": f"{place[1]}F" if place[1] else False,
        "room": place[2] or False,
        "bookable": bool(unit.doctors),
        "booking_horizon_days": unit.horizon,
        "sequence": sequence * 10,
    }


def _translate_department(department, unit):
    translate(department, name=(unit.zh, unit.en))
    if unit.place:
        translate(department, building=tables.BUILDINGS[unit.place[0]])
    if not unit.parent:
        clinics = [clinic for clinic in CLINICS if clinic.parent == unit.code]
        chinese = "、".join(clinic.zh for clinic in clinics)
        english = ", ".join(clinic.en for clinic in clinics)
        if clinics:
            translate(
                department,
                introduction=(f"<p>下设{chinese}。</p>", f"<p>Clinics: {english}.</p>"),
            )
    if unit.specialties:
        chinese = "；".join(pair[0] for pair in unit.specialties)
        english = "; ".join(pair[1] for pair in unit.specialties)
        translate(
            department,
            introduction=(
                f"<p>{unit.zh}主要诊治：{chinese}。</p><p>周一至周日开诊，请提前预约，按时段就诊。</p>",
                f"<p>{unit.en} treats: {english}.</p>"
                "<p>Open every day. Please book and come at your time.</p>",
            ),
        )


def build_doctors(env, found, rng):
    """Create the doctors of every clinic; return {department code: doctors}."""
    result, used, serial = {}, set(), 1000
    for unit in CLINICS:
        vals_list, names = [], []
        for rank in range(unit.doctors):
            serial += 1
            vals, chinese = _doctor_vals(rng, unit, rank, serial, used)
            vals["department_id"] = found[unit.code].id
            vals_list.append(vals)
            names.append(chinese)
        doctors = env["hospital.doctor"].create(vals_list)
        for rank, (doctor, chinese) in enumerate(zip(doctors, names, strict=True)):
            _translate_doctor(doctor, unit, rank, chinese)
        result[unit.code] = doctors
    return result


def _doctor_vals(rng, unit, rank, serial, used):
    sex = rng.choice(("male", "female"))
    chinese, latin, _surname = person_name(rng, sex)
    while chinese in used:
        chinese, latin, _surname = person_name(rng, sex)
    used.add(chinese)
    title = "chief" if unit.parent == "GY" else TITLES[min(rank, 3)]
    vals = {
        "name": latin,
        "code": f"D{serial}",
        "title": title,
        "sex": sex,
        "education": rng.choice(("bachelor", "master", "doctor")),
        "image_1920": draw_avatar(rng, sex, title == "chief"),
        "sequence": serial * 10,
    }
    return vals, chinese


def _translate_doctor(doctor, unit, rank, chinese):
    specialty = unit.specialties[rank % len(unit.specialties)]
    translate(
        doctor,
        name=(chinese, doctor.name),
        specialty=specialty,
        introduction=(
            f"<p>{unit.zh}医师，长期从事临床工作，擅长{specialty[0]}。</p>",
            f"<p>Physician of {unit.en}. Fields: {specialty[1]}.</p>",
        ),
    )
    if doctor.title == "chief":
        translate(doctor, honour=HONOURS[0 if unit.parent == "GY" else 1])


def build_users(env, doctors):
    """Create one user per role; the role doctor is the first pulmonary doctor.

    The installation's own administrator gets the demo's password and sees the settings.
    """
    users = {}
    first = doctors["NK01"][0]
    for role in ROLES:
        users[role.login] = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": role.zh or first.with_context(lang=CHINESE).name,
                    "login": role.login,
                    "password": PASSWORD,
                    "lang": CHINESE,
                    "tz": "Asia/Shanghai",
                    "group_ids": [
                        (4, env.ref(f"hospital_base.{name}").id)
                        for name in (role.group, *role.extra)
                    ],
                }
            )
        )
    first.user_id = users["doctor"]
    env.ref("base.user_admin").write(
        {
            "password": PASSWORD,
            "tz": "Asia/Shanghai",
            "lang": CHINESE,
            "group_ids": [(4, env.ref("hospital_base.group_admin").id)],
        }
    )
    return users
