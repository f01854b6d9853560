"""What a launch did, seen from outside and in every table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from sqlalchemy import func, select

from lms.database import Base, Database
from lms.lti.models import ScoreTarget
from lms.people.models import Account, Grant, Person
from tests.contract.lti.processes import World

ERROR_ID = re.compile(r"<code>([0-9a-f]{8})</code>")
RUSSIAN_SENTENCE = re.compile(r"<p>[^<]*[а-яё]{3}[^<]*</p>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person as a launch left them: roles with "here" for those of one scope, else "everywhere"."""

    person_id: object
    name: str
    is_test: bool
    roles: frozenset[tuple[str, str]]
    columns: int


@dataclass(frozen=True, slots=True)
class Watch:
    world: World
    database: Database

    def rows(self) -> dict[str, int]:
        """How many rows each of our tables has."""
        with self.database.reading() as session:
            return {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in Base.metadata.tables.items()
            }

    @contextmanager
    def nothing_left(self) -> Iterator[None]:
        """No table gains or loses a row meanwhile."""
        before = self.rows()
        yield
        assert self.rows() == before

    def refused(self, answer: requests.Response) -> str:
        """4xx, nobody signed in, a sentence in Russian, and an error id that is in the log too; returns what the log says."""
        assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:2000])
        assert "lms_session" not in answer.cookies
        assert "Location" not in answer.headers
        found = ERROR_ID.search(answer.text)
        assert found is not None, answer.text
        assert RUSSIAN_SENTENCE.search(answer.text), answer.text
        logged = (self.world.settings.state_dir / "web.log").read_text()
        assert found[1] in logged
        return next(line for line in logged.splitlines() if found[1] in line)

    def opened(self, answer: requests.Response, page: str) -> None:
        """Signed in and on the way to `page` of ours."""
        assert answer.status_code == 303, (answer.status_code, answer.text[:3000])
        assert answer.headers["Location"] == page
        assert "lms_session" in answer.cookies

    def newcomer(self, subject: str) -> Newcomer:
        """Whoever came under this id of a platform; there is only one."""
        with self.database.reading() as session:
            account = session.scalars(select(Account).where(Account.subject == subject)).one()
            person = session.get_one(Person, account.person_id)
            grants = session.execute(select(Grant.role, Grant.scope_id).where(Grant.person_id == person.id)).all()
            columns = select(func.count()).select_from(ScoreTarget).where(ScoreTarget.person_id == person.id)
            return Newcomer(
                person.id,
                person.display_name,
                person.is_test,
                frozenset((role, "everywhere" if scope is None else "here") for role, scope in grants),
                session.scalar(columns) or 0,
            )
