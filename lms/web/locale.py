"""Language, time zone and theme of a page: what the visitor chose, what their profile says, what the browser asks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

from babel.dates import format_timedelta
from flask import Blueprint, Flask, current_app, g, redirect, request
from flask_babel import Babel, format_datetime, get_locale
from werkzeug.wrappers import Response as AnyResponse

from lms.clock import now
from lms.errors import N_, Invalid
from lms.settings import Settings
from lms.web.access import PUBLIC, find_visitor, is_static, needs
from lms.web.cookies import delete_cookie, read_cookie, set_cookie

LOCALES = ("ru", "en")
THEMES = ("auto", "light", "dark")
YEAR_SECONDS = 365 * 24 * 3600

LocaleKeeper = Callable[[str], None]
"""Keeps the language with whoever sent this request, if they are known."""

preferences = Blueprint("preferences", __name__, url_prefix="/preferences")


def init_locale(app: Flask, settings: Settings, plugin_catalogues: list[Path]) -> None:
    """Switch Babel on. Plugins bring catalogues of their own.

    Of two catalogues with the same text Flask-Babel takes the later one, and of all of them the rule for plurals of the
    last, which is English's for a plugin without a translation: so ours is the last.
    """
    core = Path(__file__).resolve().parent.parent / "translations"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(path) for path in [*plugin_catalogues, core])
    app.config["BABEL_DOMAIN"] = ";".join(["messages"] * (1 + len(plugin_catalogues)))
    app.config["BABEL_DEFAULT_LOCALE"] = settings.locale
    Babel(app, locale_selector=choose_locale, timezone_selector=choose_zone)
    app.register_blueprint(preferences)
    app.before_request(_remember)
    app.jinja_env.globals.update(locales=LOCALES, format_moment=format_moment, distance=distance, pick=pick)


def choose_locale() -> str:
    """`ru` or `en`."""
    chosen = read_cookie("locale")
    if chosen in LOCALES:
        return chosen
    visitor = find_visitor()
    if visitor is not None and visitor.locale in LOCALES:
        return visitor.locale
    return request.accept_languages.best_match(LOCALES) or str(current_app.config["BABEL_DEFAULT_LOCALE"])


def choose_zone() -> str:
    """The time zone of the dates on a page, e.g. `Asia/Yekaterinburg`."""
    visitor = find_visitor()
    chosen = visitor.zone if visitor is not None else None
    return chosen or cast(Settings, current_app.extensions["lms.settings"]).timezone


def _remember() -> None:
    if is_static(request.endpoint) or request.blueprint == "health":
        return  # asks for nobody, so the style of a page is there also when the database is not
    g.locale = str(get_locale())
    theme = read_cookie("theme", "auto")
    g.theme = theme if theme in THEMES else "auto"


def pick(texts: Mapping[str, str]) -> str:
    """The visitor's language of a text kept in several, else the first there is."""
    return texts.get(str(get_locale())) or next(iter(texts.values()), "")


def format_moment(at: datetime) -> str:
    """Date, time and the city whose time it is, as the visitor's language writes them."""
    return str(format_datetime(at, "d MMMM y, HH:mm '·' VVV"))


def distance(at: datetime) -> str:
    """How far away a time is: "in 2 days", "3 hours ago"."""
    return format_timedelta(at - now(), add_direction=True, locale=get_locale())


@preferences.post("/locale")
@needs(PUBLIC)
def set_locale() -> AnyResponse:
    """Remember the language in a cookie and, for somebody known, in their profile."""
    answer = _remember_choice("locale", LOCALES)
    cast(LocaleKeeper, current_app.extensions["lms.keep_locale"])(request.form["locale"])
    return answer


@preferences.post("/theme")
@needs(PUBLIC)
def set_theme() -> AnyResponse:
    """Remember the theme in a cookie."""
    return _remember_choice("theme", THEMES)


def _remember_choice(name: str, allowed: tuple[str, ...]) -> AnyResponse:
    value = request.form.get(name, "")
    if value not in allowed:
        raise Invalid(N_("There is no such choice."))
    answer = redirect(local_path(request.form.get("next", "/")))
    set_cookie(answer, name, value, max_age=YEAR_SECONDS)
    return answer


def forget_locale(answer: AnyResponse) -> None:
    """Let the profile speak again: what another person chose in this browser counts no more."""
    delete_cookie(answer, "locale")


def local_path(target: str) -> str:
    r"""A path on this site, whatever was asked for: `//host`, `/\host` and control characters would leave it."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_local and "\\" not in target else "/"
