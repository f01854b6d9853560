"""Bringing a folder into the database: content at once, the contract only when somebody says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms import registries
from lms.courses import folder, snapshot
from lms.courses.content import CourseContent
from lms.courses.contract import Change, compare, lost_steps, make_contract
from lms.courses.folder import LoadedCourse
from lms.courses.kinds import ActivityKinds, ContentChecks, ContractListeners
from lms.courses.mandatory import enrol_everyone
from lms.courses.models import CourseRun, Snapshot
from lms.courses.runs import find_run, find_run_by_slug
from lms.database import new_id
from lms.errors import N_, Conflict, NotFound
from lms.settings import Settings


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
    """Store the content and let the run give it. Without `code`: the current run, or a first one named by the year.

    Raises Conflict when a step that the run's contract requires is gone.
    """
    kept = snapshot.store(session, course, at=at)
    slug = course.content.slug
    run = find_run_by_slug(session, slug) if code is None else find_run(session, slug, code)
    if run is None:
        run = _open_run(session, course.content, kept, at=at, code=code)
        return Synced(run, True, True, enrol_everyone(session, run, at=at), ())
    _must_keep_promises(run, course.content)
    is_new_content = run.snapshot_id != kept.id
    _follow(run, course.content, kept)
    session.flush()
    proposed = make_contract(course.content, run.contract["zone"])
    return Synced(
        run, False, is_new_content, enrol_everyone(session, run, at=at), tuple(compare(run.contract, proposed))
    )


def apply_contract(session: Session, course: LoadedCourse, *, at: datetime, code: str | None = None) -> Synced:
    """Give the run the folder's content and contract; whoever derives from the contract is told.

    Returns what was pending until now. Raises NotFound when the course was never synced.
    """
    slug = course.content.slug
    run = find_run_by_slug(session, slug) if code is None else find_run(session, slug, code)
    if run is None:
        raise NotFound(N_("The course %(slug)s has no run yet. Sync it first."), slug=slug)
    kept = snapshot.store(session, course, at=at)
    is_new_content = run.snapshot_id != kept.id
    proposed = make_contract(course.content, run.contract["zone"])
    changes = tuple(compare(run.contract, proposed))
    _follow(run, course.content, kept)
    if changes or run.contract != proposed:
        run.contract = proposed
        run.contract_version += 1
    session.flush()
    if changes:
        for listener in registries.of(session).get(ContractListeners):
            listener.run(session, run.id)
    return Synced(run, False, is_new_content, enrol_everyone(session, run, at=at), changes)


def preview_contract(session: Session, course: LoadedCourse, *, code: str | None = None) -> list[Change]:
    """What `apply_contract` would change. Raises NotFound when the course was never synced."""
    slug = course.content.slug
    run = find_run_by_slug(session, slug) if code is None else find_run(session, slug, code)
    if run is None:
        raise NotFound(N_("The course %(slug)s has no run yet. Sync it first."), slug=slug)
    return compare(run.contract, make_contract(course.content, run.contract["zone"]))


def _open_run(session: Session, content: CourseContent, kept: Snapshot, *, at: datetime, code: str | None) -> CourseRun:
    zone = registries.of(session).get_existing(Settings).timezone
    today = at.astimezone(ZoneInfo(zone)).date()
    run = CourseRun(
        id=new_id(),
        slug=content.slug,
        code=code or str(today.year),
        kind=content.kind,
        snapshot_id=kept.id,
        contract=make_contract(content, zone),
        contract_version=1,
        cohorts=list(content.cohorts),
        seats=content.seats,
        seats_taken=0,
        starts_at=datetime.combine(today, time(), ZoneInfo(zone)),
    )
    session.add(run)
    session.flush()
    return run


def _follow(run: CourseRun, content: CourseContent, kept: Snapshot) -> None:
    """What a run takes from its folder at every sync."""
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


def course_folders(settings: Settings, slugs: Sequence[str] = ()) -> list[Path]:
    """Folders with a course.toml in the courses' directory, or the named ones. Raises NotFound for an unknown name."""
    if not slugs:
        return sorted(path.parent for path in settings.courses_dir.glob("*/course.toml"))
    paths = [settings.courses_dir / slug for slug in slugs]
    for path in paths:
        if not path.is_dir():
            raise NotFound(N_("There is no course folder %(folder)s."), folder=str(path))
    return paths
