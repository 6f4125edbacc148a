"""Departments of the demo hospital.

Public facts behind it: founded 1978 near Nanming Lake, third-grade class A;
pulmonary diseases is a national key construction specialty of TCM; respiratory
medicine, orthopaedics, gynaecology, acupuncture and massage are provincial key
specialties or disciplines.  Every other department, all floors and rooms are an
illustration of what a hospital of this kind has.
"""

from typing import NamedTuple


class Unit(NamedTuple):
    """One department; ``parent`` empty for the first level.

    ``doctors``: number of fictional doctors; ``place``: (building, floor, room).
    """

    code: str
    zh: str
    en: str
    parent: str = ""
    kind: str = "clinic"
    doctors: int = 0
    place: tuple = ()
    specialties: tuple = ()
    horizon: int = 0


BUILDINGS = {
    "A": ("门诊楼", "Outpatient Building"),
    "B": ("医技楼", "Diagnostic Building"),
    "C": ("住院楼", "Inpatient Building"),
    "D": ("行政楼", "Administration Building"),
}

FIRST_LEVEL = (
    Unit("NK", "内科", "Internal Medicine"),
    Unit("WK", "外科", "Surgery"),
    Unit("GS", "骨伤科", "Orthopaedics and Traumatology"),
    Unit("FK", "妇产科", "Gynaecology and Obstetrics"),
    Unit("EK", "儿科", "Paediatrics"),
    Unit("ZJ", "针灸推拿康复科", "Acupuncture, Massage and Rehabilitation"),
    Unit("WG", "五官科", "Eye, Ear, Nose, Throat and Dental Care"),
    Unit("PF", "皮肤科", "Dermatology"),
    Unit("GY", "名中医馆", "Hall of Renowned TCM Doctors"),
    Unit("WB", "治未病中心", "Preventive Medicine Centre"),
    Unit("GR", "感染性疾病科", "Infectious Diseases"),
    Unit("JZ", "急诊医学科", "Emergency Medicine", kind="emergency", place=("A", "1", "101")),
    Unit("YJ", "医技科室", "Medical Technology", kind="medtech"),
    Unit("BQ", "住院病区", "Wards", kind="ward"),
    Unit("XZ", "行政职能科室", "Administration", kind="admin"),
)

OTHERS = (
    Unit("GR02", "发热门诊", "Fever Clinic", "GR", place=("B", "1", "B106")),
    Unit("JZ01", "急诊内科", "Emergency Medicine Unit", "JZ", "emergency", place=("A", "1", "102")),
    Unit("JZ02", "急诊外科", "Emergency Surgery Unit", "JZ", "emergency", place=("A", "1", "104")),
    Unit("YJ01", "放射科", "Radiology", "YJ", "medtech", place=("B", "1", "B110")),
    Unit("YJ02", "超声科", "Ultrasound", "YJ", "medtech", place=("B", "2", "B201")),
    Unit("YJ03", "检验科", "Laboratory", "YJ", "medtech", place=("B", "2", "B210")),
    Unit("YJ04", "心电图室", "Electrocardiography", "YJ", "medtech", place=("B", "3", "B301")),
    Unit("YJ05", "内镜中心", "Endoscopy", "YJ", "medtech", place=("B", "3", "B305")),
    Unit("YJ06", "病理科", "Pathology", "YJ", "medtech", place=("B", "4", "B401")),
    Unit("BQ01", "肺病病区", "Pulmonary Ward", "BQ", "ward", place=("C", "5", "")),
    Unit("BQ02", "骨伤病区", "Orthopaedic Ward", "BQ", "ward", place=("C", "7", "")),
    Unit("BQ03", "针灸推拿病区", "Acupuncture Ward", "BQ", "ward", place=("C", "9", "")),
    Unit("XZ01", "门诊办公室", "Outpatient Office", "XZ", "admin", place=("D", "2", "201")),
    Unit("XZ02", "信息科", "Information Technology", "XZ", "admin", place=("D", "3", "301")),
    Unit("XZ03", "财务科", "Finance", "XZ", "admin", place=("D", "3", "305")),
)
