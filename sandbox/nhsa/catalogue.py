"""The national catalogue in small: what an item costs the fund, and up to which price.

Codes have the national form (XY drugs, Z Chinese patent drugs, 00 services, C materials); shares
and prices are this simulator's own.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Item:
    """One entry.

    :param str level: ``01`` class A, ``02`` class B, ``03`` class C (paid by the patient alone).
    :param Decimal selfpay: the patient's share before the fund looks at the rest.
    :param ceiling: highest price in fen that counts, ``None`` without limit.
    """

    code: str
    name: str
    level: str
    selfpay: Decimal
    ceiling: int | None = None
    kind: str = "09"


def _item(
    code: str, name: str, level: str, selfpay: str, ceiling: int | None = None, kind: str = "09"
) -> Item:
    return Item(code, name, level, Decimal(selfpay), ceiling, kind)


# kind is the national charge category (med_chrgitm_type)
ITEMS = (
    _item("XJ01CAA040A001010100001", "阿莫西林胶囊 0.25g×24粒", "01", "0", 1500),
    _item("XC09AAL086A001010100002", "卡托普利片 25mg×100片", "01", "0", 1200),
    _item("XA10BAE046A001010100003", "盐酸二甲双胍缓释片 0.5g×30片", "01", "0", 3000),
    _item("XA02BCA213A012010100004", "奥美拉唑肠溶胶囊 20mg×14粒", "02", "0.05", 4200),
    _item("XC10AAA164A001010100005", "阿托伐他汀钙片 20mg×7片", "02", "0.10", 4500),
    _item("XL01XXN001B002010100006", "国家谈判药品（演示）", "02", "0.20", 98000),
    _item("ZA09CAL0123010100007", "连花清瘟胶囊 0.35g×36粒", "02", "0.10", 2600, "11"),
    _item("XV99XXZ999A001010100008", "丙类保健药品（演示）", "03", "1", None),
    _item("001101000010000-110100001", "普通门诊挂号费", "01", "0", 100, "13"),
    _item("001102000010000-110200001", "普通门诊诊察费", "01", "0", 2000, "04"),
    _item("001102000020000-110200002", "专家门诊诊察费", "02", "0.20", 5000, "04"),
    _item("002503030010000-250303001", "葡萄糖测定", "01", "0", 800, "06"),
    _item("002501010150000-250101015", "血常规", "01", "0", 2500, "06"),
    _item("002103000010000-210300001", "X线计算机体层平扫", "02", "0.10", 28000, "05"),
    _item("002102000030000-210200003", "磁共振增强扫描", "02", "0.20", 68000, "05"),
    _item("003301000050000-330100005", "静脉注射", "01", "0", 600, "08"),
    _item("C0101010010100100001000001", "一次性使用输液器", "02", "0.10", 500, "10"),
    _item("C0909090990900900009000009", "高值进口材料（演示）", "02", "0.30", 500000, "10"),
    _item("003900000010000-390000001", "特需服务费（演示）", "03", "1", None, "14"),
)
BY_CODE = {item.code: item for item in ITEMS}
