"""A teacher who looks through a pupil's eyes: whatever a fact says of them, nothing follows."""

import pytest
from sqlalchemy import select

from lms import jobs, ledger
from lms.clock import now
from lms.completion.rebuild import rebuild
from lms.courses.enrolment import enrol
from lms.courses.models import CourseRun
from lms.courses.runs import content_of
from lms.database import Database
from lms.errors import Forbidden
from lms.grading import intake
from lms.ledger import Fact
from lms.people.accounts import create_person
from tests.contract.lti.course_made import give_course, release_score


@pytest.fixture
def run(database: Database) -> CourseRun:
    with database.writing() as session:
        return give_course(session, at=now())


@pytest.mark.parametrize("is_test", [False, True])
@pytest.mark.case("C-R04")
def test_completed_rule_completes_the_course_of_real_pupils_alone(
    database: Database, run: CourseRun, is_test: bool
) -> None:
    with database.writing() as session:
        person = create_person(session, "Аня Соколова", at=now(), is_test=is_test)
        enrol(session, run.id, person.id, source="lti", at=now())
        for step in ("one", "two"):
            release_score(session, person.id, run, step, score=10, generation=1, at=now())
    list(rebuild(database, [run.id], now=now()))

    with database.reading() as session:
        kinds = set(session.scalars(select(Fact.kind).where(Fact.person_id == person.id)))
        reactions = [row.handler for row in jobs.list_waiting(session, state="waiting", limit=50)]
    assert ("course.completed" in kinds) is not is_test
    assert ("react.skillfolio.credit" in reactions) is not is_test


@pytest.mark.case("C-R04")
def test_replay_of_the_past_passes_student_views_over(database: Database, run: CourseRun) -> None:
    with database.writing() as session:
        for is_test in (False, True):
            person = create_person(session, "Аня Соколова", at=now(), is_test=is_test)
            release_score(session, person.id, run, "two", score=10, generation=1, at=now())

        assert ledger.replay(session, "lti.passback", generation=2) == 1


@pytest.mark.parametrize("is_test", [False, True])
@pytest.mark.case("C-R04")
def test_student_view_hands_nothing_in(database: Database, run: CourseRun, is_test: bool) -> None:
    with database.writing() as session:
        person = create_person(session, "Аня Соколова", at=now(), is_test=is_test)
        enrol(session, run.id, person.id, source="lti", at=now())
        step = content_of(session, run).steps[0]

        def submit() -> intake.Received:
            return intake.submit(
                session, run=run, step=step, person_id=person.id, sha256="0" * 64, size=1, source="upload", at=now()
            )

        if is_test:
            with pytest.raises(Forbidden, match="eyes"):
                submit()
        else:
            assert submit().is_new
