"""Writing the result of a grading down: once, and so that nothing which a person gave is lost."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.database import new_id
from lms.files.leftovers import let_go
from lms.grading.engine.results import CellScore, GradeResult, Status
from lms.grading.models import Attempt, CellGrade, Release
from lms.grading.release import publish
from lms.grading.states import AttemptState
from lms.grading.titles import headings

STATES = {
    Status.GRADED: AttemptState.RELEASED,
    Status.NEEDS_GRADING: AttemptState.NEEDS_PERSON,
    Status.REFUSED: AttemptState.REFUSED,
    Status.FAILED: AttemptState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Graded:
    """What the engine said of an attempt, with the state of the course that it was graded against."""

    result: GradeResult
    snapshot_id: str
    feedback_sha256: str | None


def find_asked(session: Session, attempt_id: UUID, generation: int) -> Attempt | None:
    """The attempt with its cells and release, kept from others, if this generation is asked for and not written yet."""
    return session.scalar(
        select(Attempt)
        .where(Attempt.id == attempt_id, Attempt.generation == generation, Attempt.asked_at.is_not(None))
        .options(selectinload(Attempt.cells), joinedload(Attempt.release))
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    )


def record(session: Session, attempt: Attempt, graded: Graded, *, at: datetime) -> None:
    """Write the result of the attempt's present generation; a work without anything to judge is released with it."""
    result = graded.result
    attempt.graded_at = at
    attempt.asked_at = at if result.status is Status.FAILED else None  # an administrator may have it done again
    attempt.reason, attempt.message = result.reason, result.message
    attempt.snapshot_id, attempt.notebook = graded.snapshot_id, result.notebook
    attempt.auto_score, attempt.auto_max = result.score, result.max_score
    attempt.manual_max = result.manual_max_score
    attempt.repairs = [{"code": repair.code, "cell": repair.cell} for repair in result.repairs]
    attempt.isolation = result.isolation
    let_go(session, [attempt.feedback_sha256], at=at)
    attempt.feedback_sha256 = graded.feedback_sha256
    attempt.state = STATES[result.status]
    _write_cells(attempt, result)
    session.flush()
    if attempt.state in (AttemptState.RELEASED, AttemptState.NEEDS_PERSON):
        _supersede_earlier(session, attempt, at)
    if attempt.state == AttemptState.RELEASED:
        publish(session, attempt, at=at, by_id=None)


def _write_cells(attempt: Attempt, result: GradeResult) -> None:
    """Put the new automatic points into the cells that are there, so that a person's points and comments stay."""
    titles = headings(result.feedback)
    before = {cell.name: cell for cell in attempt.cells}
    after = []
    for position, score in enumerate(result.cells):
        cell = before.get(score.name) or CellGrade(id=new_id(), name=score.name)
        cell.position, cell.title = position, titles.get(score.name, {})
        _write_cell(cell, score)
        after.append(cell)
    attempt.cells = after


def _write_cell(cell: CellGrade, score: CellScore) -> None:
    cell.kind, cell.outcome, cell.message = score.kind, score.outcome, score.message
    cell.max_score, cell.auto_score = score.max_score, score.score
    if cell.manual_score is not None and cell.manual_score > score.max_score:
        cell.manual_score = None  # the scale has changed, so a person has to look again; their comment stays
    cell.needs_person = score.needs_manual_grade or cell.manual_score is not None


def _supersede_earlier(session: Session, attempt: Attempt, at: datetime) -> None:
    """An earlier attempt that still waits for a tutor leaves the queue: its participant has moved on.

    One that was released before and has changed stays there: its participant sees points that are not right any more.
    """
    session.execute(
        update(Attempt)
        .where(
            Attempt.run_id == attempt.run_id,
            Attempt.step_id == attempt.step_id,
            Attempt.person_id == attempt.person_id,
            Attempt.notebook == attempt.notebook,
            Attempt.number < attempt.number,
            Attempt.state == AttemptState.NEEDS_PERSON,
            Attempt.id.not_in(select(Release.attempt_id)),
        )
        .values(superseded_at=at)
        .execution_options(synchronize_session=False)
    )
