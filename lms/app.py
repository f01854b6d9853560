"""The composition root: makes the application out of rooms and plugins. Seen by nothing."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader

from lms.courses.kinds import ActivityKinds
from lms.database import Database, db, engine_options, prepare
from lms.files import leftovers
from lms.jobs import Handler, Handlers, Schedule, Schedules
from lms.jobs.engine import Engine as JobEngine
from lms.jobs.worker import retire
from lms.ledger import FactKinds, Subscribers
from lms.ledger.room import reaction
from lms.ledger.subjects import SubjectKinds
from lms.notices.kinds import NoticeKinds
from lms.people.actor import Permissions
from lms.people.person_links import PersonLinks
from lms.people.personal import PersonalDataRegistry
from lms.people.visitor import keep_locale, load_visitor
from lms.plugins.loader import Contributions, Plugin, find_plugins
from lms.registries import ByName, Registries
from lms.settings import Settings
from lms.web import init_web, open_doors
from lms.web.access import check_views
from lms.web.admin_pages import AdminPages
from lms.web.cards import Cards
from lms.web.logs import keep_locals_out
from lms.web.navigation import Navigation

DAY_SECONDS = 24 * 3600
ROOM_NAMES = (
    "people",
    "ledger",
    "notices",
    "courses",
    "completion",
    "grading",
    "notebooks",
    "learning",
    "lti",
    "admin",
    "demo",
)


def load_rooms() -> list[ModuleType]:
    """Core rooms, lower ones first. Each has a module `room` that answers the hooks it needs.

    A room that fills registries of the core alone does so in `install(app, registries)`.
    """
    return [import_module(f"lms.{name}.room") for name in ROOM_NAMES]


def create_app(settings: Settings) -> Flask:
    """The web application, and what the worker and the command line need of it.

    `app.extensions` holds `lms.settings`, `lms.registries` and `lms.database`. Raises BadPlugin, or RuntimeError for a
    view without manners.
    """
    keep_locals_out()
    plugins = find_plugins(settings.disabled_plugins)
    rooms = load_rooms()
    contributions = Contributions(rooms, plugins)
    app = Flask("lms", static_folder=None, template_folder=None)
    registries = Registries()
    registries.put(settings)
    app.extensions.update({"lms.settings": settings, "lms.registries": registries, "lms.plugins": plugins})
    _open_database(app, settings, registries)
    init_web(app, settings, plugin_catalogues=_catalogues(plugins))
    _fill(registries, contributions)
    for blueprint in contributions.each("lms_blueprints"):
        app.register_blueprint(blueprint)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(path) for path in _templates(settings, plugins)])
    for room in rooms:
        if hasattr(room, "install"):
            room.install(app, registries)
    open_doors(app, load_visitor, keep_locale)
    check_views(app, {permission.name for permission in registries.get(Permissions)})
    return app


def _open_database(app: Flask, settings: Settings, registries: Registries) -> None:
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    prepare(engine)
    registries.put(JobEngine(engine))
    app.extensions["lms.database"] = Database(engine, registries)


def _fill(registries: Registries, contributions: Contributions) -> None:
    hooks: dict[str, type[ByName[Any]]] = {
        "lms_permissions": Permissions,
        "lms_navigation": Navigation,
        "lms_cards": Cards,
        "lms_admin_pages": AdminPages,
        "lms_person_links": PersonLinks,
        "lms_notice_kinds": NoticeKinds,
        "lms_fact_kinds": FactKinds,
        "lms_subscribers": Subscribers,
        "lms_subject_kinds": SubjectKinds,
        "lms_activity_kinds": ActivityKinds,
        "lms_jobs": Handlers,
        "lms_schedules": Schedules,
        "lms_personal_data": PersonalDataRegistry,
    }
    for hook, registry in hooks.items():
        target = registries.get(registry)
        for item in contributions.each(hook):
            target.add(item)
    handlers = registries.get(Handlers)
    for subscriber in registries.get(Subscribers):
        handlers.add(reaction(subscriber))
    handlers.add(Handler("jobs.retire", retire))
    handlers.add(leftovers.HANDLER)
    registries.get(Schedules).add(Schedule("jobs.retire", "jobs.retire", DAY_SECONDS))
    registries.get(Schedules).add(leftovers.SCHEDULE)


def _catalogues(plugins: Iterable[Plugin]) -> list[Path]:
    return [plugin.folder / "translations" for plugin in plugins if (plugin.folder / "translations").is_dir()]


def _templates(settings: Settings, plugins: Iterable[Plugin]) -> list[str]:
    rooms = [settings.root / "lms" / name / "templates" for name in ("web", *ROOM_NAMES)]
    return [str(path) for path in (*rooms, *(plugin.folder / "templates" for plugin in plugins)) if path.is_dir()]
