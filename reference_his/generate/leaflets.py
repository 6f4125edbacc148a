"""Leaflets of drugs: what belongs to the drug itself and what its family shares."""

import functools

from .catalog import Drug, fields

# names of the sections, in the order of a leaflet
SECTIONS = (
    "不良反应",
    "禁忌",
    "注意事项",
    "孕妇及哺乳期妇女用药",
    "儿童用药",
    "老年用药",
    "药物相互作用",
)
_STORAGE = {
    "注射液": "遮光，密闭，在阴凉处（不超过20℃）保存，不得冷冻。",
    "混悬液": "遮光，密闭，在25℃以下保存，开启后按说明使用。",
    "中药饮片": "置通风干燥处，防蛀，防潮。",
}
_COLD = "未开封置2～8℃冷藏保存，不得冷冻；使用中可在25℃以下存放4周。"


@functools.cache
def families() -> dict[str, dict[str, str]]:
    """Return the sections of every family."""
    return {key: dict(zip(SECTIONS, texts, strict=True)) for key, *texts in fields("families.txt")}


def leaflet(drug: Drug, maker: str) -> dict[str, str]:
    """Return a drug's leaflet: Chinese section names and texts, in order."""
    cold = drug.family == "insulin" or drug.key == "erythropoietin"
    storage = _COLD if cold else _STORAGE.get(drug.form, "遮光，密封，在干燥处（不超过25℃）保存。")
    return {
        "通用名称": drug.name,
        "适应症": drug.indications,
        "规格": drug.spec,
        "用法用量": drug.dosage,
        **families()[drug.family],
        "贮藏": storage,
        "有效期": "18个月" if drug.form == "中药饮片" else "24个月" if cold else "36个月",
        "生产企业": maker,
    }
