"""Every page's text is there in Russian, and the catalogues of plugins join the core's."""

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from lms.settings import Settings
from lms.translations.checking import problems
from lms.translations.homes import homes
from lms.web.locale import init_locale

pytestmark = pytest.mark.databases("sqlite")


def test_every_text_has_its_russian_translation() -> None:
    assert problems(homes()) == []


def test_texts_of_core_and_plugin_are_translated_together(app: Flask) -> None:
    with app.test_request_context(), force_locale("ru"):
        assert gettext("Read") == "Прочитано"
        assert gettext("Take it along") == "Забрать с собой"


def test_russian_plurals_survive_a_plugin_that_has_no_catalogue(settings: Settings, tmp_path: Path) -> None:
    silent = tmp_path / "translations"
    silent.mkdir()
    app = Flask("lms")
    init_locale(app, settings, [silent])

    with app.test_request_context(), force_locale("ru"):
        said = [ngettext("%(num)s minute", "%(num)s minutes", n) for n in (1, 3, 5, 11, 22)]

    assert said == ["1 минута", "3 минуты", "5 минут", "11 минут", "22 минуты"]


def test_english_needs_no_catalogue(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        said = [ngettext("%(num)s minute", "%(num)s minutes", n) for n in (1, 3)]

    assert said == ["1 minute", "3 minutes"]
