"""What a person sees of somebody's identity without the right to see all of it.

Rule L5 of the privacy requirements: masking is the default on every screen.
"""

import re

_RESIDENT_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_MOBILE = re.compile(r"(?<!\d)(?<!\d\.)1[3-9]\d{9}(?!\d|\.\d)")


def mask_id_number(value):
    """Keep the first and the last two characters: ``3***************2X``.

    :param str value: an identity document number, or something false.
    :return: the masked text, ``""`` for nothing.
    """
    if not value:
        return ""
    if len(value) <= 4:
        return "*" * len(value)
    return value[0] + "*" * (len(value) - 3) + value[-2:]


def mask_phone(value):
    """Keep the first three and the last four digits: ``138****0000``."""
    if not value:
        return ""
    if len(value) < 8:
        return "*" * len(value)
    return value[:3] + "*" * (len(value) - 7) + value[-4:]


def mask_name(value):
    """Keep the last character of a Chinese name, the first of any other.

    Queue screens show ``*三`` or ``*小明``: the family name is what identifies.
    """
    if not value:
        return ""
    if len(value) == 1:
        return "*"
    if "\u4e00" <= value[0] <= "\u9fff":
        return "*" + value[1:] if len(value) < 4 else "**" + value[2:]
    return value[0] + "*" * (len(value) - 1)


def mask_address(value):
    """Keep the beginning, up to six characters: the town is no secret, the door is."""
    if not value:
        return ""
    return value[: min(6, len(value) // 2)] + "****"


def mask_free_text(text):
    """Mask every resident ID and mobile number inside ``text``."""
    text = _RESIDENT_ID.sub(lambda match: mask_id_number(match.group()), text)
    return _MOBILE.sub(lambda match: mask_phone(match.group()), text)
