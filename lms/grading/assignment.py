"""What the assignment's page shows: what to do, where each attempt stands, what can be done now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms import registries
from lms.completion.needs import needs_of
from lms.completion.service import standing
from lms.completion.shortfalls import Shortfall, find_shortfall
from lms.courses import runs
from lms.courses.content import CourseContent
from lms.courses.enrolment import list_joined_at
from lms.courses.kinds import ActivityKinds, State, Step
from lms.courses.models import CourseRun
from lms.courses.periods import is_over
from lms.courses.resolving import find_run_for
from lms.courses.run_links import stay_in_run
from lms.courses.staff import is_staff
from lms.errors import N_, Forbidden, NotFound
from lms.grading.intake import queue_before
from lms.grading.kind import seen_state, state_of
from lms.grading.models import Attempt
from lms.grading.states import AttemptState
from lms.grading.texts import points_text, step_total
from lms.jobs import is_worker_alive
from lms.people.actor import Actor
from lms.settings import Settings
from lms.web.locale import pick

SHOWN = 50
WORKER_SILENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Place:
    """An assignment in a run of a course, to somebody who may see it."""

    run: CourseRun
    content: CourseContent
    step: Step
    joined_at: datetime | None
    """Since when they take part; None: they do not."""

    @property
    def is_enrolled(self) -> bool:
        """Whether they take part."""
        return self.joined_at is not None


def get_place(session: Session, slug: str, step_id: str, *, by: Actor, at: datetime, code: str = "") -> Place:
    """In the run that is theirs, or in that of `code`. Raises NotFound, Forbidden (neither in the course nor its staff)."""
    run = find_run_for(session, slug, by=by, at=at, code=code)
    if run is None:
        raise NotFound
    content = runs.content_of(session, run)
    step = content.get_step(step_id, kind="assignment")
    joined_at = list_joined_at(session, by.person_id, [run.id]).get(run.id)
    if joined_at is None and not is_staff(session, run, by):
        raise Forbidden(N_("You are not in this course. Join it first."))
    return Place(run, content, step, joined_at)


def list_attempts(session: Session, run_id: UUID, step_id: str, person_id: UUID) -> list[Attempt]:
    """A participant's attempts at one assignment with what was released of them, oldest first."""
    query = (
        select(Attempt)
        .where(Attempt.run_id == run_id, Attempt.step_id == step_id, Attempt.person_id == person_id)
        .order_by(Attempt.number)
        .options(joinedload(Attempt.release))
    )
    return list(session.scalars(query))


def page_context(session: Session, place: Place, *, by: Actor, at: datetime, settings: Settings) -> dict[str, Any]:
    """The context of the page's template, documented there."""
    attempts = list_attempts(session, place.run.id, place.step.id, by.person_id)
    state = state_of(attempts, place.step.data["notebooks"])
    due_at = runs.step_due_at(place.run, place.step, joined_at=place.joined_at)
    over = is_over(place.run, at)
    allowed = place.step.data.get("attempts")
    left = None if allowed is None else max(0, int(allowed) - len(attempts))
    shortfall = None
    if state.state is State.DONE and place.is_enrolled:
        shortfall = _shortfall(session, place, person_id=by.person_id, at=at, tries_left=left)
    steps = list(place.content.steps)
    position = steps.index(place.step)
    silence = max(settings.worker_lost_seconds, WORKER_SILENCE_SECONDS)
    return {
        "course": {"title": pick(place.content.title), "url": url_for("learning.course", slug=place.run.slug)},
        "previous": _link(session, place.run, steps[position - 1]) if position else None,
        "next": _link(session, place.run, steps[position + 1]) if position + 1 < len(steps) else None,
        "assignment": {
            "title": pick(place.step.title),
            "intro": None,
            "due_at": due_at,
            "is_late": due_at is not None and at > due_at and state.state in (State.TODO, State.FAILED),
            "shortfall": shortfall.advice if shortfall is not None else None,
            "is_open": place.is_enrolled and not over and left != 0,
            "closed_reason": _closed_reason(place, over=over),
            "attempts_left": left,
            "max_score": points_text(step_total(place.step)),
            "position": position + 1,
            "total": len(steps),
            "minutes": place.step.minutes,
        },
        "best": (points_text(state.score), points_text(state.max_score)) if state.score is not None else None,
        "state": state.state if shortfall is None else State.FAILED,
        "state_label": shortfall.label if shortfall is not None else None,
        "handouts": [
            (f"{name}.ipynb", url_for("grading.handout", slug=place.run.slug, step_id=place.step.id, name=name))
            for name in sorted(place.step.data["notebooks"])
        ],
        "upload_url": url_for("grading.submit", slug=place.run.slug, step_id=place.step.id),
        "upload_limit_mb": settings.upload_limit // 2**20,
        "page_url": f"{settings.tool_public_url}{url_for('grading.assignment', slug=place.run.slug, step_id=place.step.id)}",
        "attempts": [_attempt(session, attempt) for attempt in reversed(attempts[-SHOWN:])],
        "worker_alive": is_worker_alive(session, at, within_seconds=silence),
    }


def _shortfall(
    session: Session, place: Place, *, person_id: UUID, at: datetime, tries_left: int | None
) -> Shortfall | None:
    """What the course's rule still wants of work that was released; None where it is enough."""
    needs = needs_of(standing(session, person_id, place.run, now=at).verdict.reason)
    return find_shortfall(needs, place.step.id, tries_left=tries_left)


def _closed_reason(place: Place, *, over: bool) -> str:
    if not place.is_enrolled:
        text = N_("You see this page as a member of the staff; only participants of the course hand work in.")
    elif over:
        text = N_("This course is over; nothing can be handed in any more.")
    else:
        text = N_("All attempts are used. Ask your tutor.")
    return str(_(text))


def _link(session: Session, run: CourseRun, step: Step) -> tuple[str, str]:
    kind = registries.of(session).get(ActivityKinds).get(step.kind)
    return pick(step.title), stay_in_run(kind.url(run.id, step))


def _attempt(session: Session, attempt: Attempt) -> dict[str, Any]:
    """An attempt in words. Only one that waits costs a query."""
    waits = attempt.state in (AttemptState.QUEUED, AttemptState.FAILED)
    release, state = attempt.release, seen_state(attempt)
    refused = attempt.state == AttemptState.REFUSED and attempt.message
    return {
        "number": attempt.number,
        "submitted_at": attempt.submitted_at,
        "via": "hub" if attempt.source == "lab" else attempt.source,
        "state": State.SUBMITTED if waits and attempt.started_at is None else state,
        "is_late": attempt.is_late,
        "ahead": queue_before(session, attempt) if waits and attempt.started_at is None else None,
        "score": points_text(release.score) if release is not None else None,
        "max_score": points_text(release.max_score) if release is not None else None,
        "feedback_url": url_for("grading.feedback", attempt_id=attempt.id) if release is not None else None,
        "reason": _(attempt.message) if refused and attempt.message else None,
    }
