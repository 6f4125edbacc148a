"""Gates on the Chinese translations: complete and certain."""

import re

import polib
import pytest

from tools import addons, paths

OWN = addons.own()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
#: Written alike in both languages.
ALIKE = {"ID", "SM3"}


def faults(template, chinese):
    """Return what a Chinese catalogue lacks against its template."""
    found = [f"fuzzy: {entry.msgid}" for entry in chinese if entry.fuzzy]
    found += [
        f"empty: {entry.msgid}"
        for entry in chinese
        if not entry.obsolete and not (entry.msgstr or all(entry.msgstr_plural.values() or [""]))
    ]
    done = [entry for entry in chinese if not entry.obsolete and entry.msgstr]
    found += [
        f"not Chinese: {entry.msgid}"
        for entry in done
        if not CHINESE.search(entry.msgstr) and entry.msgid not in ALIKE
    ]
    found += [
        f"other variables: {entry.msgid}"
        for entry in done
        if sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr))
    ]
    known = {entry.msgid for entry in chinese if not entry.obsolete}
    found += [f"missing: {entry.msgid}" for entry in template if entry.msgid not in known]
    return found


@pytest.mark.parametrize("name", OWN)
def test_chinese_is_complete(name):
    folder = paths.ADDONS / name / "i18n"
    template = polib.pofile(str(folder / f"{name}.pot"))
    chinese = polib.pofile(str(folder / "zh_CN.po"))
    assert faults(template, chinese) == []


def test_gate_sees_empty_fuzzy_and_missing_terms():
    template, chinese = polib.POFile(), polib.POFile()
    for word in ("Late", "Released", "Waiting"):
        template.append(polib.POEntry(msgid=word))
    chinese.append(polib.POEntry(msgid="Late", msgstr=""))
    chinese.append(polib.POEntry(msgid="Released", msgstr="释放", flags=["fuzzy"]))
    chinese.append(polib.POEntry(msgid="Room", msgstr="Room"))
    chinese.append(polib.POEntry(msgid="Line %(line)s", msgstr="第%(row)s行"))
    assert faults(template, chinese) == ["fuzzy: Released", "empty: Late", "not Chinese: Room",
                                         "other variables: Line %(line)s", "missing: Waiting"]
