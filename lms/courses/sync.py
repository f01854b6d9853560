"""Bringing a folder into the database: content at once, the contract only when somebody says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from lms import registries
from lms.courses import folder, snapshot
from lms.courses.content import CourseContent, PlannedRun
from lms.courses.contract import Change, compare, lost_criteria, lost_steps, make_contract
from lms.courses.folder import LoadedCourse
from lms.courses.kinds import ActivityKinds, ContentChecks, ContractListeners
from lms.courses.mandatory import enrol_everyone
from lms.courses.models import CourseRun, Snapshot
from lms.courses.opening import open_run
from lms.courses.periods import first_moment, last_moment
from lms.courses.runs import find_current_run, find_run
from lms.errors import N_, Conflict, Invalid, NotFound
from lms.settings import Settings


LOCK = 0x636F7273
"""Of PostgreSQL's advisory locks: one sync at a time, or two would open the same run. SQLite has one writer anyway."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did. `pending` is what the folder's contract has and the run's has not."""

    run: CourseRun
    is_new_run: bool
    is_new_content: bool
    enrolled: int
    pending: tuple[Change, ...]


def load(session: Session, path: Path) -> LoadedCourse:
    """Read and check a folder with the kinds of steps there are. Raises BrokenCourse."""
    known = registries.of(session)
    return folder.load(path, known.get(ActivityKinds), known.get(ContentChecks))


def sync(session: Session, course: LoadedCourse, *, at: datetime, code: str | None = None) -> Synced:
    """Store the content and let the run give it.

    Which run: that of `code`, else that of [run] in course.toml, else the current one; one that is not there is
    opened, without a code as that of the year. Raises Conflict when something that the run's contract requires is gone.
    """
    one_at_a_time(session)
    kept = snapshot.store(session, course, at=at)
    run = _find(session, course, code, at)
    if run is None:
        run = open_run(session, course.content, kept, _planned(session, course, code, at), at=at)
        return Synced(run, True, True, enrol_everyone(session, run, at=at), ())
    _must_keep_promises(run, course.content)
    is_new_content = run.snapshot_id != kept.id
    _follow(run, course, kept)
    session.flush()
    return Synced(run, False, is_new_content, enrol_everyone(session, run, at=at), tuple(_changes(run, course)))


def apply_contract(session: Session, course: LoadedCourse, *, at: datetime, code: str | None = None) -> Synced:
    """Give the run the folder's content and contract; whoever derives from the contract is told.

    Returns what was pending until now. Raises NotFound when the course was never synced.
    """
    one_at_a_time(session)
    run = _get(session, course, code, at)
    kept = snapshot.store(session, course, at=at)
    is_new_content = run.snapshot_id != kept.id
    changes = tuple(_changes(run, course))
    run.starts_at = _proposed_start(run, course)
    _follow(run, course, kept)
    proposed = make_contract(course.content, run.contract["zone"])
    if changes or run.contract != proposed:
        run.contract = proposed
        run.contract_version += 1
    session.flush()
    if changes:
        for listener in registries.of(session).get(ContractListeners):
            listener.run(session, run.id)
    return Synced(run, False, is_new_content, enrol_everyone(session, run, at=at), changes)


def open_next(session: Session, course: LoadedCourse, planned: PlannedRun, *, at: datetime) -> Synced:
    """Open one more run of the course with the folder's content. The runs that are there stay as they are.

    Raises Conflict, Invalid as `open_run` does.
    """
    one_at_a_time(session)
    kept = snapshot.store(session, course, at=at)
    run = open_run(session, course.content, kept, planned, at=at)
    return Synced(run, True, True, enrol_everyone(session, run, at=at), ())


def end_run(session: Session, slug: str, code: str, last_day: date) -> CourseRun:
    """Say when a run is over; a day that has passed ends it at once. Raises NotFound, Invalid for a day before its start."""
    run = find_run(session, slug, code)
    if run is None:
        raise NotFound(N_("The course %(slug)s has no run %(code)s."), slug=slug, code=code)
    run.ends_at = _end(run, last_day)
    return run


def _end(run: CourseRun, last_day: date | None) -> datetime | None:
    """Raises Invalid for a day before the start."""
    ends_at = last_moment(last_day, run.contract["zone"]) if last_day is not None else None
    if ends_at is not None and ends_at <= run.starts_at:
        raise Invalid(N_("A run ends after it has started: give a later last day."))
    return ends_at


def preview_contract(session: Session, course: LoadedCourse, *, at: datetime, code: str | None = None) -> list[Change]:
    """What `apply_contract` would change. Raises NotFound when the course was never synced."""
    return _changes(_get(session, course, code, at), course)


def one_at_a_time(session: Session) -> None:
    """Wait until no other transaction brings a folder in."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _find(session: Session, course: LoadedCourse, code: str | None, at: datetime) -> CourseRun | None:
    slug = course.content.slug
    wanted = code or (course.run.code if course.run is not None else None)
    return find_current_run(session, slug, at=at) if wanted is None else find_run(session, slug, wanted)


def _get(session: Session, course: LoadedCourse, code: str | None, at: datetime) -> CourseRun:
    run = _find(session, course, code, at)
    if run is None:
        raise NotFound(N_("The course %(slug)s has no run yet. Sync it first."), slug=course.content.slug)
    return run


def _planned(session: Session, course: LoadedCourse, code: str | None, at: datetime) -> PlannedRun:
    """The run to open: that of [run], unless another one was asked for."""
    if course.run is not None and code in (None, course.run.code):
        return course.run
    zone = registries.of(session).get_existing(Settings).timezone
    return PlannedRun(code or str(at.astimezone(ZoneInfo(zone)).year))


def _changes(run: CourseRun, course: LoadedCourse) -> list[Change]:
    """Of the contract; deadlines count from the start, so the start is a part of it."""
    zone = ZoneInfo(run.contract["zone"])
    before, after = run.starts_at.astimezone(zone), _proposed_start(run, course).astimezone(zone)
    moved = [Change("starts", before.isoformat(), after.isoformat())] if before != after else []
    return [*moved, *compare(run.contract, make_contract(course.content, run.contract["zone"]))]


def _proposed_start(run: CourseRun, course: LoadedCourse) -> datetime:
    planned = course.run
    if planned is None or planned.code != run.code or planned.starts is None:
        return run.starts_at
    return first_moment(planned.starts, run.contract["zone"])


def _follow(run: CourseRun, course: LoadedCourse, kept: Snapshot) -> None:
    """What a run takes from its folder at every sync."""
    content = course.content
    if content.kind != run.kind:
        raise Conflict(
            N_("%(slug)s was %(before)s and can't become %(after)s while it runs. Make it a course of its own."),
            slug=run.slug,
            before=run.kind,
            after=content.kind,
        )
    if content.seats is not None and content.seats < run.seats_taken:
        raise Conflict(
            N_("%(slug)s: %(taken)s seats are taken already, so there can't be only %(seats)s."),
            slug=run.slug,
            taken=run.seats_taken,
            seats=content.seats,
        )
    run.snapshot_id = kept.id
    run.cohorts = list(content.cohorts)
    run.seats = content.seats
    if course.run is not None and course.run.code == run.code:
        run.ends_at = _end(run, course.run.ends)


def _must_keep_promises(run: CourseRun, content: CourseContent) -> None:
    lost = lost_steps(run.contract, content)
    if lost:
        raise Conflict(
            N_(
                "%(slug)s: the run's contract requires steps that are gone: %(steps)s. "
                "Bring them back, or change the contract: course contract %(slug)s --apply"
            ),
            slug=run.slug,
            steps=", ".join(lost),
        )
    gone = lost_criteria(run.contract, content)
    if gone:
        raise Conflict(
            N_(
                "%(slug)s: the run's contract asks for criteria that are gone: %(criteria)s. "
                "Bring them back, or change the contract: course contract %(slug)s --apply"
            ),
            slug=run.slug,
            criteria=", ".join(gone),
        )


def course_folders(settings: Settings, slugs: Sequence[str] = ()) -> list[Path]:
    """Folders with a course.toml in the courses' directory, or the named ones. Raises NotFound for an unknown name."""
    if not slugs:
        return sorted(path.parent for path in settings.courses_dir.glob("*/course.toml"))
    paths = [settings.courses_dir / slug for slug in slugs]
    for path in paths:
        if not path.is_dir():
            raise NotFound(N_("There is no course folder %(folder)s."), folder=str(path))
    return paths
