"""The tutor's desk: open an answer so that no other tutor has it too, judge it, release the work."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from lms.database import new_id
from lms.errors import N_, Conflict, Invalid, NotFound
from lms.grading.models import CellGrade, Judgement
from lms.grading.release import must_over
from lms.grading.states import AttemptState
from lms.people.actor import Actor

CLAIM = timedelta(minutes=10)
COMMENT_LENGTH = 5000
PHRASES = 6


def get_answer(session: Session, cell_id: UUID, *, by: Actor, for_update: bool = False) -> CellGrade:
    """An answer with its work. Raises NotFound, Forbidden."""
    query = (
        select(CellGrade)
        .join(CellGrade.attempt)
        .where(CellGrade.id == cell_id, CellGrade.needs_person)
        .options(contains_eager(CellGrade.attempt))
    )
    cell = session.scalar(query.with_for_update(of=CellGrade) if for_update else query)
    if cell is None:
        raise NotFound
    must_over(session, by, "grading.judge", cell.attempt)
    return cell


def claim(session: Session, cell_id: UUID, *, by: Actor, at: datetime) -> None:
    """Tell other tutors that this answer is open here; lasts `CLAIM`, and never locks anybody out."""
    cell = get_answer(session, cell_id, by=by, for_update=True)
    if cell.claimed_by in (None, by.person_id) or cell.claimed_until is None or cell.claimed_until < at:
        cell.claimed_by, cell.claimed_until = by.person_id, at + CLAIM


def judge(
    session: Session, cell_id: UUID, *, score: Decimal, comment: str, seen: datetime | None, by: Actor, at: datetime
) -> CellGrade:
    """Give points and a comment. Nothing reaches the participant before the work is released.

    `seen` is the answer's `judged_at` as the tutor's page showed it. Raises NotFound, Forbidden, Invalid (points out
    of range), Conflict (released already, or another tutor judged it meanwhile).
    """
    cell = get_answer(session, cell_id, by=by, for_update=True)
    if cell.attempt.state != AttemptState.NEEDS_PERSON:
        raise Conflict(N_("This work is released already; its points can't be changed here."))
    if cell.judged_at != seen and cell.judged_by != by.person_id:
        raise Conflict(N_("Another tutor has given points to this answer meanwhile. Reload the page to see them."))
    if not score.is_finite() or not 0 <= score <= cell.max_score:
        raise Invalid(N_("Give between 0 and %(most)s points."), most=cell.max_score)
    cell.manual_score = score
    cell.comment = comment.strip()[:COMMENT_LENGTH] or None
    cell.judged_by, cell.judged_at = by.person_id, at
    cell.claimed_by = cell.claimed_until = None
    session.add(
        Judgement(id=new_id(), attempt_id=cell.attempt_id, cell=cell.name, score=score, by_id=by.person_id, at=at)
    )
    session.flush()
    return cell


def earlier_comments(session: Session, cell: CellGrade, *, by: Actor) -> list[str]:
    """What this tutor wrote to other answers of the same question lately, newest first."""
    rows = session.execute(
        select(CellGrade.comment, CellGrade.judged_at)
        .where(CellGrade.judged_by == by.person_id, CellGrade.name == cell.name, CellGrade.comment.is_not(None))
        .order_by(CellGrade.judged_at.desc())
        .limit(50)
    )
    return list(dict.fromkeys(comment for comment, _ in rows if comment))[:PHRASES]
