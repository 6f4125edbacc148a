"""What a short message says: templates of both vendors, variables, length and price."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERIFICATION, NOTICE = 0, 1  # Aliyun's numbers for the kinds of template
ONE, PART = 70, 67  # characters of a message alone, and of a part of a long one
SEGMENT_FEN = 5
MOBILE = re.compile(r"1[3-9]\d{9}\Z", re.ASCII)
SLOT = re.compile(r"\{(\w+)\}")
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
VALUE_CHARACTERS = 35
CODE = re.compile(r"\d{4,6}\Z", re.ASCII)


@dataclass(frozen=True)
class Template:
    """One template; ``text`` has ``{name}`` where a value goes.

    :param str purpose: what the hospital uses it for.
    """

    purpose: str
    kind: int
    aliyun: str
    tencent: str
    text: str

    @property
    def names(self) -> list[str]:
        """Return the names of the variables, in their order."""
        return SLOT.findall(self.text)

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text with its values; every name must be there."""
        return SLOT.sub(lambda found: values[found.group(1)], self.text)


TEMPLATES = (
    Template(
        "verification",
        VERIFICATION,
        "SMS_300000001",
        "1900001",
        "您的验证码为{code}，5分钟内有效，请勿告知他人。",
    ),
    Template(
        "booking_success",
        NOTICE,
        "SMS_300000002",
        "1900002",
        "{name}您好，您已预约{time}{department}{doctor}的号源，序号{number}，请按时就诊。",
    ),
    Template(
        "visit_reminder",
        NOTICE,
        "SMS_300000003",
        "1900003",
        "{name}您好，请于{time}到{place}就诊，科室{department}。",
    ),
    Template(
        "suspension",
        NOTICE,
        "SMS_300000004",
        "1900004",
        "{name}您好，{time}{department}{doctor}停诊，请改约或退号，费用将原路退回。",
    ),
    Template(
        "cancellation",
        NOTICE,
        "SMS_300000005",
        "1900005",
        "{name}您好，您{time}{department}的预约已取消。",
    ),
    Template(
        "queue_call",
        NOTICE,
        "SMS_300000006",
        "1900006",
        "{name}您好，前面还有{ahead}人，请到{place}候诊。",
    ),
    Template(
        "payment_success",
        NOTICE,
        "SMS_300000007",
        "1900007",
        "{name}您好，您已缴费{amount}元，订单号{number}。",
    ),
    Template(
        "refund",
        NOTICE,
        "SMS_300000008",
        "1900008",
        "{name}您好，{amount}元已退款，订单号{number}，以银行到账为准。",
    ),
    Template(
        "report_ready",
        NOTICE,
        "SMS_300000009",
        "1900009",
        "{name}您好，您的{report}报告已出，请在公众号查看。",
    ),
    Template(
        "daily_list",
        NOTICE,
        "SMS_300000010",
        "1900010",
        "{name}您好，{date}住院费用{amount}元，预交金余额{balance}元。",
    ),
)
BY_ALIYUN = {one.aliyun: one for one in TEMPLATES}
BY_TENCENT = {one.tencent: one for one in TEMPLATES}


def segments(text: str) -> int:
    """Return how many messages a text is paid as; the signature's brackets count."""
    return 1 if len(text) <= ONE else math.ceil(len(text) / PART)


def signed(sign: str, text: str) -> str:
    """Return a text as it arrives: behind its signature."""
    return f"【{sign}】{text}"


def numbered(template: Template, values: Sequence[str]) -> dict[str, str]:
    """Return values by name that were given by place.

    :raise ValueError: when there are too many or too few.
    """
    return dict(zip(template.names, values, strict=True))


def load(text: str | bytes) -> Any:
    """Return a JSON value whose texts can be written down again.

    :raise ValueError: when it is no JSON, nests too deep, or holds half a character.
    """
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    json.dumps(found, ensure_ascii=False).encode()
    return found
