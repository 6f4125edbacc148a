"""Parts of fictional Chinese names with their pinyin; put together at random."""

SURNAMES = (
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("黄", "Huang"),
    ("吴", "Wu"),
    ("周", "Zhou"),
    ("徐", "Xu"),
    ("朱", "Zhu"),
    ("林", "Lin"),
    ("叶", "Ye"),
    ("潘", "Pan"),
    ("梅", "Mei"),
    ("雷", "Lei"),
    ("蓝", "Lan"),
    ("钟", "Zhong"),
    ("项", "Xiang"),
    ("季", "Ji"),
    ("毛", "Mao"),
    ("何", "He"),
    ("郑", "Zheng"),
    ("胡", "Hu"),
    ("沈", "Shen"),
    ("包", "Bao"),
    ("应", "Ying"),
    ("汤", "Tang"),
    ("夏", "Xia"),
    ("柳", "Liu"),
)
MALE = (
    ("伟", "wei"),
    ("强", "qiang"),
    ("建", "jian"),
    ("国", "guo"),
    ("明", "ming"),
    ("志", "zhi"),
    ("文", "wen"),
    ("俊", "jun"),
    ("浩", "hao"),
    ("宇", "yu"),
    ("杰", "jie"),
    ("峰", "feng"),
    ("松", "song"),
    ("涛", "tao"),
    ("辉", "hui"),
    ("平", "ping"),
    ("海", "hai"),
    ("斌", "bin"),
    ("瓯", "ou"),
    ("岳", "yue"),
)
FEMALE = (
    ("芳", "fang"),
    ("娟", "juan"),
    ("敏", "min"),
    ("静", "jing"),
    ("丽", "li"),
    ("秀", "xiu"),
    ("英", "ying"),
    ("慧", "hui"),
    ("雅", "ya"),
    ("洁", "jie"),
    ("琴", "qin"),
    ("雪", "xue"),
    ("梅", "mei"),
    ("兰", "lan"),
    ("婷", "ting"),
    ("莲", "lian"),
    ("云", "yun"),
    ("佳", "jia"),
    ("欣", "xin"),
    ("月", "yue"),
)
#: Made-up people with other documents: name, sex, kind, number, ethnicity.
TRAVELLERS = (
    ("Anna Beispiel", "female", "passport", "EX9900101", ""),
    ("Jan Voorbeeld", "male", "passport", "EX9900102", ""),
    ("Jean Exemple", "male", "passport", "EX9900103", ""),
    ("Maria Esempio", "female", "passport", "EX9900104", ""),
    ("陈港生", "male", "hk_macao", "H99001001", "汉族"),
    ("何濠芳", "female", "hk_macao", "M99001002", "汉族"),
    ("林台英", "female", "taiwan", "99001003", "汉族"),
    ("John Sample", "male", "foreign_pr", "XXX990019900101", ""),
    ("梅建军", "male", "military", "演字第9900104号", "汉族"),
    ("雷小月", "female", "birth_cert", "X990010005", "畲族"),
)


def person_name(rng, sex, surname=None):
    """Return ``(Chinese name, pinyin name, surname pair)`` of a made-up person."""
    surname = surname or rng.choice(SURNAMES)
    given = rng.sample(MALE if sex == "male" else FEMALE, rng.choice((1, 2, 2, 2)))
    chinese = surname[0] + "".join(part[0] for part in given)
    latin = "".join(part[1] for part in given).capitalize()
    return chinese, f"{surname[1]} {latin}", surname
