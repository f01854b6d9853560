"""`python3 -m lms completion …`."""

import click

from lms.app import create_app
from lms.clock import now
from lms.completion.rebuild import list_run_ids, rebuild
from lms.database import Database
from lms.errors import N_, NotFound
from lms.migrations.cli import prepare_database
from lms.settings import Settings


@click.group()
def completion() -> None:
    """Verdicts: who has completed what."""


@completion.command("rebuild")
@click.option("--check", "is_check", is_flag=True, help="Only compare; exit code 1 if a kept verdict is wrong.")
@click.option("--course", "slug", help="One course instead of all.")
def rebuild_command(is_check: bool, slug: str | None) -> None:  # noqa: FBT001 - click hands a flag over so
    """Work every verdict out of the facts anew and compare it with the kept one."""
    settings = Settings()
    prepare_database(settings)
    database: Database = create_app(settings).extensions["lms.database"]
    with database.reading() as session:
        run_ids = list_run_ids(session, slug=slug)
    if slug is not None and not run_ids:
        raise NotFound(N_("There is no course %(slug)s."), slug=slug)
    count = 0
    for count, difference in enumerate(rebuild(database, run_ids, now=now(), is_check=is_check), 1):  # noqa: B007 - the last number is wanted
        click.echo(f"run {difference.run_id.hex} person {difference.person_id.hex}: {difference.outcome}")
    click.echo(f"{len(run_ids)} runs, {count} verdicts {'differ' if is_check else 'mended'}")
    if is_check and count:
        raise SystemExit(1)
