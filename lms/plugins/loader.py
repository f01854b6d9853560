"""Finding plugins, checking their manners, and collecting what rooms and plugins contribute by the same hooks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from lms.database import Base
from lms.migrations import History
from lms.plugins import hookspecs

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
    """Installed plugins by name, without the disabled ones. Raises RuntimeError for a table outside its prefix."""
    skip = set(disabled)
    plugins = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        if entry.name in skip:
            continue
        before = set(Base.metadata.tables)
        plugin = Plugin(entry.name, entry.load())
        foreign = {name for name in set(Base.metadata.tables) - before if not name.startswith(f"{entry.name}_")}
        if foreign:
            raise RuntimeError(f"plugin {entry.name!r} has tables outside its prefix: {', '.join(sorted(foreign))}")
        plugins.append(plugin)
    return plugins


class Contributions:
    """What rooms and plugins bring, hook by hook, in the order rooms first, plugins by name."""

    def __init__(self, rooms: Iterable[ModuleType], plugins: Iterable[Plugin]) -> None:
        self._hooks = _Hooks("lms")
        self._hooks.add_hookspecs(hookspecs)
        for room in rooms:
            self._hooks.register(room, name=room.__name__)
        for plugin in plugins:
            self._hooks.register(plugin.module, name=plugin.name)
        self._hooks.check_pending()

    def each(self, hook: str, **arguments: object) -> Iterator[Any]:
        """Every object that anybody returned from this hook."""
        call: Callable[..., list[Any]] = getattr(self._hooks.hook, hook)
        for contributed in reversed(call(**arguments)):
            yield from contributed or ()
