"""Switching any plugin off breaks nothing, and neither does switching all of them off."""

import pytest
from flask import Flask

from lms.app import create_app
from lms.database import Database
from lms.jobs.engine import Engine as JobEngine
from lms.people.actor import Role
from lms.plugins.loader import list_entries
from lms.settings import Settings
from tests.factories.people import browser_of, make_person

pytestmark = pytest.mark.databases("sqlite")

INSTALLED = [entry.name for entry in list_entries()]


def pages(app: Flask) -> dict[str, int]:
    """Every page that needs no argument, as an administrator sees it who is a participant as well."""
    database: Database = app.extensions["lms.database"]
    browser = browser_of(app, make_person(database, "Ada", Role.ADMIN, Role.PARTICIPANT))
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return {rule.rule: browser.get(rule.rule).status_code for rule in rules}


@pytest.mark.parametrize("off", [*INSTALLED, "all of them"])
def test_plugin_switched_off_breaks_no_page(settings: Settings, off: str) -> None:
    disabled = frozenset(INSTALLED if off == "all of them" else [off])
    app = create_app(settings.model_copy(update={"disabled_plugins": disabled}))

    found = pages(app)

    app.extensions["lms.registries"].get(JobEngine).close()
    app.extensions["lms.database"].engine.dispose()
    assert found["/"] == 200
    assert {path: status for path, status in found.items() if status >= 500} == {}
    assert not any(path.startswith(f"/{name}") for name in disabled for path in found)


def test_pages_of_a_plugin_are_there_while_it_is_on(app: Flask) -> None:
    assert pages(app)["/skillfolio"] == 200
