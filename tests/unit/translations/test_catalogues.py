"""From sources to what a page says, in a package made for the test."""

from pathlib import Path

import pytest
from babel.support import Translations

from lms.translations.checking import problems
from lms.translations.extraction import updated
from lms.translations.homes import Home, compile_all, homes, read_catalogue

SOURCE = """\
from flask_babel import gettext as _, ngettext
from lms.errors import N_

LATER = N_("Later")
def texts(count):
    return _("Hello, %(name)s", name="x"), ngettext("%(num)s apple", "%(num)s apples", count)
"""
PAGE = "{% trans %}not ours{% endtrans %}<h1>{{ _('Title') }}</h1>"
RUSSIAN = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Later"
msgstr "Позже"

msgid "Hello, %(name)s"
msgstr "Привет, %(name)s"

msgid "%(num)s apple"
msgid_plural "%(num)s apples"
msgstr[0] "%(num)s яблоко"
msgstr[1] "%(num)s яблока"
msgstr[2] "%(num)s яблок"

msgid "Title"
msgstr "Название"

msgid "not ours"
msgstr "не наше"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    package = tmp_path / "lms_fruit"
    (package / "templates" / "fruit").mkdir(parents=True)
    (package / "views.py").write_text(SOURCE)
    (package / "templates" / "fruit" / "page.html").write_text(PAGE)
    return Home(package)


@pytest.fixture
def translated(home: Home, tmp_path: Path) -> Home:
    fragment = tmp_path / "fragment.po"
    fragment.write_text(RUSSIAN)
    home.write("ru", updated(home, "ru", [read_catalogue(fragment, "ru")]))
    compile_all([home])
    return home


def test_extract_finds_texts_of_code_and_templates(home: Home) -> None:
    found = {message.id for message in updated(home, "ru") if message.id}

    assert found == {"Later", "Hello, %(name)s", ("%(num)s apple", "%(num)s apples"), "Title", "not ours"}


def test_check_of_a_translated_package_finds_nothing(translated: Home) -> None:
    assert problems([translated]) == []


def test_compiled_catalogue_has_the_three_russian_plurals(translated: Home) -> None:
    with translated.mo("ru").open("rb") as file:
        texts = Translations(file)

    said = [texts.ngettext("%(num)s apple", "%(num)s apples", n) % {"num": n} for n in (1, 2, 5, 21)]

    assert said == ["1 яблоко", "2 яблока", "5 яблок", "21 яблоко"]


def test_extract_again_changes_no_file(translated: Home) -> None:
    before = (translated.po("ru").read_bytes(), translated.mo("ru").read_bytes())

    translated.write("ru", updated(translated, "ru"))
    compile_all([translated])

    assert (translated.po("ru").read_bytes(), translated.mo("ru").read_bytes()) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('msgstr "Позже"', 'msgstr ""', "without a translation"),
        ('msgid "Later"', '#, fuzzy\nmsgid "Later"', "without a translation"),
        ('msgstr[2] "%(num)s яблок"', 'msgstr[2] ""', "without a translation"),
        ('msgstr "Привет, %(name)s"', 'msgstr "Привет, %(имя)s"', "placeholder"),
        ('msgstr "Позже"', 'msgstr "Потом"', "translations compile"),
        ('msgid "Later"', 'msgid "Sooner"', "not in the catalogue"),
        ('msgid "Later"', 'msgid "Sooner"', "used nowhere"),
    ],
)
def test_check_names_what_is_wrong(translated: Home, old: str, new: str, said: str) -> None:
    path = translated.po("ru")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

    found = problems([translated])

    assert any(said in line for line in found), found


def test_a_new_text_is_translated_from_memory_and_an_old_one_goes(translated: Home) -> None:
    (translated.folder / "views.py").write_text('from flask_babel import gettext as _\n_("Read")\n')

    translated.write("ru", updated(translated, "ru", [homes()[0].read("ru")]))

    catalogue = translated.read("ru")
    assert catalogue.get("Read").string == "Прочитано"
    assert catalogue.get("Later") is None
