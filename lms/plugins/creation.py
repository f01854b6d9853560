"""Beginning a plugin: a folder with a small working one, made from the templates in `scaffold/`."""

import keyword
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from string import Template

from lms.commands import COMMANDS
from lms.errors import N_, Conflict, Invalid
from lms.plugins.manners import RESERVED
from lms.translations.homes import Home, compile_all

SCAFFOLD = Path(__file__).resolve().parent / "scaffold"
SUFFIX = ".tpl"
LONGEST = 24
"""PostgreSQL cuts identifiers at 63 bytes, and the names of constraints are made from that of the plugin."""


@dataclass(frozen=True, slots=True)
class NewPlugin:
    """`folder` is the one to be made; `alone`: it lies outside a checkout of lms and brings its own test fixtures."""

    name: str
    folder: Path
    alone: bool

    @property
    def package(self) -> str:
        return f"lms_{self.name}"

    def words(self) -> dict[str, str]:
        """What stands in the places of the templates."""
        return {
            "name": self.name,
            "package": self.package,
            "distribution": self.package.replace("_", "-"),
            "title": self.name.replace("_", " ").capitalize(),
            "folder": str(self.folder) if self.alone else f"plugins/{self.name}",
        }


def check_name(name: str, installed: Collection[str]) -> None:
    """Raises Invalid for what cannot be a plugin's name, Conflict for one that is taken."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or len(name) > LONGEST:
        raise Invalid(
            N_("%(name)s is no name for a plugin: take up to %(most)s small Latin letters, digits and single _."),
            name=repr(name),
            most=LONGEST,
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise Invalid(N_("%(name)s is a word of Python. Choose another name."), name=repr(name))
    if name in RESERVED or name in COMMANDS:
        raise Conflict(N_("%(name)s is a name of the core. Choose another one."), name=repr(name))
    for other in installed:
        if name == other or other.startswith(f"{name}_") or name.startswith(f"{other}_"):
            raise Conflict(
                N_("There is a plugin %(other)s already, and tables of %(name)s would look like its own."),
                other=repr(other),
                name=repr(name),
            )


def create(new: NewPlugin) -> list[Path]:
    """Write every file; returns them. Raises Conflict when the folder is there already and not empty."""
    if new.folder.exists() and any(new.folder.iterdir()):
        raise Conflict(N_("%(folder)s is not empty."), folder=str(new.folder))
    written = []
    for source in sorted(SCAFFOLD.rglob(f"*{SUFFIX}")):
        relative = source.relative_to(SCAFFOLD)
        if relative == Path("tests/conftest.py.tpl") and not new.alone:
            continue
        target = new.folder / _renamed(relative, new)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text()).substitute(new.words()))
        written.append(target)
    return [*written, *compile_all([Home(new.folder / new.package)])]


def _renamed(path: Path, new: NewPlugin) -> Path:
    """`package` is the plugin's package, and the folder of its templates has its name."""
    words = {"package": new.package, "plugin": new.name}
    parts = [words.get(part, part) for part in path.parts[:-1]]
    name = path.name.removesuffix(SUFFIX)
    renamed = {"0001.py": f"{new.name}_0001.py", "test_plugin.py": f"test_{new.name}.py"}
    return Path(*parts, renamed.get(name, name))
