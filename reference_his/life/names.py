"""Names of people who come for the first time."""

from random import Random

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹"
GIVEN = {
    "1": (
        "伟",
        "强",
        "磊",
        "军",
        "洋",
        "勇",
        "杰",
        "涛",
        "明",
        "超",
        "建国",
        "志强",
        "浩然",
        "子轩",
    ),
    "2": ("芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "秀英", "玉兰", "欣怡", "雨桐", "梦洁"),
}


def draw(dice: Random, sex: str) -> str:
    """Return a name."""
    return dice.choice(FAMILY) + dice.choice(GIVEN[sex])
