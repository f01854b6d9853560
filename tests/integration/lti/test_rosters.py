"""Lists of a platform's people become accounts and places; who goes is marked, who was erased stays erased."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.clock import now
from lms.courses.enrolment import is_enrolled
from lms.courses.models import CourseRun
from lms.database import Database, new_id
from lms.jobs import JobRun, Refused
from lms.jobs.engine import Engine
from lms.lti import rosters
from lms.lti.errors import PlatformBusy
from lms.lti.models import ResourceLink, Roster, RosterMember
from lms.lti.registrations import PlatformDetails, add_platform
from lms.people.accounts import AccountKey, find_account
from lms.people.erasure import erase_person
from lms.people.models import Grant, Person
from tests.unit.lti.platform_served import Reply, Served, served

PUPIL, OTHER, TEACHER = (
    {"user_id": "7", "name": "Аня Соколова", "roles": ["Learner"]},
    {"user_id": "8", "name": "Борис Пермяков", "roles": ["Learner"]},
    {"user_id": "1", "name": "Учитель", "roles": ["Instructor"]},
)


@pytest.fixture
def platform() -> Iterator[Served]:
    with served() as platform:
        yield platform


@pytest.fixture
def roster_id(database: Database, platform: Served, run: CourseRun) -> UUID:
    """A class whose link leads to the course, as a launch leaves it."""
    at = now()
    with database.writing() as session:
        details = PlatformDetails(
            "https://a.example", "tool-a", f"{platform.base}/auth", f"{platform.base}/token", f"{platform.base}/jwks"
        )
        registration = add_platform(session, details, ["1"], at=at)
        source_id = new_id()
        session.add(
            ResourceLink(
                id=new_id(), source_id=source_id, link_id="1", link_title="", context_id="9b", context_title="9 «Б»",
                course_run_id=run.id, seen_at=at,
            )
        )  # fmt: skip
        roster = Roster(
            id=new_id(), registration_id=registration.id, source_id=source_id, context_id="9b", context_title="9 «Б»",
            url=f"{platform.base}/members", status="new", reason="", reason_params={},
        )  # fmt: skip
        session.add(roster)
        return roster.id


def read(database: Database, platform: Served, roster_id: UUID, *members: object, later: int = 0) -> None:
    platform.answer = lambda asked: Reply(200, {"members": list(members)})
    at = now() + timedelta(seconds=later)
    rosters.read(JobRun("job", {"roster_id": str(roster_id)}, 1, database, lambda: at))


def person(database: Database, subject: str) -> Person | None:
    with database.reading() as session:
        account = find_account(session, AccountKey("lti13", subject, "https://a.example", "tool-a"))
        return None if account is None else session.get_one(Person, account.person_id)


def marks(database: Database) -> dict[str, bool]:
    """By name: whether somebody is marked as gone."""
    with database.reading() as session:
        rows = session.execute(select(Person.display_name, RosterMember.left_at).join(Person))
        return {name: left_at is not None for name, left_at in rows}


def test_pupils_get_account_name_and_place_and_teachers_nothing(
    database: Database, platform: Served, roster_id: UUID, run: CourseRun
) -> None:
    read(database, platform, roster_id, PUPIL, TEACHER)

    anna = person(database, "7")
    assert anna is not None
    assert anna.display_name == "Аня Соколова"
    with database.reading() as session:
        assert is_enrolled(session, run.id, anna.id)
        assert session.scalars(select(Grant.role).where(Grant.person_id == anna.id)).all() == ["participant"]
    assert person(database, "1") is None


def test_list_read_again_changes_names_and_doubles_nobody(
    database: Database, platform: Served, roster_id: UUID
) -> None:
    read(database, platform, roster_id, PUPIL, PUPIL)
    read(database, platform, roster_id, {**PUPIL, "name": "Анна Соколова"}, later=1)

    assert marks(database) == {"Анна Соколова": False}


@pytest.mark.parametrize("now_there", [(PUPIL,), (PUPIL, {**OTHER, "status": "Inactive"})])
def test_who_is_gone_is_marked_and_keeps_everything(
    database: Database, platform: Served, roster_id: UUID, run: CourseRun, now_there: tuple[object, ...]
) -> None:
    read(database, platform, roster_id, PUPIL, OTHER)
    read(database, platform, roster_id, *now_there, later=1)

    assert marks(database) == {"Аня Соколова": False, "Борис Пермяков": True}
    boris = person(database, "8")
    assert boris is not None
    with database.reading() as session:
        assert is_enrolled(session, run.id, boris.id)


def test_who_comes_back_is_there_again(database: Database, platform: Served, roster_id: UUID) -> None:
    read(database, platform, roster_id, PUPIL, OTHER)
    read(database, platform, roster_id, PUPIL, later=1)
    read(database, platform, roster_id, PUPIL, OTHER, later=2)

    assert marks(database) == {"Аня Соколова": False, "Борис Пермяков": False}


def test_empty_list_marks_nobody(database: Database, platform: Served, roster_id: UUID) -> None:
    read(database, platform, roster_id, PUPIL)
    with pytest.raises(Refused, match="is empty"):
        read(database, platform, roster_id, later=1)

    assert marks(database) == {"Аня Соколова": False}
    with database.reading() as session:
        assert session.get_one(Roster, roster_id).status == "failed"


def test_busy_platform_is_asked_again(database: Database, platform: Served, roster_id: UUID) -> None:
    platform.answer = lambda asked: Reply(503)

    with pytest.raises(PlatformBusy):
        rosters.read(JobRun("job", {"roster_id": str(roster_id)}, 1, database, now))


def test_erased_person_is_not_made_anew(database: Database, platform: Served, roster_id: UUID) -> None:
    read(database, platform, roster_id, PUPIL)
    anna = person(database, "7")
    assert anna is not None
    with database.writing() as session:
        erase_person(session, anna.id, by=None, at=now())
    before = people(database)

    read(database, platform, roster_id, PUPIL, later=1)

    assert person(database, "7") is None
    assert people(database) == before


def people(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def test_nightly_round_enlists_each_list_of_an_active_platform(
    database: Database, platform: Served, roster_id: UUID
) -> None:
    rosters.read_all(JobRun("lti.read_rosters:1", {}, 1, database, now))

    jobs = database.registries.get_existing(Engine).list_jobs(["ENQUEUED"], limit=100)
    assert [job.payload["ids"] for job in jobs if job.payload["handler"] == rosters.READ] == [
        {"roster_id": str(roster_id)}
    ]
