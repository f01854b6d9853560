"""`python3 -m lms db …`."""

import click

from lms.app import create_app
from lms.database import Database
from lms.jobs import engine as jobs
from lms.migrations import CORE, History, authoring, upgrade
from lms.plugins.loader import Plugin
from lms.settings import Settings


def histories(plugins: list[Plugin]) -> list[History]:
    """The core's, then each plugin's that has tables."""
    return [CORE, *(plugin.history for plugin in plugins if plugin.history is not None)]


def prepare_database(settings: Settings) -> None:
    """Bring every table to its newest form: ours, plugins', the job engine's. Safe to call at each start."""
    app = create_app(settings)
    database: Database = app.extensions["lms.database"]
    upgrade(database.engine, histories(app.extensions["lms.plugins"]))
    jobs.migrate(settings.database)
    database.engine.dispose()


@click.group()
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to the newest schema."""
    prepare_database(Settings())
    click.echo("The database is up to date.")


@db.command()
@click.option("--history", "name", default="core", help="core, or a plugin's name.")
@click.option("-m", "--message", required=True, help="What the revision does, in a sentence.")
def revision(name: str, message: str) -> None:
    """Write the next revision from the difference between models and database."""
    app = create_app(Settings())
    known = {history.name: history for history in histories(app.extensions["lms.plugins"])}
    if name not in known:
        raise click.UsageError(f"there is no history {name!r}; known: {', '.join(known)}")
    database: Database = app.extensions["lms.database"]
    with database.engine.connect() as connection:
        path = authoring.write_revision(connection, known[name], message)
    click.echo(path or "Models and database agree; nothing to write.")
