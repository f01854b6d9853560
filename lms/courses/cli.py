"""`python3 -m lms course …`."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click

from lms.app import create_app
from lms.clock import now
from lms.courses import service, words
from lms.courses.contract import Change
from lms.courses.folder import BrokenCourse, LoadedCourse, describe, load
from lms.courses.importing import import_course
from lms.courses.kinds import ActivityKinds, ContentChecks
from lms.courses.opening import plan_run
from lms.database import Database
from lms.errors import N_, Conflict, NotFound
from lms.files import open_store
from lms.migrations.cli import prepare_database
from lms.registries import Registries
from lms.settings import Settings


DAY = click.DateTime(["%Y-%m-%d"])


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

    def bring(self, folder: Path) -> LoadedCourse:
        """Read a folder and store its files, ahead of the transaction that names them."""
        loaded = self.load(folder)
        service.keep_files(open_store(self.settings), loaded)
        return loaded

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
@click.option("--run", "code", help="Code of the run; default: that of [run], else the current one, else the year.")
def sync(names: tuple[str, ...], code: str | None) -> None:
    """Bring course folders into the database."""
    program = _Program()
    for folder in program.folders(names):
        loaded = program.bring(folder)
        with program.database.writing() as session:
            done = service.sync(session, loaded, at=now(), code=code)
            click.echo(words.summary(done))


@course.command()
@click.argument("name", metavar="SLUG|DIR")
@click.option("--run", "code", help="Code of the run; default: that of [run], else the current one.")
@click.option("--apply", "is_meant", is_flag=True, help="Really change it; without: only show what would change.")
def contract(name: str, code: str | None, is_meant: bool) -> None:  # noqa: FBT001 - click hands a flag over so
    """Change what a run promised: the completion rule, weights, deadlines."""
    program = _Program()
    loaded = program.bring(program.folders((name,))[0])
    if is_meant:
        with program.database.writing() as session:
            done = service.apply_contract(session, loaded, at=now(), code=code)
            _show(done.pending)
            click.echo(f"{done.run.slug}: contract version {done.run.contract_version}")
    else:
        with program.database.reading() as session:
            changes = service.preview_contract(session, loaded, at=now(), code=code)
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
    loaded = program.bring(folder)
    with program.database.writing() as session:
        click.echo(words.summary(service.sync(session, loaded, at=now())))


@course.command("list")
def list_courses() -> None:
    """The current run of every course."""
    at = now()
    with _Program().database.reading() as session:
        for each in service.list_runs(session, at=at):
            click.echo(words.run_line(each, at))


@course.group()
def run() -> None:
    """Runs: a course as given in one period."""


@run.command("list")
@click.argument("slug")
def list_runs(slug: str) -> None:
    """Every run of a course, newest first."""
    at = now()
    with _Program().database.reading() as session:
        found = service.list_runs_of(session, slug)
        if not found:
            raise NotFound(N_("There is no course %(slug)s."), slug=slug)
        for each in found:
            click.echo(words.run_line(each, at))


@run.command("open")
@click.argument("name", metavar="SLUG|DIR")
@click.option("--code", help="Its code, e.g. the year; default: that of [run].")
@click.option("--starts", type=DAY, help="First day, e.g. 2027-09-01; default: that of [run], else today.")
@click.option("--ends", type=DAY, help="Last day; default: that of [run], else it has no end.")
@click.option("--apply", "is_meant", is_flag=True, help="Really open it; without: only show what would be opened.")
def open_run(name: str, code: str | None, starts: datetime | None, ends: datetime | None, is_meant: bool) -> None:  # noqa: FBT001 - click hands a flag over so
    """Open the next run of a course with the folder's content."""
    program = _Program()
    loaded = program.bring(program.folders((name,))[0])
    planned = plan_run(loaded.run, code, _date(starts), _date(ends))
    if is_meant:
        with program.database.writing() as session:
            click.echo(words.summary(service.open_next(session, loaded, planned, at=now())))
        return
    at = now()
    with program.database.reading() as session:
        click.echo(words.preview(service.preview_run(session, loaded.content, planned, at=at), at))
    click.echo("Nothing was opened; add --apply to open it.")


@run.command("end")
@click.argument("slug")
@click.option("--code", required=True, help="Which run.")
@click.option("--on", "last_day", type=DAY, required=True, help="Its last day, e.g. 2027-05-31.")
def end_run(slug: str, code: str, last_day: datetime) -> None:
    """Say when a run is over: it stays readable, and nothing is handed in or chosen after that day."""
    program = _Program()
    folder = program.settings.courses_dir / slug
    planned = program.load(folder).run if (folder / "course.toml").is_file() else None
    if planned is not None and planned.code == code:
        raise Conflict(N_("course.toml says when the run %(code)s ends: write it there, then sync."), code=code)
    with program.database.writing() as session:
        click.echo(words.run_line(service.end_run(session, slug, code, last_day.date()), now()))


def _show(changes: Sequence[Change]) -> None:
    if changes:
        click.echo(words.changes(changes))


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
