"""What every believed launch leads to, whichever version brought it: a person, their place, a signed-in browser."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.enrolment import enrol, is_enrolled
from lms.courses.models import CourseRun
from lms.courses.periods import is_over
from lms.courses.resolving import at_run, find_run_for
from lms.courses.runs import content_of, find_current_run
from lms.database import new_id
from lms.errors import N_, NotFound
from lms.learning.progress import step_url
from lms.lti.launch import Launch
from lms.lti.mentees import accompany
from lms.lti.models import ResourceLink, ScoreTarget
from lms.lti.passback import enlist
from lms.lti.roles import CourseRight
from lms.lti.rosters import NAMELESS, remember_roster
from lms.notebooks.prestart import prestart
from lms.people.accounts import AccountKey, find_or_create, grant
from lms.people.actor import Role
from lms.people.audit import record
from lms.people.models import Account, Person
from lms.people.sessions import actor_of, open_session

OPENS_COURSE = frozenset({CourseRight.LEARNER, CourseRight.TUTOR, CourseRight.TEACHER})


@dataclass(frozen=True, slots=True)
class Source:
    """Who sent the launch. `id` is the deployment's (1.3) or the consumer's (1.1)."""

    id: UUID
    account: AccountKey
    registration_id: UUID | None = None
    consumer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the browser goes, and the token that signs it in.

    `course_slug` is None when the launch names no course, or its role opens none; `path` is the page of a step. `run_code`
    is set where the plain address of the course means another run to this person than the link does.
    """

    person_id: UUID
    course_slug: str | None
    token: str
    path: str | None = None
    run_code: str = ""


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser that came: its name, the token that it carried before, and for how many days it is signed in now."""

    name: str
    days: int
    carried: str = ""


def arrive(session: Session, launch: Launch, source: Source, *, browser: Browser, at: datetime) -> Arrival:
    """Find or make the person, put them into the course, remember where their score goes, sign them in.

    Raises NotFound when the link names a course or a step that is not given here.
    """
    person, account = person_of(session, launch, source, at=at)
    link = _remember_link(session, launch, source, at)
    if source.registration_id is not None:
        remember_roster(session, launch, registration_id=source.registration_id, source_id=source.id)
    run = _course_run(session, launch, link, person, at)
    if run is not None:
        link.course_run_id, link.step_id = run.id, _step_id(session, launch, run)
        _admit(session, person, run, launch.right, at)
        if launch.right is CourseRight.LEARNER and not (person.is_test or launch.is_test_user):
            _remember_target(session, launch, source, link=link, person=person, run=run, at=at)
    if launch.right is CourseRight.MENTOR:
        accompany(session, person, account, launch.mentees, at=at)
    token = sign_in(session, person, account, browser=browser, at=at)
    record(session, "lti.launched", at=at, actor_id=person.id, subject_id=person.id, link=str(link.id))
    if run is None or launch.right not in OPENS_COURSE:
        return Arrival(person.id, None, token)
    plain = find_run_for(session, run.slug, by=actor_of(session, person), at=at)
    code = "" if plain is not None and plain.id == run.id else run.code
    return Arrival(person.id, run.slug, token, _step_path(session, run, link.step_id, code), code)


def person_of(session: Session, launch: Launch, source: Source, *, at: datetime) -> tuple[Person, Account]:
    """Who this is: found by the platform's id for them, made on first sight."""
    locale = launch.person.locale[:2].lower()
    person, account = find_or_create(
        session,
        source.account,
        display_name=launch.person.name,
        at=at,
        locale=locale if locale in NAMELESS else None,
        is_test=launch.is_test_user,
    )
    account.last_used_at = at
    if not person.display_name:
        person.display_name = NAMELESS.get(locale, NAMELESS["ru"])
    return person, account


def sign_in(session: Session, person: Person, account: Account, *, browser: Browser, at: datetime) -> str:
    """The token that signs this browser in. Raises Forbidden for a locked person."""
    return open_session(
        session,
        person.id,
        at=at,
        days=browser.days,
        account_id=account.id,
        browser=browser.name,
        replaces=browser.carried,
    )


def _step_id(session: Session, launch: Launch, run: CourseRun) -> str:
    """The step that the link names, or ""."""
    step_id = launch.custom.get("step", "")
    if step_id and all(step.id != step_id for step in content_of(session, run).steps):
        raise NotFound(
            N_("The link in your school's platform leads to a step that this course does not have. Tell your teacher.")
        )
    return step_id


def _step_path(session: Session, run: CourseRun, step_id: str, code: str) -> str | None:
    url = step_url(session, run.id, content_of(session, run).get_step(step_id)) if step_id else None
    return at_run(url, code) if url is not None else None


def _course_run(session: Session, launch: Launch, link: ResourceLink, person: Person, at: datetime) -> CourseRun | None:
    """A link keeps its run while that is given, so that opening next year's moves nobody; a new link gets the current
    one. One that has outlived its run leads those who were in it there, to read, and everybody else on to the run
    that followed.
    """
    kept = session.get(CourseRun, link.course_run_id) if link.course_run_id is not None else None
    slug = launch.custom.get("course", "") or (kept.slug if kept is not None else "")
    if kept is not None and kept.slug == slug and (not is_over(kept, at) or is_enrolled(session, kept.id, person.id)):
        return kept
    if not slug:
        return None
    run = find_current_run(session, slug, at=at)
    if run is not None and not is_over(run, at):
        return run
    if run is not None and launch.right is not CourseRight.LEARNER:
        return run
    raise NotFound(
        N_("The link in your school's platform leads to a course that is not given here. Tell your teacher.")
    )


def _admit(session: Session, person: Person, run: CourseRun, right: CourseRight, at: datetime) -> None:
    """A learner is enrolled; tutor and teacher may look at this course. Whose works they may see, a platform cannot
    say (pupils of other schools are in the same run): tutor groups are set by people of the programme.
    """
    if right is CourseRight.LEARNER:
        grant(session, person.id, Role.PARTICIPANT, at=at)
        enrol(session, run.id, person.id, source="lti", at=at)
        prestart(session, person.id, at=at)
    elif right in (CourseRight.TUTOR, CourseRight.TEACHER):
        grant(session, person.id, Role.TEACHER, at=at, scope_id=run.id)


def _remember_link(session: Session, launch: Launch, source: Source, at: datetime) -> ResourceLink:
    place = launch.place
    row = session.scalar(
        select(ResourceLink).where(ResourceLink.source_id == source.id, ResourceLink.link_id == place.link_id)
    )
    if row is None:
        row = ResourceLink(id=new_id(), source_id=source.id, link_id=place.link_id)
        session.add(row)
    row.product = launch.product
    if launch.score is not None and launch.score.items_url:
        row.items_url = launch.score.items_url
    row.link_title, row.context_id, row.context_title = place.link_title, place.context_id, place.context_title
    row.seen_at = at
    session.flush()
    return row


def _remember_target(
    session: Session,
    launch: Launch,
    source: Source,
    *,
    link: ResourceLink,
    person: Person,
    run: CourseRun,
    at: datetime,
) -> None:
    """The latest launch knows best: a sourcedId may change with each (Moodle's does)."""
    if launch.score is None or not launch.score.can_send:
        return
    row = session.scalar(select(ScoreTarget).where(ScoreTarget.link_id == link.id, ScoreTarget.person_id == person.id))
    is_new_place = row is None or row.url != launch.score.url
    if row is None:
        row = ScoreTarget(id=new_id(), link_id=link.id, person_id=person.id)
        session.add(row)
    row.course_run_id, row.subject = run.id, launch.subject
    row.registration_id, row.consumer_id = source.registration_id, source.consumer_id
    row.url, row.sourced_id, row.updated_at = launch.score.url, launch.score.sourced_id, at
    session.flush()
    if is_new_place:  # there may be scores from before this platform had a column for them
        enlist(session, row.id, generation=f"launch-{new_id().hex}")
