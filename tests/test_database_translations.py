"""Gates on translation templates: what Odoo exports now is what is committed."""

import shutil
import subprocess

import polib
import pytest
from test_translations import ALIKE, CHINESE

from tools import addons, config, odoo, paths, process

OWN = addons.own()


def terms(file):
    """Return the source terms of a template with their places, free of dates and order."""
    return {(entry.msgctxt, entry.msgid, entry.comment) for entry in polib.pofile(str(file))}


def difference(committed, exported):
    """Return (terms missing in the committed template, terms that are not used any more)."""
    old = {entry[1] for entry in terms(committed)} if committed.exists() else set()
    new = {entry[1] for entry in terms(exported)}
    return sorted(new - old), sorted(old - new)


@pytest.fixture(scope="module")
def exported(database, tmp_path_factory):
    """Export all templates into a temporary folder."""
    folder = tmp_path_factory.mktemp("pot")
    conf = config.write(target=folder / "odoo.conf")
    for name in OWN:
        command = [paths.PYTHON, paths.LAUNCHER, "i18n", "export", "-c", conf, "-d", database,
                   "-l", "pot", "-o", folder / f"{name}.pot", "--", name]
        subprocess.run([str(part) for part in command], check=True, capture_output=True,
                       env=process.environment(odoo.environment()))
    return folder


@pytest.mark.parametrize("name", OWN)
def test_template_is_up_to_date(exported, name):
    committed = paths.ADDONS / name / "i18n" / f"{name}.pot"
    assert difference(committed, exported / f"{name}.pot") == ([], [])


def not_chinese(labels):
    """Return the labels in the database that a Chinese reader sees in English."""
    return sorted(
        (key, text) for key, text in labels.items()
        if not CHINESE.search(text) and text not in ALIKE
    )


def test_every_label_in_the_database_is_chinese(facts):
    assert len(facts["labels"]) > 500
    assert not_chinese(facts["labels"]) == []


def test_gate_sees_a_label_without_chinese(facts):
    planted = facts["planted_label"]
    assert planted["key"] in dict(not_chinese(planted["labels"]))


def test_gate_sees_an_old_template(exported, tmp_path):
    whole = exported / f"{OWN[0]}.pot"
    old = tmp_path / "old.pot"
    shutil.copyfile(whole, old)
    catalogue = polib.pofile(str(old))
    removed = catalogue.pop()
    catalogue.save()
    assert difference(old, whole) == ([removed.msgid], [])
