"""`python3 -m lms course …`."""

import json
from pathlib import Path

import click

from lms.app import create_app
from lms.clock import now
from lms.courses import service
from lms.courses.contract import Change
from lms.courses.folder import BrokenCourse, LoadedCourse, describe, load
from lms.courses.importing import import_course
from lms.courses.kinds import ActivityKinds, ContentChecks
from lms.database import Database
from lms.migrations.cli import prepare_database
from lms.registries import Registries
from lms.settings import Settings


class _Program:
    """What every command needs. `needs_tables`: the command may be the first one on this machine."""

    def __init__(self, *, needs_tables: bool = True) -> None:
        self.settings = Settings()
        if needs_tables:
            prepare_database(self.settings)
        self.app = create_app(self.settings)
        self.database: Database = self.app.extensions["lms.database"]

    def load(self, folder: Path) -> LoadedCourse:
        """Read a folder with every kind of step that is installed."""
        registries: Registries = self.app.extensions["lms.registries"]
        with self.app.app_context():
            return load(folder, registries.get(ActivityKinds), registries.get(ContentChecks))

    def folders(self, names: tuple[str, ...]) -> list[Path]:
        """Folders named by path or by slug; all of them without a name."""
        paths = [Path(name) for name in names if (Path(name) / "course.toml").is_file()]
        slugs = [name for name in names if not (Path(name) / "course.toml").is_file()]
        return [*paths, *(service.course_folders(self.settings, slugs) if slugs or not names else [])]


@click.group()
def course() -> None:
    """Courses: from folders into the database."""


@course.command()
@click.argument("names", nargs=-1, metavar="[SLUG|DIR]...")
def check(names: tuple[str, ...]) -> None:
    """Say what is wrong in course folders; exit code 1 if anything is."""
    program = _Program(needs_tables=False)
    broken = 0
    for folder in program.folders(names):
        try:
            content = program.load(folder).content
        except BrokenCourse as error:
            broken += 1
            for problem in error.problems:
                click.echo(describe(str(folder), problem))
        else:
            click.echo(f"{content.slug}: all right, {len(content.steps)} steps, {content.minutes} minutes")
    if broken:
        raise SystemExit(1)


@course.command()
@click.argument("names", nargs=-1, metavar="[SLUG|DIR]...")
@click.option("--run", "code", help="Code of the run; default: the current one, else the year.")
def sync(names: tuple[str, ...], code: str | None) -> None:
    """Bring course folders into the database."""
    program = _Program()
    for folder in program.folders(names):
        loaded = program.load(folder)
        with program.database.writing() as session:
            done = service.sync(session, loaded, at=now(), code=code)
            click.echo(_summary(done))


@course.command()
@click.argument("name", metavar="SLUG|DIR")
@click.option("--run", "code", help="Code of the run; default: the current one.")
@click.option("--apply", "is_meant", is_flag=True, help="Really change it; without: only show what would change.")
def contract(name: str, code: str | None, is_meant: bool) -> None:  # noqa: FBT001 - click hands a flag over so
    """Change what a run promised: the completion rule, weights, deadlines."""
    program = _Program()
    loaded = program.load(program.folders((name,))[0])
    if is_meant:
        with program.database.writing() as session:
            done = service.apply_contract(session, loaded, at=now(), code=code)
            _show(done.pending)
            click.echo(f"{done.run.slug}: contract version {done.run.contract_version}")
    else:
        with program.database.reading() as session:
            changes = service.preview_contract(session, loaded, code=code)
            _show(changes)
            click.echo("Nothing was changed; add --apply to change it." if changes else "The contract is up to date.")


@course.command("import")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--slug", help="Name of the new folder; default: nbgrader's course_id, else the directory's name.")
@click.option("--kind", type=click.Choice(["elective", "mandatory"]), default="elective", show_default=True)
def import_directory(directory: Path, slug: str | None, kind: str) -> None:
    """Make a course of an nbgrader course directory and sync it."""
    program = _Program()
    settings = program.settings
    folder = import_course(
        directory, settings.courses_dir, check=program.load, locale=settings.locale, kind=kind, slug=slug
    )
    click.echo(f"Written: {folder}")
    loaded = program.load(folder)
    with program.database.writing() as session:
        click.echo(_summary(service.sync(session, loaded, at=now())))


@course.command("list")
def list_courses() -> None:
    """The current run of every course."""
    with _Program().database.reading() as session:
        for run in service.list_runs(session):
            seats = "" if run.seats is None else f", {run.seats_taken} of {run.seats} seats taken"
            click.echo(f"{run.slug} {run.code}: {run.kind}, contract {run.contract_version}{seats}")


def _summary(done: service.Synced) -> str:
    state = "new run" if done.is_new_run else ("new content" if done.is_new_content else "nothing new")
    lines = [f"{done.run.slug} {done.run.code}: {state}, {done.enrolled} enrolled by rule"]
    if done.pending:
        lines.append(f"  The contract stays as it is; see: course contract {done.run.slug}")
        lines += [f"  {change.field}" for change in done.pending]
    return "\n".join(lines)


def _show(changes: list[Change] | tuple[Change, ...]) -> None:
    for change in changes:
        click.echo(f"{change.field}:\n  - {_words(change.pinned)}\n  + {_words(change.proposed)}")


def _words(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
