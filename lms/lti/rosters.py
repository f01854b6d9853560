"""Lists of who is in a platform's courses: remembered at launches, read on demand and every night.

Pupils get an account and a place in the courses that the platform's course links to, so that tutors can group them
before they come. Who is on the list no more is marked; their work, scores and enrolments stay as they are. What the
platform calls somebody's role there gives no rights here before they come by a launch.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms import jobs, registries
from lms.courses.enrolment import enrol
from lms.courses.models import CourseRun
from lms.database import new_id
from lms.errors import N_, Conflict, NotFound
from lms.jobs import Handler, JobRun, Refused, Schedule
from lms.lti.access_tokens import PlatformClient, SigningKey
from lms.lti.errors import PlatformError
from lms.lti.launch import Launch
from lms.lti.models import Registration, ResourceLink, Roster, RosterMember
from lms.lti.nrps import Member, read_members
from lms.lti.registrations import digest, signing_key
from lms.lti.roles import CourseRight
from lms.lti.services import Caller, PlatformServices
from lms.lti.vocabulary import SCOPE_MEMBERS
from lms.people.accounts import AccountKey, find_or_create, grant
from lms.people.actor import Actor, Role
from lms.people.audit import record
from lms.settings import Settings

READ = "lti.read_roster"
READ_ALL = "lti.read_rosters"
DAY_SECONDS = 24 * 3600
BATCH = 50
"""People written in one transaction: on SQLite nobody else writes meanwhile."""
LISTED = 5000
NAMELESS = {"ru": "Участник", "en": "Participant"}
"""Shown for somebody whose platform tells no names."""


class EmptyRoster(PlatformError):
    """A platform that suddenly knows nobody is broken, or no longer lets us look."""

    def __init__(self, title: str) -> None:
        super().__init__(
            N_(
                "The platform's list of %(title)s is empty, so nobody was marked as gone. "
                "Check in the platform that names and roles are shared with this tool."
            ),
            title=title,
        )


def remember_roster(session: Session, launch: Launch, *, registration_id: UUID, source_id: UUID) -> None:
    """Keep where a launch says that the people of its course are listed."""
    place = launch.place
    if not launch.roster_url or not place.context_id:
        return
    row = session.scalar(select(Roster).where(Roster.source_id == source_id, Roster.context_id == place.context_id))
    if row is None:
        row = Roster(
            id=new_id(),
            registration_id=registration_id,
            source_id=source_id,
            context_id=place.context_id,
            status="new",
            reason="",
            reason_params={},
        )
        session.add(row)
    row.context_title, row.url = place.context_title, launch.roster_url
    session.flush()


def ask(session: Session, roster_id: UUID, *, by: Actor, at: datetime) -> Roster:
    """Have a list read in the background. Raises NotFound, Forbidden."""
    by.must("lti.manage")
    row = session.get(Roster, roster_id)
    if row is None:
        raise NotFound
    jobs.enqueue(session, READ, {"roster_id": str(roster_id)}, key=f"{roster_id.hex}:{new_id().hex}")
    record(session, "lti.roster_asked", at=at, actor_id=by.person_id, roster=str(roster_id))
    return row


def read_all(run: JobRun) -> None:
    """The nightly round: one job for each list."""
    with run.writing() as session:
        roster_ids = session.scalars(
            select(Roster.id).join(Registration).where(Registration.is_active).order_by(Roster.id).limit(LISTED)
        )
        for roster_id in roster_ids:
            jobs.enqueue(session, READ, {"roster_id": str(roster_id)}, key=f"{roster_id.hex}:{run.id}")


def read(run: JobRun) -> None:
    """Read one list and bring ours in line. A final refusal waits for an administrator; else it is tried again."""
    roster_id, started_at = UUID(run.ids["roster_id"]), run.at()
    with run.writing() as session:
        roster = session.get(Roster, roster_id)
        if roster is None:
            return
        registration = session.get_one(Registration, roster.registration_id)
        client = PlatformClient(registration.client_id, registration.token_url, frozenset(registration.trusted_hosts))
        caller = Caller(
            client, SigningKey(*signing_key(session, at=started_at)), frozenset({SCOPE_MEMBERS}), started_at
        )
        services, url = registries.of(session).get_existing(PlatformServices), roster.url
        roster.tried_at = started_at
    try:
        members = list(read_members(services, caller, url))
        if not members:
            raise EmptyRoster(roster.context_title)
    except PlatformError as error:
        with run.writing() as session:
            kept = session.get_one(Roster, roster_id)
            kept.status, kept.reason, kept.reason_params = "failed", error.text, dict(error.params)
        if error.is_final:
            raise Refused(str(error)) from error
        raise
    pupils = list(_pupils(members))
    for first in range(0, len(pupils), BATCH):
        with run.writing() as session:
            write(session, roster_id, pupils[first : first + BATCH], at=started_at)
    with run.writing() as session:
        finish(session, roster_id, at=started_at)


def write(session: Session, roster_id: UUID, pupils: Sequence[Member], *, at: datetime) -> None:
    """Some pupils of a list: their accounts, their places, their marks."""
    roster = session.get_one(Roster, roster_id)
    registration = session.get_one(Registration, roster.registration_id)
    runs = _runs(session, roster, at)
    locale = registries.of(session).get_existing(Settings).locale
    for member in pupils:
        known = session.get(RosterMember, (roster_id, digest(member.subject)))
        if known is not None and known.person_id is None:
            continue
        key = AccountKey("lti13", member.subject, registration.issuer, registration.client_id)
        person, _ = find_or_create(session, key, display_name=member.name, at=at)
        if not person.display_name:
            person.display_name = NAMELESS[locale]
        if known is None:
            known = RosterMember(roster_id=roster_id, subject_hash=digest(member.subject), person_id=person.id)
            session.add(known)
        known.seen_at, known.left_at = at, None
        grant(session, person.id, Role.PARTICIPANT, at=at)
        for run in runs:
            _let_in(session, run, person.id, at)


def finish(session: Session, roster_id: UUID, *, at: datetime) -> None:
    """Mark who was not on the list that was read at `at`."""
    session.execute(
        update(RosterMember)
        .where(RosterMember.roster_id == roster_id, RosterMember.seen_at < at, RosterMember.left_at.is_(None))
        .values(left_at=at)
    )
    roster = session.get_one(Roster, roster_id)
    roster.status, roster.reason, roster.reason_params, roster.read_at = "read", "", {}, at


def _pupils(members: Sequence[Member]) -> Iterator[Member]:
    """Those who learn there now; somebody on two pages counts once."""
    once = {member.subject: member for member in members}
    for member in once.values():
        if member.is_active and member.right is CourseRight.LEARNER and not member.is_test_user:
            yield member


def _runs(session: Session, roster: Roster, at: datetime) -> list[CourseRun]:
    """What the platform's course links to, as long as it is given."""
    linked = select(ResourceLink.course_run_id).where(
        ResourceLink.source_id == roster.source_id, ResourceLink.context_id == roster.context_id
    )
    runs = session.scalars(select(CourseRun).where(CourseRun.id.in_(linked)).order_by(CourseRun.id))
    return [run for run in runs if run.ends_at is None or run.ends_at > at]


def _let_in(session: Session, run: CourseRun, person_id: UUID, at: datetime) -> None:
    """An elective without a seat stays closed: who comes by a launch is told so then."""
    try:
        enrol(session, run.id, person_id, source="lti", at=at)
    except Conflict:
        return


HANDLERS = (Handler(READ, read), Handler(READ_ALL, read_all))
SCHEDULES = (Schedule(READ_ALL, READ_ALL, DAY_SECONDS),)
