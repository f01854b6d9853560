"""A course with one assignment of random points, a participant in it, and the tutor of their group."""

import random
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lms import ledger
from lms.clock import now
from lms.courses.models import CourseRun
from lms.database import Database
from lms.grading.models import Attempt
from lms.ledger import Fact
from lms.people import groups
from lms.people.actor import Role
from tests.factories import courses, notebooks
from tests.factories.jobs import do_all
from tests.factories.people import browser_of, make_person, without_csrf

STEP = "sums"


@dataclass
class Class:
    """What a test of grading needs. `factor`, `auto` and `manual` differ from test to test."""

    app: Flask
    database: Database
    run: CourseRun
    factor: int
    auto: int
    manual: int
    pupil_id: UUID
    tutor_id: UUID

    @property
    def page(self) -> str:
        return f"/courses/{self.run.slug}/assignments/{STEP}"

    def browser(self, person_id: UUID) -> FlaskClient:
        return browser_of(self.app, person_id)

    def work(self, text: str = "Потому что сумма не зависит от порядка.", *, factor: int | None = None) -> bytes:
        """A notebook as a pupil would send it; with another `factor` its code is wrong."""
        body = f"def times(x):\n    return x * {self.factor if factor is None else factor}"
        return notebooks.encode(notebooks.answered(notebooks.notebook(self.cells()), times=body, why=text))

    def cells(self) -> list[notebooks.Notebook]:
        value = random.randint(2, 99)
        return [
            notebooks.solution("times", f"def times(x):\n    return x * {self.factor}"),
            notebooks.checks("times-tests", self.auto, f"assert times({value}) == {value * self.factor}"),
            notebooks.answer("why", self.manual),
        ]

    def hand_in(self, content: bytes, person_id: UUID | None = None, *, name: str = "моя тетрадь.ipynb") -> int:
        """Upload as a form does; the status of the answer."""
        with without_csrf(self.app):
            return self.upload(content, person_id, name=name)

    def upload(self, content: bytes, person_id: UUID | None = None, *, name: str = "моя тетрадь.ipynb") -> int:
        """The same without a say in CSRF, for several threads."""
        answer = self.browser(person_id or self.pupil_id).post(
            self.page, data={"notebook": (BytesIO(content), name)}, content_type="multipart/form-data"
        )
        return answer.status_code

    def grade(self) -> int:
        """Let the worker's code do what waits."""
        return do_all(self.app, "grading.grade")

    def attempts(self) -> list[Attempt]:
        with self.database.reading() as session:
            query = select(Attempt).order_by(Attempt.submitted_at).options(selectinload(Attempt.cells))
            return list(session.scalars(query))

    def facts(self, kind: str) -> list[Fact]:
        with self.database.reading() as session:
            return ledger.list_facts(session, self.pupil_id, kinds=[kind])

    def post(self, person_id: UUID, path: str, **fields: str) -> tuple[int, str]:
        """(status, text) of a form sent by this person."""
        with without_csrf(self.app):
            answer = self.browser(person_id).post(path, data=fields)
        return answer.status_code, answer.text


@pytest.fixture
def school_class(app: Flask, database: Database, tmp_path: Path) -> Class:
    made = Class(
        app=app,
        database=database,
        run=CourseRun(),
        factor=random.randint(3, 999),
        auto=random.randint(2, 9),
        manual=random.randint(2, 9),
        pupil_id=make_person(database, "Ёлкина Мария", Role.PARTICIPANT),
        tutor_id=make_person(database, "Орлова Ксения"),
    )
    folder = courses.write_course(tmp_path / "made", "sums-course", steps=[f"assignment:{STEP}"])
    notebooks.write_assignment(folder, STEP, {STEP: made.cells()})
    made.run = courses.sync(database, folder)
    courses.enrol(database, made.run, made.pupil_id)
    with database.writing() as session:
        group = groups.create_group(session, "Кама", by=None, at=now())
        groups.add_member(session, group.id, made.pupil_id, by=None, at=now())
        groups.add_tutor(session, group.id, made.tutor_id, by=None, at=now())
    return made


def points(value: int | str) -> Decimal:
    """As the database gives them back."""
    return Decimal(value)
