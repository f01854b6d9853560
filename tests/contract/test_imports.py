"""The core knows no plugin, and no plugin knows another: each can be removed. (pyproject.toml holds the core's layers.)"""

from functools import cache

import grimp
import pytest

from lms.settings import ROOT

PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/lms_*/__init__.py"))


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("lms", *PLUGINS, cache_dir=None)


def imports_of(package: str) -> set[str]:
    """Root packages of ours that any module of `package` imports."""
    modules = {package, *graph().find_descendants(package)}
    found = {
        imported.split(".")[0] for module in modules for imported in graph().find_modules_directly_imported_by(module)
    }
    return found - {package}


def test_there_are_plugins_to_look_at() -> None:
    assert len(PLUGINS) >= 2


def test_core_imports_no_plugin() -> None:
    assert imports_of("lms") == set()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_plugin_imports_no_other(plugin: str) -> None:
    assert imports_of(plugin) == {"lms"}


def test_demo_platform_knows_the_plugin_api_alone() -> None:
    """It speaks to the tool over HTTP, as a school's own LMS does."""
    modules = graph().find_descendants("lms_demo_platform")
    known = {name for module in modules for name in graph().find_modules_directly_imported_by(module)}

    assert {name for name in known if name.startswith("lms.")} == {
        "lms.plugins",
        "lms.settings",
        "lms.supervisor.children",
    }
