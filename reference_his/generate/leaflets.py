"""Leaflets of drugs: what belongs to the drug itself and what its family shares."""

import functools

from .catalog import fields
from .things import Drug

# the sections that a family shares, in the order of ``data/families.txt``
SHARED = (
    "adverse_reactions",
    "contraindications",
    "precautions",
    "pregnancy",
    "children",
    "elderly",
    "interactions",
)
# what the sections are called on paper, in their order there
TITLES = {
    "generic_name": "通用名称",
    "indications": "适应症",
    "spec": "规格",
    "dosage": "用法用量",
    "adverse_reactions": "不良反应",
    "contraindications": "禁忌",
    "precautions": "注意事项",
    "pregnancy": "孕妇及哺乳期妇女用药",
    "children": "儿童用药",
    "elderly": "老年用药",
    "interactions": "药物相互作用",
    "storage": "贮藏",
    "shelf_life": "有效期",
    "maker": "生产企业",
}
_STORAGE = {
    "注射液": "遮光，密闭，在阴凉处（不超过20℃）保存，不得冷冻。",
    "混悬液": "遮光，密闭，在25℃以下保存，开启后按说明使用。",
    "中药饮片": "置通风干燥处，防蛀，防潮。",
}
_COLD = "未开封置2～8℃冷藏保存，不得冷冻；使用中可在25℃以下存放4周。"


@functools.cache
def families() -> dict[str, dict[str, str]]:
    """Return the sections of every family."""
    return {key: dict(zip(SHARED, texts, strict=True)) for key, *texts in fields("families.txt")}


def leaflet(drug: Drug, maker: str) -> dict[str, str]:
    """Return a drug's leaflet: a text for each key of ``TITLES``."""
    cold = drug.family == "insulin" or drug.key == "erythropoietin"
    storage = _COLD if cold else _STORAGE.get(drug.form, "遮光，密封，在干燥处（不超过25℃）保存。")
    return {
        "generic_name": drug.name,
        "indications": drug.indications,
        "spec": drug.spec,
        "dosage": drug.dosage,
        **families()[drug.family],
        "storage": storage,
        "shelf_life": "18个月" if drug.form == "中药饮片" else "24个月" if cold else "36个月",
        "maker": maker,
    }
