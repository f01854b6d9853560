"""`python3 -m lms seed`: what `demo` runs once everything answers."""

import click

from lms.app import create_app
from lms.clock import now
from lms.database import Database
from lms.demo.cast import PARTICIPANTS, PASSWORD, STAFF
from lms.demo.seed import is_seeded
from lms.demo.seed import seed as make
from lms.settings import Settings
from lms.supervisor.demo import DemoPerson, remember_people


@click.command()
def seed() -> None:
    """Fill an empty programme with invented people; does nothing the second time."""
    settings = Settings()
    if not settings.demo:
        raise click.UsageError("this fills a programme with invented people: only `python3 -m lms demo` does it")
    app = create_app(settings)
    database: Database = app.extensions["lms.database"]
    with app.app_context(), database.writing() as session:
        if not is_seeded(session):
            make(session, at=now())
    people = [DemoPerson(role, login, PASSWORD) for role, _name, login, _group in STAFF]
    people += [DemoPerson("participant", participant.login, PASSWORD) for participant in PARTICIPANTS]
    remember_people(settings.state_dir, sorted(people, key=lambda person: person.role != "participant"))
