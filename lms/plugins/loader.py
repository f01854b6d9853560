"""Finding plugins, checking their manners, and collecting what rooms and plugins contribute by the same hooks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from lms.database import Base
from lms.migrations import History
from lms.plugins import hookspecs, manners
from lms.plugins.manners import BadPlugin

GROUP = "lms.plugins"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A loaded plugin. `folder` is its package: templates, static files, translations and migrations are there."""

    name: str
    module: ModuleType

    @property
    def folder(self) -> Path:
        return Path(str(self.module.__file__)).resolve().parent

    @property
    def history(self) -> History | None:
        """The plugin's own schema history, if it has tables."""
        folder = self.folder / "migrations"
        return History(self.name, folder, frozenset({self.name})) if folder.is_dir() else None


class _Hooks(pluggy.PluginManager):
    """Core rooms name their functions as the hooks are named and need no marker, so that they import no plugin API."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        options = super().parse_hookimpl_opts(plugin, name)
        if options is None and name.startswith("lms_") and callable(getattr(plugin, name)):
            return pluggy.HookimplOpts(
                wrapper=False, hookwrapper=False, optionalhook=False, tryfirst=False, trylast=False, specname=None
            )
        return options


def find_plugins(disabled: Iterable[str]) -> list[Plugin]:
    """Installed plugins by name, without the disabled ones. Raises BadPlugin for one without manners."""
    skip = set(disabled)
    entries = [entry for entry in list_entries() if entry.name not in skip]
    manners.check_names([entry.name for entry in entries])
    return [load(entry) for entry in entries]


def list_entries() -> list[EntryPoint]:
    """What is installed, by name, loaded or not."""
    return sorted(entry_points(group=GROUP), key=lambda entry: entry.name)


def load(entry: EntryPoint) -> Plugin:
    """Import one plugin. Raises BadPlugin."""
    before = set(Base.metadata.tables)
    try:
        plugin = Plugin(entry.name, entry.load())
    except Exception as error:
        cure = f"mend it, or switch it off: LMS_DISABLED_PLUGINS='[\"{entry.name}\"]'"
        raise BadPlugin(f"plugin {entry.name!r} cannot be loaded ({type(error).__name__}: {error}); {cure}") from error
    new = set(Base.metadata.tables) - before
    manners.check_tables(plugin.name, plugin.module, new, has_history=plugin.history is not None)
    return plugin


class Contributions:
    """What rooms and plugins bring, hook by hook, in the order rooms first, plugins by name.

    Raises BadPlugin, here or in `each`, for what a plugin brings under a name that is not its own.
    """

    def __init__(self, rooms: Iterable[ModuleType], plugins: Iterable[Plugin]) -> None:
        self._hooks = _Hooks("lms")
        self._hooks.add_hookspecs(hookspecs)
        for room in rooms:
            self._hooks.register(room, name=room.__name__)
        self._plugins = {plugin.name: plugin for plugin in plugins}
        for plugin in self._plugins.values():
            self._hooks.register(plugin.module, name=plugin.name)
        self._hooks.check_pending()
        accounted = {name for brought in self.each("lms_personal_data") for name in brought.tables}
        for plugin in self._plugins.values():
            manners.check_personal_data(plugin.name, plugin.module, accounted)

    def each(self, hook: str, **arguments: object) -> Iterator[Any]:
        """Every object that anybody returned from this hook."""
        for implementation in getattr(self._hooks.hook, hook).get_hookimpls():
            brought = implementation.function(*(arguments[name] for name in implementation.argnames))
            for item in brought or ():
                if implementation.plugin_name in self._plugins:
                    manners.check_item(implementation.plugin_name, hook, item)
                yield item
