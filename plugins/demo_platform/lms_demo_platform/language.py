"""Russian and English, light and dark. The catalogue is read from its .po file at start: nothing has to be compiled."""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.datastructures import LanguageAccept

LOCALES = ("ru", "en")
THEMES = ("auto", "light", "dark")


def _catalogue(path: Path) -> Translations:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parent.parent.name)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


class SchoolDomain(Domain):  # type: ignore[misc]  # flask-babel ships no types
    """Flask-Babel's domain, over catalogues in memory."""

    def __init__(self, folder: Path) -> None:
        super().__init__([])
        self._by_locale = {path.parent.parent.name: _catalogue(path) for path in folder.glob("*/LC_MESSAGES/*.po")}

    def get_translations(self) -> NullTranslations:
        return self._by_locale.get(str(get_locale()), NullTranslations())


class SchoolBabel(Babel):  # type: ignore[misc]  # flask-babel ships no types
    """Flask-Babel with that domain."""

    domain_instance = SchoolDomain(Path(__file__).parent / "translations")


def init_language(app: Flask) -> None:
    """The reader's choice in a cookie, else what the browser asks for, else Russian."""
    SchoolBabel(app, locale_selector=choose_locale, default_locale="ru")
    app.context_processor(
        lambda: {"locale": choose_locale(), "theme": choose_theme(), "locales": LOCALES, "themes": THEMES}
    )


def choose_locale() -> str:
    chosen = request.cookies.get("locale", "")
    accepted: LanguageAccept = request.accept_languages
    return chosen if chosen in LOCALES else accepted.best_match(LOCALES) or "ru"


def choose_theme() -> str:
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else "auto"
