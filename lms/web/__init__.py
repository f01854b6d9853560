"""The web: what every page shares. Knows no room; rooms hand it their navigation, visitor and permissions."""

from pathlib import Path

from flask import Blueprint, Flask, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import registries
from lms.settings import Settings
from lms.web.access import VisitorLoader, frame_visitor, init_access
from lms.web.bodies import init_bodies
from lms.web.components import components
from lms.web.cookies import init_cookies
from lms.web.errors import init_errors
from lms.web.headers import init_headers
from lms.web.health import health
from lms.web.initials import initials
from lms.web.locale import LocaleKeeper, choose_locale, init_locale, pick
from lms.web.navigation import Navigation, links
from lms.web.unit import reading

csrf = CSRFProtect()
FORM_OVERHEAD = 2**20


def init_web(app: Flask, settings: Settings, *, plugin_catalogues: list[Path]) -> None:
    """Everything that needs no room. Call `open_doors` after the blueprints are registered."""
    app.config["MAX_CONTENT_LENGTH"] = settings.upload_limit + FORM_OVERHEAD
    app.config["MAX_FORM_MEMORY_SIZE"] = 2 * 2**20
    app.config["SECRET_KEY"] = settings.secret()
    flags = init_cookies(app, settings.tool_public_url)
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=flags["secure"],
        SESSION_COOKIE_SAMESITE=flags["samesite"],
        SESSION_COOKIE_PARTITIONED=flags["partitioned"],
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.register_blueprint(
        Blueprint("web", __name__, static_folder="static", static_url_path="/static/web", template_folder="templates")
    )
    app.register_blueprint(health)
    if settings.demo:
        app.register_blueprint(components)
    init_bodies(app)
    csrf.init_app(app)
    init_locale(app, settings, plugin_catalogues)
    init_headers(app)
    init_errors(app)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.context_processor(lambda: {"programme_name": pick(settings.programme_name)})
    app.jinja_env.filters["initials"] = initials
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def open_doors(app: Flask, load: VisitorLoader, keep_locale: LocaleKeeper) -> None:
    """Put the gate before every view that is registered by now, and give pages their frame."""
    init_access(app, load)
    app.extensions["lms.keep_locale"] = keep_locale
    app.context_processor(_frame)


def _frame() -> dict[str, object]:
    if "locale" not in g:
        g.locale, g.theme = choose_locale(), "auto"
    visitor = frame_visitor()
    if visitor is None:
        return {"me": g.get("visitor"), "nav": [], "here": request.full_path.rstrip("?")}
    session = reading()
    navigation = registries.of(session).get(Navigation)
    return {"me": visitor, "nav": links(session, navigation, visitor), "here": request.full_path.rstrip("?")}


__all__ = ["csrf", "init_web", "open_doors"]
