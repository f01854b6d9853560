"""Runs: a course as given in one period. Finding them, their content, files and deadlines."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from lms import files
from lms.courses import contract, snapshot
from lms.courses.content import CourseContent
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.courses.periods import preference
from lms.errors import NotFound

LISTED = 500


def get_run(session: Session, run_id: UUID, *, for_update: bool = False) -> CourseRun:
    """The run. Raises NotFound. `for_update` lets nobody else change it until the transaction ends."""
    run = session.get(CourseRun, run_id, with_for_update=for_update or None, populate_existing=for_update)
    if run is None:
        raise NotFound
    return run


def find_run_by_slug(session: Session, slug: str) -> CourseRun | None:
    """The course's newest run, whoever it is for. Who opens a page gets theirs by `find_run_for`."""
    return session.scalar(select(CourseRun).where(CourseRun.slug == slug).order_by(*_NEWEST).limit(1))


def find_current_run(session: Session, slug: str, *, at: datetime) -> CourseRun | None:
    """The run that somebody new would come into: on before to come before over, of several the newest."""
    return session.scalar(select(CourseRun).where(CourseRun.slug == slug).order_by(*preference(at)).limit(1))


def list_runs_of(session: Session, slug: str) -> list[CourseRun]:
    """Every run of a course, newest first; at most 500."""
    return list(session.scalars(select(CourseRun).where(CourseRun.slug == slug).order_by(*_NEWEST).limit(LISTED)))


def find_run(session: Session, slug: str, code: str) -> CourseRun | None:
    """The run of this code."""
    return session.scalar(select(CourseRun).where(CourseRun.slug == slug, CourseRun.code == code))


def list_runs(session: Session, *, kind: str | None = None, at: datetime | None = None) -> list[CourseRun]:
    """The current run of every course by slug, at most 500: with `at` as `find_current_run` and not over, else the
    newest.
    """
    order = _NEWEST if at is None else preference(at)
    newest = (
        select(CourseRun.id, func.row_number().over(partition_by=CourseRun.slug, order_by=order).label("place"))
    ).subquery()
    query = select(CourseRun).join(newest, newest.c.id == CourseRun.id).where(newest.c.place == 1)
    if kind is not None:
        query = query.where(CourseRun.kind == kind)
    if at is not None:
        query = query.where(not_over(at))
    return list(session.scalars(query.order_by(CourseRun.slug).limit(LISTED)))


def list_all_runs(session: Session, ids: Collection[UUID] | None = None) -> list[CourseRun]:
    """All runs, or those of these ids: by slug, of a course the newest first; at most 1000."""
    query = select(CourseRun).order_by(CourseRun.slug, *_NEWEST).limit(2 * LISTED)
    return list(session.scalars(query if ids is None else query.where(CourseRun.id.in_(ids))))


_NEWEST = (CourseRun.starts_at.desc(), CourseRun.code.desc())


def not_over(at: datetime) -> ColumnElement[bool]:
    """For a query: runs that are on or to come."""
    return or_(CourseRun.ends_at.is_(None), CourseRun.ends_at >= at)


def content_of(session: Session, run: CourseRun) -> CourseContent:
    """What the run gives now; read once by each process."""
    return contents_of(session, [run])[run.id]


def contents_of(session: Session, runs: Iterable[CourseRun]) -> dict[UUID, CourseContent]:
    """The contents of several runs by run id, in one query at most."""
    listed = list(runs)
    found = snapshot.contents(session, [run.snapshot_id for run in listed])
    return {run.id: found[run.snapshot_id] for run in listed}


def read_file(session: Session, run: CourseRun, path: str) -> bytes:
    """A file of the run's snapshot by its path in the course folder. Raises NotFound."""
    return read_snapshot_file(session, run.snapshot_id, path)


def read_snapshot_file(session: Session, snapshot_id: str, path: str) -> bytes:
    """The same of any snapshot, e.g. of the one that an attempt was graded with. Raises NotFound."""
    sha256 = snapshot.file_hashes(session, snapshot_id).get(path)
    if sha256 is None:
        raise NotFound
    return files.of(session).read(sha256)


@dataclass(frozen=True, slots=True)
class AssignmentFiles:
    """The files of an assignment as one snapshot has them: path in the course folder -> SHA-256 in `store`."""

    snapshot_id: str
    step_id: str
    hashes: Mapping[str, str]
    store: files.FileStore

    def export(self, target: Path) -> None:
        """Lay them out as nbgrader's course directory: `target/source/<step id>/…`.

        Reads and writes files only, so that no transaction has to be open meanwhile.
        """
        for path, sha256 in self.hashes.items():
            place = target.joinpath(*PurePosixPath(path).parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self.store.read(sha256))


def assignment_files(session: Session, step_id: str, snapshot_id: str) -> AssignmentFiles:
    """What an assignment is made of, in one query. Raises NotFound for a step without files."""
    prefix = f"source/{step_id}/"
    hashes = snapshot.file_hashes(session, snapshot_id)
    wanted = {path: sha256 for path, sha256 in hashes.items() if path.startswith(prefix)}
    if not wanted:
        raise NotFound
    return AssignmentFiles(snapshot_id, step_id, wanted, files.of(session))


def step_due_at(run: CourseRun, step: Step, *, joined_at: datetime | None = None) -> datetime | None:
    """When a step is due by the run's contract; None: any time.

    Whoever joined after the start has as many days as the others, counted from then, but not past the run's end.
    """
    due_at = contract.due_at(run.contract, run.starts_at, step)
    if due_at is None or joined_at is None or joined_at <= run.starts_at:
        return due_at
    own = contract.due_at(run.contract, joined_at, step)
    latest = max(due_at, run.ends_at) if run.ends_at is not None else None
    return own if own is None or latest is None else min(own, latest)
