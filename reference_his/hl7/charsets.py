"""The character sets of MSH-18 (HL7 table 0211) and what Chinese sites write there."""

DEFAULT = "UNICODE UTF-8"
# what MSH-18 may hold, in upper case: name of the codec that reads it
CODECS = {
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE": "utf-8",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "GB18030-2000": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "ASCII": "ascii",
    "8859/1": "latin-1",
}


def codec_of(name: str) -> str | None:
    """Return the Python codec of a character set, or ``None`` when nobody knows it."""
    return CODECS.get(name.strip().upper())


def declared(header: bytes) -> str:
    """Return the first known character set named behind the 17th field of MSH, or nothing.

    The bytes are not decoded yet, and a Chinese name in the header may hold the byte of a
    separator: so the place is a lower bound, not an exact one.
    """
    if len(header) < 9:
        return ""
    for field in header.split(header[3:4])[17:]:
        name = field.split(header[4:5])[0].split(header[5:6])[0].decode("latin-1")
        if codec_of(name):
            return name.strip()
    return ""
