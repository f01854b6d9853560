"""The job that grades one attempt: read, grade in a child process outside any transaction, then write once."""

import json
import shutil
import tempfile
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms import files
from lms.courses import runs
from lms.courses.models import CourseRun
from lms.courses.runs import AssignmentFiles
from lms.database import new_id
from lms.files.leftovers import let_go
from lms.grading import engine
from lms.grading.engine.limits import Limits
from lms.grading.engine.results import GradeResult, Status
from lms.grading.models import Attempt, CellGrade
from lms.grading.release import publish
from lms.grading.states import AttemptState
from lms.grading.steps import step_of
from lms.grading.titles import headings
from lms.jobs import JobRun, Refused
from lms.settings import Settings

STATES = {
    Status.GRADED: AttemptState.RELEASED,
    Status.NEEDS_GRADING: AttemptState.NEEDS_PERSON,
    Status.REFUSED: AttemptState.REFUSED,
    Status.FAILED: AttemptState.FAILED,
}


def grade_attempt(job: JobRun) -> None:
    """Grade `attempt_id` unless that generation is graded already or a newer one was asked for."""
    attempt_id, generation = UUID(job.ids["attempt_id"]), int(job.ids["generation"])
    settings = job.database.registries.get_existing(Settings)
    with job.writing() as session:
        attempt = _waiting(session, attempt_id, generation)
        if attempt is None:
            return
        attempt.started_at = job.at()
        run = session.get_one(CourseRun, attempt.run_id)
        if runs.content_of(session, run).find_step(attempt.step_id) is not None:
            attempt.snapshot_id = run.snapshot_id  # a mended test reaches everybody
        step = step_of(session, attempt)
        sha256, source = attempt.sha256, runs.assignment_files(session, step.id, attempt.snapshot_id)
    content = source.store.read(sha256)
    folder = assignment_folder(source, settings.state_dir / "cache" / "assignments")
    limits = Limits(
        notebook_bytes=settings.upload_limit,
        wall_seconds=settings.grading_seconds,
        memory_bytes=settings.grading_memory,
    )
    result = engine.grade(folder, step.id, content, limits=limits, cache_dir=release_cache(settings))
    if result.status is Status.FAILED and job.attempt <= 2:
        raise RuntimeError(f"grading failed: {result.reason}")
    feedback = json.dumps([_plain(asdict(cell)) for cell in result.feedback], ensure_ascii=False).encode()
    feedback_sha256 = _store_feedback(job, source.store, feedback) if result.feedback else None
    with job.writing() as session:
        attempt = _waiting(session, attempt_id, generation)
        if attempt is not None:
            _record(session, attempt, result, feedback_sha256=feedback_sha256, job=job)
    if result.status is Status.FAILED:
        raise Refused(f"grading failed: {result.reason}")


def _store_feedback(job: JobRun, store: files.FileStore, feedback: bytes) -> str:
    """Let go of first: the person may be erased, or a regrade asked for, while this one runs."""
    with job.writing() as session:
        let_go(session, [store.name(feedback)], at=job.at())
    return store.put(feedback)


def release_cache(settings: Settings) -> Path:
    """Where the engine keeps what it made of an assignment's source."""
    return settings.state_dir / "cache" / "releases"


def _waiting(session: Session, attempt_id: UUID, generation: int) -> Attempt | None:
    return session.scalar(
        select(Attempt).where(
            Attempt.id == attempt_id,
            Attempt.generation == generation,
            Attempt.state.in_([AttemptState.QUEUED, AttemptState.FAILED]),
        )
    )


def _record(
    session: Session, attempt: Attempt, result: GradeResult, *, feedback_sha256: str | None, job: JobRun
) -> None:
    at = job.at()
    session.execute(delete(CellGrade).where(CellGrade.attempt_id == attempt.id))
    titles = headings(result.feedback)
    for position, cell in enumerate(result.cells):
        session.add(
            CellGrade(
                id=new_id(),
                attempt_id=attempt.id,
                position=position,
                name=cell.name,
                title=titles.get(cell.name, {}),
                kind=cell.kind,
                outcome=cell.outcome,
                message=cell.message,
                max_score=cell.max_score,
                auto_score=cell.score,
                needs_person=cell.needs_manual_grade,
            )
        )
    attempt.graded_at = at
    attempt.reason, attempt.message, attempt.notebook = result.reason, result.message, result.notebook
    attempt.auto_score, attempt.auto_max = result.score, result.max_score
    attempt.manual_max = result.manual_max_score
    attempt.repairs = [{"code": repair.code, "cell": repair.cell} for repair in result.repairs]
    attempt.isolation = result.isolation
    let_go(session, [attempt.feedback_sha256], at=at)
    attempt.feedback_sha256 = feedback_sha256
    attempt.state = STATES[result.status]
    session.flush()
    if attempt.state in (AttemptState.RELEASED, AttemptState.NEEDS_PERSON):
        _supersede_earlier(session, attempt, job)
    if attempt.state == AttemptState.RELEASED:
        publish(session, attempt, at=at, by_id=None)


def _supersede_earlier(session: Session, attempt: Attempt, job: JobRun) -> None:
    """An earlier attempt that still waits for a tutor leaves the queue: its participant has moved on."""
    session.execute(
        update(Attempt)
        .where(
            Attempt.run_id == attempt.run_id,
            Attempt.step_id == attempt.step_id,
            Attempt.person_id == attempt.person_id,
            Attempt.notebook == attempt.notebook,
            Attempt.number < attempt.number,
            Attempt.state == AttemptState.NEEDS_PERSON,
        )
        .values(superseded_at=job.at())
    )


def assignment_folder(source: AssignmentFiles, cache: Path) -> Path:
    """The assignment of a snapshot as an nbgrader course directory on disk; made once, whole or not at all."""
    target = cache / source.snapshot_id / source.step_id
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{source.step_id}-", dir=target.parent))
    try:
        source.export(draft)
        draft.chmod(0o755)
        draft.rename(target)
    except OSError:
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _plain(value: Any) -> Any:
    """JSON-able: decimals as text, enums as their value."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
