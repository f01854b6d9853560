"""`ledger replay` lets a subscriber hear the facts of the past."""

from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms import ledger
from lms.clock import now
from lms.database import Database
from lms.errors import NotFound
from lms.ledger import NewFact
from lms.ledger.cli import ledger as command
from lms.people.actor import Role
from lms.settings import Settings
from tests.factories.jobs import waiting
from tests.factories.people import make_person

pytestmark = pytest.mark.databases("sqlite")
CREDIT = "react.skillfolio.credit"


def replay(settings: Settings, subscriber: str) -> Result:
    environment = {"LMS_STATE_DIR": str(settings.state_dir), "LMS_DATABASE_URL": settings.database}
    return CliRunner().invoke(command, ["replay", subscriber], env=environment)


def complete(database: Database, person_id: UUID, slug: str) -> None:
    with database.writing() as session:
        new = NewFact(f"test:{slug}", "course.completed", person_id, f"course:{slug}", now(), "test")
        ledger.append(session, new)


def test_replay_enlists_every_fact_of_the_subscribers_kinds(app: Flask, database: Database, settings: Settings) -> None:
    person_id = make_person(database, "Вера Иванова", Role.PARTICIPANT)
    for slug in ("risk", "data"):
        complete(database, person_id, slug)

    result = replay(settings, "skillfolio.credit")

    assert (result.exit_code, result.output.split()[0]) == (0, "2")
    heard = [payload["ids"]["fact_id"] for _, payload in waiting(database, CREDIT)]
    assert sorted(heard.count(fact_id) for fact_id in set(heard)) == [2, 2]


def test_replay_of_an_unknown_subscriber_names_those_there_are(app: Flask, settings: Settings) -> None:
    result = replay(settings, "nobody.listens")

    assert isinstance(result.exception, NotFound)
    assert "skillfolio.credit" in str(result.exception)
