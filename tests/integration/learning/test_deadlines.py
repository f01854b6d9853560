"""Deadlines count from the run's start, and for whoever joined later from that day."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.courses import service as courses
from lms.grading.models import Attempt
from lms.people.actor import Role
from tests.factories import notebooks as nb
from tests.factories.courses import give, write_course
from tests.factories.people import browser_of, make_person, without_csrf
from tests.integration.learning.test_pages import EN, words

DAY = timedelta(days=1)
BEGAN = 30 * DAY


@pytest.fixture
def run(database, tmp_path):
    """Began 30 days ago; its one assignment is due after seven."""
    folder = write_course(tmp_path, "maths", steps=["assignment:sums"], step_fields={"sums": "due_days = 7"})
    nb.write_assignment(folder, "sums", {"sums": [nb.solution("x", "x = 7"), nb.checks("x-test", 2, "assert x == 7")]})
    return give(database, folder, "2026", starts=now() - BEGAN)


@pytest.fixture
def join(database, run):
    def joined(name, *, ago):
        person_id = make_person(database, name, Role.PARTICIPANT)
        with database.writing() as session:
            courses.enrol(session, run.id, person_id, source="admin", at=now() - ago)
        return person_id

    return joined


@pytest.mark.parametrize("path", ["/", "/courses/maths", "/courses/maths/assignments/sums"])
def test_step_is_overdue_for_who_was_there_from_the_start_and_not_for_a_newcomer(app, join, path):
    early, late = join("Early", ago=BEGAN), join("Late", ago=DAY)

    of_early = words(browser_of(app, early).get(path, headers=EN))
    of_late = words(browser_of(app, late).get(path, headers=EN))

    assert "Overdue" in of_early
    assert "Step sums" in of_late
    assert "Overdue" not in of_late


def test_work_is_late_by_the_deadline_of_its_own_participant(app, database, join):
    early, late = join("Early", ago=BEGAN), join("Late", ago=DAY)
    with without_csrf(app):
        for person_id in (early, late):
            browser_of(app, person_id).post(
                "/courses/maths/assignments/sums",
                data={"notebook": (BytesIO(b"{}"), "sums.ipynb")},
                content_type="multipart/form-data",
            )

    with database.reading() as session:
        marks = dict(session.execute(select(Attempt.person_id, Attempt.is_late)).all())

    assert marks == {early: True, late: False}
