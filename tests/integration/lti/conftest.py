"""A course, a platform with a gradebook, and a pupil whose score goes there."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from lms.clock import now
from lms.courses.models import CourseRun
from lms.database import Database
from lms.lti.models import ScoreTarget
from tests.contract.lti.course_made import give_course
from tests.contract.lti.gradebook import Gradebook, open_gradebook, pupil_with_a_column


@pytest.fixture
def gradebook() -> Iterator[Gradebook]:
    with open_gradebook() as book:
        yield book


@pytest.fixture
def run(database: Database) -> CourseRun:
    with database.writing() as session:
        return give_course(session, at=now())


@pytest.fixture
def target(database: Database, gradebook: Gradebook, run: CourseRun) -> ScoreTarget:
    """Where the score of a pupil goes, as a launch would have left it."""
    with database.writing() as session:
        return pupil_with_a_column(session, gradebook, run, at=now())


@pytest.fixture
def pupil_id(target: ScoreTarget) -> UUID:
    return target.person_id
