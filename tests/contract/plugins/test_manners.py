"""A plugin that takes what is not its own is refused at start-up, with its name and the cure in the message."""

from pathlib import Path
from types import ModuleType

import click
import pluggy
import pytest
from flask import Blueprint

from lms.jobs import Handler, Schedule
from lms.ledger import FactKind, Subscriber
from lms.people.actor import Permission, Role
from lms.plugins import hookimpl
from lms.plugins.loader import Contributions, Plugin
from lms.plugins.manners import BadPlugin, check_names
from lms.web.navigation import NavItem
from tests.contract.plugins.sham import Site

HEAD = """\
from uuid import UUID
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from lms.database import Base, Id
from lms.people.personal import PersonalData
from lms.plugins import hookimpl
"""
TABLE = """
class Entry(Base):
    __tablename__ = "{table}"
    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people_person.id"))
"""
DATA = """
@hookimpl
def lms_personal_data():
    return [PersonalData("{name}", frozenset({{"{table}"}}), "a day", lambda s, p: [], lambda s, p: None)]
"""


def test_plugin_with_manners_is_loaded(site: Site, tmp_path: Path) -> None:
    text = HEAD + TABLE.format(table="shells_entry") + DATA.format(name="shells", table="shells_entry")
    package = site.write("shells", text)
    (package / "migrations" / "versions").mkdir(parents=True)

    started = site.start(tmp_path)

    assert (started.returncode, "'shells'" in started.stdout) == (0, True), started.stderr


def shells(hook: str, *items: object) -> Plugin:
    """A plugin that brings these through one hook."""
    module = ModuleType("lms_shells.plugin")
    setattr(module, hook, lambda: items)
    return Plugin("shells", module)


@pytest.mark.parametrize(
    ("hook", "item"),
    [
        ("lms_permissions", Permission("shells.find", "", frozenset({Role.TUTOR}))),
        ("lms_fact_kinds", FactKind("shells.found", "")),
        ("lms_blueprints", Blueprint("shells", __name__)),
        ("lms_navigation", NavItem("shells", "", "shells.show", "star", 1)),
        ("lms_commands", click.Command("shells-count")),
    ],
)
def test_thing_of_the_plugins_own_name_is_taken(hook: str, item: object) -> None:
    assert list(Contributions([], [shells(hook, item)]).each(hook)) == [item]


@pytest.mark.parametrize(
    ("hook", "item", "complaint"),
    [
        ("lms_permissions", Permission("people.see", "", frozenset({Role.TUTOR})), "not 'people.see'"),
        ("lms_permissions", Permission("shells", "", frozenset({Role.TUTOR})), "named 'shells.…'"),
        ("lms_fact_kinds", FactKind("course.lost", ""), "not 'course.lost'"),
        ("lms_subscribers", Subscriber("credit", frozenset(), print), "not 'credit'"),
        ("lms_jobs", Handler("grading.grade", print), "not 'grading.grade'"),
        ("lms_schedules", Schedule("nightly", "shells.count", 60), "not 'nightly'"),
        ("lms_blueprints", Blueprint("beach", __name__), "not 'beach'"),
        ("lms_commands", click.Command("run"), "not 'run'"),
    ],
)
def test_thing_of_another_name_is_refused(hook: str, item: object, complaint: str) -> None:
    with pytest.raises(BadPlugin, match="plugin 'shells'") as refusal:
        list(Contributions([], [shells(hook, item)]).each(hook))

    assert complaint in str(refusal.value)


def test_hook_that_does_not_exist_is_refused() -> None:
    module = ModuleType("lms_shells.plugin")
    module.lms_shell = hookimpl(lambda: ["a shell"])

    with pytest.raises(pluggy.PluginValidationError, match="unknown hook 'lms_shell'"):
        Contributions([], [Plugin("shells", module)])


@pytest.mark.parametrize("names", [("people",), ("core",), ("shells", "shells_found")])
def test_names_that_collide_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(BadPlugin, match="cannot be"):
        check_names(names)


def test_names_that_only_look_alike_are_taken() -> None:
    check_names(("shell", "shells", "shells2"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (TABLE.format(table="people_shell"), "tables outside its prefix: people_shell"),
        (TABLE.format(table="shells_entry"), "no folder `migrations`"),
        ("\nimport nothing_of_this_name\n", "cannot be loaded (ModuleNotFoundError"),
    ],
)
def test_plugin_without_manners_is_refused(site: Site, tmp_path: Path, text: str, complaint: str) -> None:
    site.write("shells", HEAD + text)

    started = site.start(tmp_path)

    assert started.returncode == 1
    assert complaint in started.stderr
    assert "shells" in started.stderr.splitlines()[-1]


def test_table_of_people_that_nobody_accounts_for_is_refused(site: Site, tmp_path: Path) -> None:
    package = site.write("shells", HEAD + TABLE.format(table="shells_entry"))
    (package / "migrations" / "versions").mkdir(parents=True)

    started = site.start(tmp_path)

    assert started.returncode == 1
    assert "lms_personal_data does not say how to export and erase ['shells_entry']" in started.stderr


def test_broken_plugin_is_told_in_one_sentence(site: Site, tmp_path: Path) -> None:
    site.write("shells", "import nothing_of_this_name")
    command = "from lms.cli import main; import sys; main(sys.argv[1:])"

    started = site.run("-c", command, "db", "upgrade", LMS_STATE_DIR=str(tmp_path))
    listed = site.run("-c", command, "plugin", "list", LMS_STATE_DIR=str(tmp_path))

    assert (started.returncode, len(started.stderr.splitlines())) == (1, 1), started.stderr
    assert "lms: plugin 'shells' cannot be loaded" in started.stderr
    assert (listed.returncode, "BROKEN" in listed.stdout) == (1, True)
    assert "nothing_of_this_name" in listed.stderr


def test_broken_plugin_that_is_switched_off_disturbs_nobody(site: Site, tmp_path: Path) -> None:
    site.write("shells", "import nothing_of_this_name")

    started = site.start(tmp_path, LMS_DISABLED_PLUGINS='["shells"]')

    assert (started.returncode, "shells" in started.stdout) == (0, False), started.stderr
