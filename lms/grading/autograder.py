"""The job that grades one attempt: read, grade in a child process outside any transaction, then write once."""

import functools
import json
import shutil
import tempfile
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from lms import files
from lms.courses import runs
from lms.courses.models import CourseRun
from lms.courses.runs import AssignmentFiles
from lms.files.leftovers import let_go
from lms.grading import engine
from lms.grading.engine.limits import Limits
from lms.grading.engine.results import Status
from lms.grading.record import Graded, find_asked, record
from lms.jobs import JobRun, Refused
from lms.settings import Settings


def grade_attempt(job: JobRun) -> None:
    """Grade `attempt_id` unless that generation is graded already or a newer one was asked for."""
    attempt_id, generation = UUID(job.ids["attempt_id"]), int(job.ids["generation"])
    settings = job.database.registries.get_existing(Settings)
    with job.writing() as session:
        attempt = find_asked(session, attempt_id, generation)
        if attempt is None:
            return
        attempt.started_at = job.at()
        run = session.get_one(CourseRun, attempt.run_id)
        is_given = runs.content_of(session, run).find_step(attempt.step_id) is not None
        snapshot_id = run.snapshot_id if is_given else attempt.snapshot_id  # a mended test reaches everybody
        sha256, source = attempt.sha256, runs.assignment_files(session, attempt.step_id, snapshot_id)
    content = source.store.read(sha256)
    folder = assignment_folder(source, settings.state_dir / "cache" / "assignments")
    limits = Limits(
        notebook_bytes=settings.upload_limit,
        wall_seconds=settings.grading_seconds,
        memory_bytes=settings.grading_memory,
    )
    cache = release_cache(settings)
    result = engine.grade(folder, source.step_id, content, limits=limits, cache_dir=cache, executor=_executor())
    if result.status is Status.FAILED and job.attempt <= 2:
        raise RuntimeError(f"grading failed: {result.reason}")
    feedback = json.dumps([_plain(asdict(cell)) for cell in result.feedback], ensure_ascii=False).encode()
    feedback_sha256 = _store_feedback(job, source.store, feedback) if result.feedback else None
    with job.writing() as session:
        attempt = find_asked(session, attempt_id, generation)
        if attempt is not None:
            graded = Graded(result, snapshot_id, feedback_sha256)
            record(session, attempt, graded, at=job.at())
    if result.status is Status.FAILED:
        raise Refused(f"grading failed: {result.reason}")


def _store_feedback(job: JobRun, store: files.FileStore, feedback: bytes) -> str:
    """Let go of first: the person may be erased, or a regrade asked for, while this one runs."""
    with job.writing() as session:
        let_go(session, [store.name(feedback)], at=job.at())
    return store.put(feedback)


@functools.cache
def _executor() -> engine.IsolatedExecutor:
    """One warm process for each worker; it ends with the worker."""
    return engine.IsolatedExecutor()


def release_cache(settings: Settings) -> Path:
    """Where the engine keeps what it made of an assignment's source."""
    return settings.state_dir / "cache" / "releases"


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
