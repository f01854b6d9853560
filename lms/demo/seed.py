"""Making the demo programme. People come at once; their works are handed in and judged by jobs, while you look on."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.courses import service as courses
from lms.demo.cast import COHORT, DATA, GROUPS, MONEY, PARTICIPANTS, PASSWORD, STAFF, Participant
from lms.errors import NotFound
from lms.jobs import Priority, enqueue
from lms.learning.service import mark_read
from lms.people import cohorts, groups
from lms.people.accounts import add_account, create_person, find_account, grant
from lms.people.actor import Role
from lms.people.models import Person
from lms.people.passwords import password_key, set_password
from lms.people.sessions import actor_of

RUN_DAYS = 24
HAND_IN = "demo.hand_in"


def is_seeded(session: Session) -> bool:
    """Whether the cast is there already."""
    return find_account(session, password_key(PARTICIPANTS[0].login)) is not None


def seed(session: Session, *, at: datetime) -> None:
    """Everybody, their groups, what they chose and read; and a job for each work. Raises NotFound without the courses."""
    for slug in (DATA, MONEY):
        run = courses.find_run_by_slug(session, slug)
        if run is None:
            raise NotFound
        run.starts_at = at - timedelta(days=RUN_DAYS)
    cohort = cohorts.find_or_create_cohort(session, COHORT)
    teams = [
        groups.find_group(session, title) or groups.create_group(session, title, by=None, at=at) for title in GROUPS
    ]
    for role, name, login, team in STAFF:
        person = _person(session, name, login, locale="ru", at=at)
        if role == "tutor" and team is not None:
            groups.add_tutor(session, teams[team].id, person.id, by=None, at=at)
        else:
            grant(session, person.id, Role(role), at=at)
    for participant in PARTICIPANTS:
        person = _person(session, participant.name, participant.login, locale=participant.locale, at=at)
        grant(session, person.id, Role.PARTICIPANT, at=at)
        cohorts.join(session, cohort.id, person.id)
        groups.add_member(session, teams[participant.group].id, person.id, by=None, at=at)
        _study(session, participant, person, at=at)


def _person(session: Session, name: str, login: str, *, locale: str, at: datetime) -> Person:
    person = create_person(session, name, at=at, locale=locale)
    set_password(add_account(session, person.id, password_key(login), at=at), PASSWORD)
    return person


def _study(session: Session, participant: Participant, person: Person, *, at: datetime) -> None:
    by = actor_of(session, person)
    courses.enrol_mandatory(session, person.id, at=at)
    for slug in participant.electives:
        run = courses.find_run_by_slug(session, slug)
        if run is not None:
            courses.enrol(session, run.id, person.id, source="choice", at=at)
    for slug, lessons in participant.lessons.items():
        for position, lesson in enumerate(lessons):
            mark_read(session, slug, lesson, by=by, at=at - timedelta(days=14 - position))
    for number in range(len(participant.works)):
        enqueue(
            session,
            HAND_IN,
            {"person_id": str(person.id), "login": participant.login, "work": str(number)},
            key=f"{participant.login}:{number}",
            priority=Priority.BULK,
            delay_seconds=float(number * 30) or None,
        )
