"""The rows of departments, doctors, items, drugs and packages."""

import json
from random import Random

from .calendar import Calendar
from .catalog import Catalog
from .leaflets import leaflet
from .loading import NULL, Rows, text
from .staff import Staff
from .things import Drug

_AGE_DAYS = 400  # the directory was written so long ago
_MAKERS = (
    "浙江括苍制药有限公司",
    "丽水瓯江药业股份有限公司",
    "杭州西溪生物医药有限公司",
    "江苏云台制药集团有限公司",
    "山东岱南药业有限公司",
    "上海浦滨医药有限公司",
    "四川岷山制药有限公司",
    "广东岭海药业股份有限公司",
)
_HERB_MAKERS = ("浙江百山祖中药饮片有限公司", "安徽亳谷中药饮片有限公司")
_BRANDS = "括宁 瓯安 凤阳舒 百山康 云和达 松古平 仙都乐 白云宁 绿谷欣 畲乡舒 青瓷安 龙泉健".split()


def write(rows: Rows, catalog: Catalog, staff: Staff, calendar: Calendar, random: Random) -> None:
    """Append all rows of the directory."""
    stamp = calendar.at(-_AGE_DAYS, 9 * 3600)
    _write_people(rows, staff, stamp)
    for item in catalog.items.values():
        details = text(json.dumps(item.details, ensure_ascii=False))
        rows["item"].append(
            f"{item.code}\t{item.name}\t{item.category}\t{item.kind}\t{item.unit}\t"
            f"{item.price_fen}\t{item.insurance_class}\t{item.insurance_code}\t"
            f"{item.department or NULL}\t{details}\t{stamp}"
        )
    for drug in catalog.drugs.values():
        rows["drug"].append(_drug(drug, random, stamp))
    for code, name, sex, price, items, description in catalog.packages:
        listed = json.dumps(items.split())
        rows["checkup_package"].append(
            f"{code}\t{name}\t{sex}\t{price}\t{listed}\t{description}\t{stamp}"
        )


def _write_people(rows: Rows, staff: Staff, stamp: str) -> None:
    for one in staff.departments:
        rows["department"].append(
            f"{one.code}\t{one.name}\t{one.parent or NULL}\t{one.kind}\t{one.standard_code}\t"
            f"{one.place}\t{one.owner}\t{stamp}"
        )
    for doctor in staff.doctors:
        rows["doctor"].append(
            f"{doctor.code}\t{doctor.name}\t{doctor.title}\t{doctor.department}\t"
            f"{doctor.specialty}\t{stamp}"
        )


def _drug(drug: Drug, random: Random, stamp: str) -> str:
    herbal = drug.category == "14"
    makers = _HERB_MAKERS if herbal else _MAKERS
    maker = makers[int(random.random() * len(makers))]
    brand = "" if herbal or random.random() < 0.4 else random.choice(_BRANDS)
    stock = (
        int(random.random() * 4000) + 600 if random.random() > 0.03 else int(random.random() * 9)
    )
    insurance_code = f"{'T' if herbal else 'Z' if drug.category == '13' else 'X'}LS{drug.code}"
    paper = text(json.dumps(leaflet(drug, maker), ensure_ascii=False))
    return (
        f"{drug.code}\t{drug.name}\t{brand}\t{drug.spec}\t{drug.form}\t{drug.unit}\t{maker}\t"
        f"{drug.price_fen}\t{stock * (50 if herbal else 1)}\t{drug.category}\t"
        f"{drug.insurance_class}\t{insurance_code}\t{paper}\t{stamp}"
    )
