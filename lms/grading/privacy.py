"""What grading keeps of a person: their works, what the pipeline and tutors said about them, and the files of both."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.courses.models import CourseRun
from lms.grading.models import Attempt, CellGrade
from lms.people.personal import PersonalData, PersonalFile


def _attempts(session: Session, person_id: UUID) -> Iterator[tuple[str, Attempt]]:
    """With the folder of its files."""
    query = (
        select(CourseRun.slug, CourseRun.code, Attempt)
        .join(Attempt, Attempt.run_id == CourseRun.id)
        .where(Attempt.person_id == person_id)
        .order_by(Attempt.submitted_at)
        .options(selectinload(Attempt.cells), joinedload(Attempt.release))
    )
    for slug, code, attempt in session.execute(query):
        yield f"works/{slug}-{code}/{attempt.step_id}/{attempt.number}", attempt


def _export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "assignment": attempt.step_id,
            "attempt": attempt.number,
            "submitted_at": attempt.submitted_at.isoformat(),
            "is_late": attempt.is_late,
            "state": attempt.state,
            "message": attempt.message,
            "released_at": attempt.release.released_at.isoformat() if attempt.release else None,
            "files": [file.path for file in _files_of(folder, attempt)],
            "answers": [_answer(cell) for cell in attempt.cells],
        }
        for folder, attempt in _attempts(session, person_id)
    ]


def _answer(cell: CellGrade) -> dict[str, Any]:
    return {
        "answer": cell.name,
        "outcome": cell.outcome,
        "message": cell.message,
        "points": _text(cell.auto_score),
        "points_by_tutor": _text(cell.manual_score),
        "of": str(cell.max_score),
        "comment": cell.comment,
    }


def _text(points: object) -> str | None:
    return None if points is None else str(points)


def _files(session: Session, person_id: UUID) -> Iterator[PersonalFile]:
    for folder, attempt in _attempts(session, person_id):
        yield from _files_of(folder, attempt)


def _files_of(folder: str, attempt: Attempt) -> Iterator[PersonalFile]:
    yield PersonalFile(f"{folder}.ipynb", attempt.sha256)
    if attempt.feedback_sha256 is not None:
        yield PersonalFile(f"{folder}-graded.json", attempt.feedback_sha256)
    release = attempt.release
    if release is not None and release.feedback_sha256 not in (None, attempt.feedback_sha256):
        yield PersonalFile(f"{folder}-released.json", release.feedback_sha256)


def _erase(session: Session, person_id: UUID) -> None:
    """Points live on as facts. Answers and judgements go with their attempt."""
    session.execute(delete(Attempt).where(Attempt.person_id == person_id))


GRADING = PersonalData(
    name="grading",
    tables=frozenset({Attempt.__tablename__}),
    retention="Works, points and comments are kept while the person takes part; erased with the person, files within two hours.",
    export=_export,
    erase=_erase,
    files=_files,
)
