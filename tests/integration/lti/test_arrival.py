"""Whom a believed launch makes of somebody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import jobs
from lms.clock import now
from lms.courses import service as courses
from lms.courses.content import PlannedRun
from lms.courses.enrolment import enrol, is_enrolled
from lms.courses.folder import LoadedCourse
from lms.courses.models import CourseRun
from lms.courses.runs import content_of
from lms.database import Database, new_id
from lms.errors import NotFound
from lms.lti.arrival import Arrival, Browser, Source, arrive
from lms.lti.launch import Launch, LtiVersion, PersonClaims, Place, ScoreEndpoint
from lms.lti.models import ScoreTarget
from lms.lti.passback import POST
from lms.lti.registrations import PlatformDetails, add_platform
from lms.lti.roles import CourseRight
from lms.lti.vocabulary import SCOPE_SCORE
from lms.people.accounts import AccountKey
from lms.people.models import Grant, Person
from tests.contract.lti.course_made import SLUG

DETAILS = PlatformDetails(
    "https://a.example", "tool", "https://a.example/a", "https://a.example/t", "https://a.example/k"
)


@pytest.fixture
def source(database: Database) -> Source:
    with database.writing() as session:
        registration = add_platform(session, DETAILS, ["1"], at=now())
    return Source(new_id(), AccountKey("lti13", "7", "https://a.example", "tool"), registration_id=registration.id)


def launch(right: CourseRight = CourseRight.LEARNER, **changed: Any) -> Launch:
    good: Mapping[str, Any] = {
        "version": LtiVersion.V1_3,
        "subject": "7",
        "right": right,
        "person": PersonClaims("Аня Соколова", locale="en-GB"),
        "place": Place("c", "9 «Б»", "l-1", "Данные"),
        "custom": {"course": SLUG},
        "score": ScoreEndpoint("https://a.example/items/1", scopes=frozenset({SCOPE_SCORE})),
    }
    return Launch(**{**good, **changed})


def arrived(session: Session, sent: Launch, source: Source) -> Arrival:
    return arrive(session, sent, source, browser=Browser("test", 14), at=now())


@pytest.mark.parametrize(
    ("right", "roles", "is_in", "slug", "targets"),
    [
        (CourseRight.LEARNER, ["participant"], True, SLUG, 1),
        (CourseRight.TUTOR, ["teacher"], False, SLUG, 0),
        (CourseRight.TEACHER, ["teacher"], False, SLUG, 0),
        (CourseRight.MENTOR, [], False, None, 0),
        (CourseRight.NONE, [], False, None, 0),
    ],
)
def test_right_decides_role_enrolment_and_page(
    database: Database, source: Source, run: CourseRun, right: CourseRight, roles: list[str], is_in: bool,
    slug: str | None, targets: int,
) -> None:  # fmt: skip
    with database.writing() as session:
        arrival = arrived(session, launch(right), source)

    with database.reading() as session:
        grants = session.execute(select(Grant.role, Grant.scope_id).where(Grant.person_id == arrival.person_id)).all()
        assert [grant.role for grant in grants] == roles
        assert all(grant.scope_id == (None if grant.role == "participant" else run.id) for grant in grants)
        assert is_enrolled(session, run.id, arrival.person_id) is is_in
        assert len(session.scalars(select(ScoreTarget)).all()) == targets
    assert arrival.course_slug == slug


def test_student_view_gets_no_place_in_the_gradebook(database: Database, source: Source, run: CourseRun) -> None:
    with database.writing() as session:
        arrival = arrived(session, launch(is_test_user=True), source)

    with database.reading() as session:
        assert session.get_one(Person, arrival.person_id).is_test
        assert session.scalars(select(ScoreTarget)).all() == []


def test_line_item_without_the_right_to_score_is_not_kept(database: Database, source: Source, run: CourseRun) -> None:
    with database.writing() as session:
        arrived(session, launch(score=ScoreEndpoint("https://a.example/items/1")), source)

    with database.reading() as session:
        assert session.scalars(select(ScoreTarget)).all() == []


def test_nameless_person_gets_a_name_and_the_next_launch_a_better_one(
    database: Database, source: Source, run: CourseRun
) -> None:
    with database.writing() as session:
        arrival = arrived(session, launch(person=PersonClaims(locale="en")), source)
        assert session.get_one(Person, arrival.person_id).display_name == "Participant"
        arrived(session, launch(), source)
        assert session.get_one(Person, arrival.person_id).display_name == "Аня Соколова"


def test_link_remembers_its_course(database: Database, source: Source, run: CourseRun) -> None:
    with database.writing() as session:
        first = arrived(session, launch(custom={}), source)
        arrived(session, launch(), source)
        later = arrived(session, launch(custom={}), source)

    assert first.course_slug is None
    assert later.course_slug == SLUG


NEXT = "2100"


def open_next(session: Session, run: CourseRun) -> CourseRun:
    """Next year's run, beside this one."""
    content = content_of(session, run)
    return courses.open_next(session, LoadedCourse(content, {}), PlannedRun(NEXT, now()), at=now()).run


def end(session: Session, run: CourseRun) -> None:
    session.get_one(CourseRun, run.id).ends_at = now() - timedelta(days=1)


def pupil(number: int) -> dict[str, Any]:
    return {"subject": str(number)}


def by(source: Source, number: int) -> Source:
    return replace(source, account=AccountKey("lti13", str(number), "https://a.example", "tool"))


@pytest.mark.parametrize("custom", [{"course": SLUG}, {}], ids=["names the course", "names nothing"])
def test_link_keeps_its_run_when_the_next_one_opens_and_a_new_link_gets_that(
    database: Database, source: Source, run: CourseRun, custom: dict[str, str]
) -> None:
    with database.writing() as session:
        arrived(session, launch(), source)
        following = open_next(session, run)
        late = arrived(session, launch(custom=custom, **pupil(8)), by(source, 8))
        new_link = launch(place=Place("c2", "9 «В»", "l-2", "Данные"), **pupil(9))
        new = arrived(session, new_link, by(source, 9))

    with database.reading() as session:
        assert is_enrolled(session, run.id, late.person_id)
        assert not is_enrolled(session, following.id, late.person_id)
        assert is_enrolled(session, following.id, new.person_id)
    assert [arrival.run_code for arrival in (late, new)] == ["", ""]


def test_link_that_outlived_its_run_leads_its_pupils_to_read_and_newcomers_on(
    database: Database, source: Source, run: CourseRun
) -> None:
    with database.writing() as session:
        arrived(session, launch(), source)
        following = open_next(session, run)
        end(session, run)
        again = arrived(session, launch(), source)
        new = arrived(session, launch(**pupil(8)), by(source, 8))

    with database.reading() as session:
        assert not is_enrolled(session, following.id, again.person_id)
        assert is_enrolled(session, following.id, new.person_id)
    assert (again.course_slug, new.course_slug) == (SLUG, SLUG)


def test_link_to_a_run_that_is_over_takes_no_new_pupil_and_still_lets_a_teacher_look(
    database: Database, source: Source, run: CourseRun
) -> None:
    with database.writing() as session:
        arrived(session, launch(), source)
        end(session, run)
        teacher = arrived(session, launch(CourseRight.TEACHER, **pupil(5)), by(source, 5))
    with pytest.raises(NotFound), database.writing() as session:
        arrived(session, launch(**pupil(8)), by(source, 8))

    assert teacher.course_slug == SLUG


def test_launch_into_another_run_than_the_address_means_says_which(
    database: Database, source: Source, run: CourseRun
) -> None:
    with database.writing() as session:
        first = arrived(session, launch(), source)
        following = open_next(session, run)
        enrol(session, following.id, first.person_id, source="admin", at=now())
        again = arrived(session, launch(), source)

    assert (first.run_code, again.run_code) == ("", run.code)


def test_unknown_course_is_refused_and_nothing_is_left(database: Database, source: Source) -> None:
    with pytest.raises(NotFound), database.writing() as session:
        arrived(session, launch(custom={"course": "no-such-course"}), source)

    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_first_launch_from_a_place_asks_for_the_scores_from_before(
    database: Database, source: Source, run: CourseRun
) -> None:
    with database.writing() as session:
        arrived(session, launch(), source)
        arrived(session, launch(), source)

    with database.reading() as session:
        waiting = [row for row in jobs.list_waiting(session, state="waiting", limit=50) if row.handler == POST]
    assert len(waiting) == 1
