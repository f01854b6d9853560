"""`python3 -m lms ledger …`."""

import click

from lms import ledger as facts
from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.errors import N_, NotFound
from lms.ledger import Subscribers
from lms.migrations.cli import prepare_database
from lms.settings import Settings


@click.group()
def ledger() -> None:
    """Facts, and who reacts to them."""


@ledger.command()
@click.argument("subscriber")
def replay(subscriber: str) -> None:
    """Let SUBSCRIBER hear every fact of its kinds once more, e.g. those from before its plugin was installed."""
    settings = Settings()
    prepare_database(settings)
    database: Database = create_app(settings).extensions["lms.database"]
    known = database.registries.get(Subscribers)
    if subscriber not in known:
        names = ", ".join(sorted(one.name for one in known))
        raise NotFound(N_("There is no subscriber %(name)s. There is: %(names)s."), name=subscriber, names=names)
    with database.writing() as session:
        count = facts.replay(session, subscriber, generation=int(now().timestamp()))
    click.echo(f"{count} facts are waiting for {subscriber}; a running worker brings them.")
