"""Rows of the ground floor that no story makes: external systems, a locked sign-in."""

from datetime import timedelta

from .structure import translate

SYSTEMS = (
    ("HIS", "医院信息系统", "Hospital information system"),
    ("LIS", "检验信息系统", "Laboratory information system"),
    ("PACS", "影像系统", "Imaging system"),
    ("CITY", "市预约挂号平台", "City booking platform"),
)


def build_identifiers(env, departments, doctors):
    """Tell what the hospital information system calls departments and doctors."""
    for code, chinese, english in SYSTEMS:
        system = env["hospital.external.system"].create({"code": code, "name": english})
        translate(system, name=(chinese, english))
    identifiers = env["hospital.identifier"]
    for index, department in enumerate(departments.values(), 1):
        identifiers._set(department, "HIS", f"{index:04d}")
    for people in doctors.values():
        for doctor in people:
            identifiers._set(doctor, "HIS", doctor.code.replace("D", "6"))


def build_login_lock(env):
    """Somebody tried five wrong passwords last week; the lock is over."""
    then = env["hospital.clock"]._now() - timedelta(days=6)
    locks = env["hospital.login.lock"]
    locks.create(
        {
            "login_hash": locks._hash("forgotten.password"),
            "failures": 5,
            "last_failed_at": then,
            "locked_until": then + timedelta(minutes=30),
        }
    )
