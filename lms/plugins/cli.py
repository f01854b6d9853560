"""`python3 -m lms plugin …`."""

import json
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from lms.database import Base
from lms.plugins.creation import NewPlugin, check_name, create
from lms.plugins.loader import list_entries, load
from lms.plugins.manners import BadPlugin
from lms.settings import ROOT, Settings

SWITCH = "LMS_DISABLED_PLUGINS"


@click.group()
def plugin() -> None:
    """Begin a plugin; see which there are."""


@plugin.command()
@click.argument("name")
@click.option(
    "--dir",
    "parent",
    type=click.Path(file_okay=False, path_type=Path, resolve_path=True),
    help="Where to make the folder NAME; by default plugins/ of this checkout.",
)
def new(name: str, parent: Path | None) -> None:
    """Make a small plugin that works, with a test: a starting point to change."""
    installed = {entry.name for entry in list_entries()} | {path.name for path in (ROOT / "plugins").glob("*/")}
    check_name(name, installed)
    inside = parent is None or parent == ROOT / "plugins"
    made = NewPlugin(name, (parent or ROOT / "plugins") / name, alone=not inside)
    files = create(made)
    click.echo(f"{made.folder}: {len(files)} files. Begin reading in {made.package}/plugin.py.")
    if inside:
        click.echo(f"The next `python3 -m lms …` installs it. Test it: python3 -m lms test plugins/{name}")
    else:
        click.echo(f"Install it: {' '.join(_install_command(made.folder))}")
        click.echo(f"Test it:    {sys.executable} -m pytest {made.folder}")
    click.echo(f"Then: python3 -m lms run, and open /{name} as a participant.")


@plugin.command("list")
def list_command() -> None:
    """Name, version, state, tables and where each plugin comes from; exit code 1 if one cannot be loaded."""
    disabled = Settings().disabled_plugins
    entries = list_entries()
    complaints = {entry.name: _complaint(entry) for entry in entries if entry.name not in disabled}
    table = Table("plugin", "version", "state", "tables", "from", box=None, pad_edge=False)
    for entry in entries:
        state = "off" if entry.name in disabled else "BROKEN" if complaints[entry.name] else "on"
        tables = sorted(name for name in Base.metadata.tables if name.startswith(f"{entry.name}_"))
        table.add_row(entry.name, _version(entry), state, ", ".join(tables), _origin(entry))
    for name in sorted(disabled - {entry.name for entry in entries}):
        table.add_row(name, "", "off, not installed", "", "")
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    click.echo(
        f'Switch one off: {SWITCH}=\'["NAME"]\' or `disabled_plugins = ["NAME"]` in var/lms.toml; its tables stay.'
    )
    if any(complaints.values()):
        raise click.ClickException("\n".join(text for text in complaints.values() if text))


def _complaint(entry: EntryPoint) -> str:
    try:
        load(entry)
    except BadPlugin as error:
        return str(error)
    return ""


def _version(entry: EntryPoint) -> str:
    return entry.dist.version if entry.dist is not None else "?"


def _origin(entry: EntryPoint) -> str:
    """The folder of an editable installation, or site-packages."""
    url = entry.dist.read_text("direct_url.json") if entry.dist is not None else None
    if url is None:
        return str(entry.dist.locate_file("")) if entry.dist is not None else "?"
    return str(json.loads(url)["url"]).removeprefix("file://")


def _install_command(folder: Path) -> list[str]:
    """With the installer that the bootstrap keeps beside the packages, which needs no network for this."""
    kept = next(iter(sorted(Path(sys.prefix).glob("uv-*/bin/uv"))), None)
    installer = [str(kept), "pip", "install", "--python", sys.executable] if kept else ["pip", "install"]
    return [*installer, "--no-deps", "--no-build-isolation", "--editable", str(folder)]
