"""What a plugin must keep to, checked when it is loaded: its own names, its own tables, its people's data accounted for."""

from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

from sqlalchemy import Table

from lms.database import Base
from lms.errors import ErrorCode, LmsError
from lms.migrations import CORE

RESERVED = CORE.prefixes | {
    CORE.name,
    "lms",
    "web",
    "preferences",
    "dev",
    "desk",
    "oauth",
    "static",
    "dbos",
    "react",
    "files",
}
"""Names that a plugin cannot have: tables, pages, permissions or jobs of the core begin with them."""

DOTTED = frozenset(
    {
        "lms_admin_pages",
        "lms_cards",
        "lms_fact_kinds",
        "lms_jobs",
        "lms_notice_kinds",
        "lms_permissions",
        "lms_person_links",
        "lms_schedules",
        "lms_subscribers",
    }
)
"""Hooks whose objects are named `plugin.something`."""

OWN = frozenset(
    {
        "lms_activity_kinds",
        "lms_blueprints",
        "lms_commands",
        "lms_navigation",
        "lms_personal_data",
        "lms_subject_kinds",
    }
)
"""Hooks whose objects have the plugin's name, alone or with more after `.`, `_` or `-`."""


class BadPlugin(LmsError):
    """A plugin that cannot be loaded. Read by who starts the program, so its text is no message id."""

    code = ErrorCode.INTERNAL


def check_names(names: Sequence[str]) -> None:
    """Raises BadPlugin for a reserved name, and for two plugins that would claim each other's tables."""
    for name in names:
        if name in RESERVED:
            raise BadPlugin(f"a plugin cannot be called {name!r}: the core has that name")
        for other in names:
            if other.startswith(f"{name}_"):
                raise BadPlugin(f"plugins {name!r} and {other!r} cannot be together: tables {name}_… would be both's")


def check_item(plugin: str, hook: str, item: Any) -> None:
    """Raises BadPlugin for a thing with a name that is not the plugin's."""
    name = str(getattr(item, "name", ""))
    ends = (".",) if hook in DOTTED else (".", "_", "-")
    named = name.startswith(tuple(plugin + end for end in ends)) or (hook in OWN and name == plugin)
    if hook in DOTTED | OWN and not named:
        wanted = f"{plugin}.…" if hook in DOTTED else plugin
        raise BadPlugin(f"plugin {plugin!r}: what {hook} returns must be named {wanted!r}, not {name!r}")


def check_tables(plugin: str, module: ModuleType, new: Iterable[str], *, has_history: bool) -> None:
    """Raises BadPlugin for tables outside the plugin's prefix, and for tables without migrations.

    `new` are the tables that came with the import, those of core rooms that it imports among them; those of models
    imported earlier are found by their package.
    """
    names = {*(name for name in new if not CORE.owns(name)), *(table.name for table in tables_of(module))}
    foreign = sorted(name for name in names if not name.startswith(f"{plugin}_"))
    if foreign:
        raise BadPlugin(f"plugin {plugin!r} has tables outside its prefix: {', '.join(foreign)}")
    if names and not has_history:
        raise BadPlugin(f"plugin {plugin!r} has tables and no folder `migrations`; see `db revision --history`")


def check_personal_data(plugin: str, module: ModuleType, accounted: Iterable[str]) -> None:
    """Raises BadPlugin for a table that names a person and that no `PersonalData` accounts for."""
    missing = sorted(tables_of_people(tables_of(module)) - set(accounted))
    if missing:
        raise BadPlugin(f"plugin {plugin!r}: lms_personal_data does not say how to export and erase {missing}")


def tables_of(module: ModuleType) -> list[Table]:
    """The tables of the models in a plugin's package."""
    package = module.__name__.partition(".")[0]
    tables = [mapper.local_table for mapper in Base.registry.mappers if _package(mapper.class_) == package]
    return [table for table in tables if isinstance(table, Table)]


def tables_of_people(tables: Iterable[Table]) -> set[str]:
    """Those that have a `person_id`."""
    return {table.name for table in tables if "person_id" in table.columns}


def _package(model: type) -> str:
    return model.__module__.partition(".")[0]
