"""Releasing: the participant sees points and feedback, and the ledger learns the score."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms import ledger
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.errors import N_, Conflict, NotFound
from lms.files.leftovers import let_go
from lms.grading.intake import lock_enrolment
from lms.grading.models import Attempt, CellGrade, Release
from lms.grading.results import CellResult
from lms.grading.states import AttemptState, CellPoints, best, total
from lms.grading.steps import step_of
from lms.notices.service import notify
from lms.people.actor import Actor
from lms.people.groups import group_ids_of

SCORED = "activity.scored"


def points_of(attempt: Attempt) -> tuple[Decimal, Decimal, bool]:
    """(score, maximum, whether something still waits for a person) of an attempt with its cells loaded."""
    return total(CellPoints(given(cell), cell.max_score) for cell in attempt.cells)


def given(cell: CellGrade) -> Decimal | None:
    """A person's points win over the automatic ones."""
    if cell.manual_score is not None:
        return cell.manual_score
    return None if cell.needs_person else cell.auto_score or Decimal(0)


def results_of(attempt: Attempt) -> tuple[CellResult, ...]:
    """The cells of the latest result, as they are released and shown."""
    return tuple(
        CellResult(
            name=cell.name,
            title=cell.title,
            score=given(cell),
            max_score=cell.max_score,
            is_manual=cell.needs_person,
            message=cell.message,
            comment=cell.comment,
            judged_by=cell.judged_by,
        )
        for cell in attempt.cells
    )


def get_attempt(session: Session, attempt_id: UUID, *, for_update: bool = False) -> Attempt:
    """With its cells and its release. Raises NotFound. `for_update` lets nobody else change it meanwhile."""
    query = select(Attempt).where(Attempt.id == attempt_id)
    query = query.options(selectinload(Attempt.cells), joinedload(Attempt.release))
    if for_update:
        query = query.with_for_update(of=Attempt).execution_options(populate_existing=True)
    attempt = session.scalar(query)
    if attempt is None:
        raise NotFound
    return attempt


def must_over(session: Session, by: Actor, permission: str, attempt: Attempt) -> None:
    """Raises Forbidden unless the permission covers the attempt's run or a group of its participant."""
    by.must(permission, attempt.run_id, *group_ids_of(session, attempt.person_id))


def release(session: Session, attempt_id: UUID, *, by: Actor, at: datetime) -> Attempt:
    """Show points and comments to the participant; releasing twice changes nothing.

    Raises NotFound, Forbidden, Conflict (not graded yet, or an answer still waits for a person).
    """
    attempt = get_attempt(session, attempt_id, for_update=True)
    must_over(session, by, "grading.release", attempt)
    if attempt.state == AttemptState.RELEASED:
        return attempt
    if attempt.state != AttemptState.NEEDS_PERSON:
        raise Conflict(N_("This work is not graded yet, so there is nothing to release."))
    if points_of(attempt)[2]:
        raise Conflict(N_("Some answers still wait for points. Judge them first, then release."))
    publish(session, attempt, at=at, by_id=by.person_id)
    return attempt


def publish(session: Session, attempt: Attempt, *, at: datetime, by_id: UUID | None) -> None:
    """Show the latest result and, when the best score of the participant changed, append `activity.scored`.

    The attempt has its cells and its release loaded.
    """
    lock_enrolment(session, attempt.run_id, attempt.person_id)  # two releases of one person come one after the other
    attempt.state = AttemptState.RELEASED
    edition = _copy(session, attempt, at=at, by_id=by_id).edition
    session.flush()
    run = session.get_one(CourseRun, attempt.run_id)
    _append_best(session, run, attempt, at=at, by_id=by_id)
    notify(
        session,
        attempt.person_id,
        "grading.released",
        key=f"grading.released:{attempt.id.hex}:{edition}",
        url=f"/work/{attempt.id}/feedback",
        params={"step": attempt.step_id, "course": run.slug},
        at=at,
    )


def _copy(session: Session, attempt: Attempt, *, at: datetime, by_id: UUID | None) -> Release:
    release = attempt.release
    if release is None:
        release = Release(attempt=attempt, edition=0)
        session.add(release)
    release.edition += 1
    release.snapshot_id, release.notebook = attempt.snapshot_id, attempt.notebook
    release.score, release.max_score, _waits = points_of(attempt)
    release.cells = results_of(attempt)
    left, release.feedback_sha256 = release.feedback_sha256, attempt.feedback_sha256
    release.released_at, release.released_by = at, by_id
    let_go(session, [left], at=at)
    return release


def _append_best(session: Session, run: CourseRun, attempt: Attempt, *, at: datetime, by_id: UUID | None) -> None:
    score, maximum = _best(session, attempt, step_of(session, attempt))
    subject = f"activity:{run.slug}/{attempt.step_id}"
    before = [
        fact
        for fact in ledger.list_facts(session, attempt.person_id, course_run_id=run.id, kinds=[SCORED])
        if fact.subject == subject
    ]
    latest = max((fact.value for fact in before), key=lambda value: int(value["generation"]), default=None)
    if latest is not None and (latest["score"], latest["max"]) == (str(score), str(maximum)):
        return
    generation = int(latest["generation"]) + 1 if latest else 1
    ledger.append(
        session,
        ledger.NewFact(
            key=f"{SCORED}:{run.id.hex}:{attempt.step_id}:{attempt.person_id.hex}:{generation}",
            kind=SCORED,
            person_id=attempt.person_id,
            subject=subject,
            course_run_id=run.id,
            value={
                "score": str(score),
                "max": str(maximum),
                "generation": generation,
                "step": attempt.step_id,
                "attempt": str(attempt.id),
                "submitted_at": attempt.submitted_at.isoformat(),
            },
            at=at,
            source="grading",
            actor_id=by_id,
        ),
    )


def _best(session: Session, attempt: Attempt, step: Step) -> tuple[Decimal, Decimal]:
    released = session.execute(
        select(Release.notebook, Release.score)
        .join(Attempt, Attempt.id == Release.attempt_id)
        .where(
            Attempt.run_id == attempt.run_id,
            Attempt.step_id == attempt.step_id,
            Attempt.person_id == attempt.person_id,
        )
    )
    return best(((notebook or "", score) for notebook, score in released), step.data["notebooks"])
