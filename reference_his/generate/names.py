"""Names and addresses as people around Lishui have them."""

from bisect import bisect
from itertools import accumulate
from random import Random

# surname and weight: national frequencies, those of south-west Zhejiang (叶 吴 蓝 雷 季) raised
_SURNAMES = (
    "陈72 王60 叶55 李52 张50 吴46 周44 刘40 徐36 林34 朱28 黄26 杨26 赵22 蓝22 雷18 胡18 郑17 "
    "潘16 季15 何15 沈14 梁12 罗12 蒋12 邱11 金11 毛11 项10 柳9 钟9 程9 傅9 夏9 丁9 应8 孙16 "
    "马10 高10 郭10 宋8 谢8 韩6 唐7 冯6 董6 萧4 曹5 袁5 邓5 许9 曾5 彭5 吕9 苏5 卢6 蔡8 贾3 "
    "魏4 薛3 阙6 麻5 练4 范6 方8 汤6 包5 樊3 江6 余7 邵5 汪6 洪6 章6 戴5 严4 华3 尹3 欧阳1 上官1"
).split()
_NAMES = [word.rstrip("0123456789") for word in _SURNAMES]
_STEPS = list(
    accumulate(int(word[len(name) :]) for word, name in zip(_SURNAMES, _NAMES, strict=True))
)

# given names by sex and generation: born before 1960, before 1980, before 2000, later
_FIRST = {
    "1": (
        "建国德明永金根水志宝",
        "建伟志勇国军海平永明",
        "伟俊晓建鹏磊浩军志文",
        "子浩宇梓俊一沐泽奕辰",
    ),
    "2": (
        "秀桂玉凤美月爱菊金香",
        "丽秀美小晓红玉慧海雅",
        "晓婷静雅丽佳思倩雨慧",
        "梓欣雨若思可诗一语依",
    ),
}
_LAST = {
    "1": (
        "华生林荣根福法明清祥富标才兴",
        "军平明华强斌峰林东民飞波勇杰",
        "杰超凯鹏飞强斌涛龙辉亮俊宇翔",
        "轩宇涵睿辰然阳泽豪航霖宸硕昊",
    ),
    "2": (
        "英珍兰花娣芬珠娟凤仙梅琴妹莲",
        "芳萍燕霞红英娟敏琴丽珍娜芬飞",
        "婷静娜颖敏慧洁琳雪丹倩莹瑶琪",
        "涵萱怡彤瑶琪妍菲汐玥桐诺琳涵",
    ),
}
_TOWNS = {
    "莲都区": "紫金街道 白云街道 岩泉街道 万象街道 联城街道 碧湖镇 大港头镇 老竹镇 雅溪镇",
    "青田县": "鹤城街道 油竹街道 温溪镇 船寮镇 东源镇 山口镇",
    "缙云县": "五云街道 新碧街道 壶镇镇 新建镇 东渡镇",
    "遂昌县": "妙高街道 云峰街道 北界镇 大柘镇 石练镇",
    "松阳县": "西屏街道 水南街道 古市镇 玉岩镇 象溪镇",
    "云和县": "浮云街道 元和街道 崇头镇 石塘镇",
    "庆元县": "濛洲街道 屏都街道 竹口镇 黄田镇",
    "景宁畲族自治县": "红星街道 鹤溪街道 渤海镇 东坑镇 沙湾镇",
    "龙泉市": "剑池街道 龙渊街道 西街街道 八都镇 安仁镇",
}
_COUNTIES = list(_TOWNS)
_COUNTY_STEPS = [46, 56, 66, 73, 80, 85, 89, 93, 100]
_TOWN_LISTS = [towns.split() for towns in _TOWNS.values()]
_ROADS = (
    "中山街 丽青路 大洋路 括苍路 解放街 人民路 城东路 绿谷大道 花园路 灯塔街 环城西路 "
    "东升村 上坪村 下季村 官桥村 里东村"
).split()
_FOREIGN = ("SMITH JOHN", "ROSSI MARCO", "GARCIA ANA", "MULLER ANNA", "NGUYEN LAN", "KIM MINSU")


def surname(random: Random) -> str:
    """Return a surname."""
    return _NAMES[bisect(_STEPS, random.random() * _STEPS[-1])]


def given(random: Random, sex: str, born: int) -> str:
    """Return a given name of the person's generation; one in five has one character."""
    age = (born >= 1960) + (born >= 1980) + (born >= 2000)
    last = _LAST[sex][age]
    end = last[int(random.random() * len(last))]
    if random.random() < 0.2:
        return end
    first = _FIRST[sex][age]
    return first[int(random.random() * len(first))] + end


def full(random: Random, sex: str, born: int) -> str:
    """Return a whole name."""
    return surname(random) + given(random, sex, born)


def foreign(random: Random) -> str:
    """Return the name of somebody with a passport."""
    return _FOREIGN[int(random.random() * len(_FOREIGN))]


def address(random: Random) -> str:
    """Return where somebody lives: half of the patients in the city itself."""
    place = bisect(_COUNTY_STEPS, random.random() * 100)
    towns = _TOWN_LISTS[place]
    town = towns[int(random.random() * len(towns))]
    road = _ROADS[int(random.random() * len(_ROADS))]
    return f"浙江省丽水市{_COUNTIES[place]}{town}{road}{1 + int(random.random() * 399)}号"
