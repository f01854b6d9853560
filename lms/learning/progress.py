"""A course as one person sees it now: every step with its state, and which one is next."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms import registries
from lms.completion.needs import NOTHING, Needs
from lms.completion.shortfalls import Shortfall, find_shortfall
from lms.courses.content import CourseContent
from lms.courses.kinds import ActivityKinds, KindOfMany, State, Step, StepState
from lms.courses.models import CourseRun
from lms.courses.runs import step_due_at

TO_DO = frozenset({State.TODO, State.IN_PROGRESS, State.FAILED, State.LATE})
WAITING = frozenset({State.SUBMITTED, State.GRADING, State.NEEDS_PERSON})


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step on somebody's way. `url` is None when its kind is not installed any more."""

    step: Step
    state: StepState
    url: str | None
    label: str
    icon: str
    due_at: datetime | None
    shortfall: Shortfall | None = None
    """Where it was done and is not enough for the course: too few points, or too late."""
    is_needed: bool = False
    """Whether doing it (or doing it better) brings the course nearer to completed."""

    @property
    def is_to_do(self) -> bool:
        """Whether the person can do something about it now."""
        can_help = self.is_needed or self.shortfall is None
        return self.state.state in TO_DO and self.url is not None and self.state.tries_left != 0 and can_help


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """Every step of a run in its order."""

    run: CourseRun
    content: CourseContent
    steps: tuple[PlacedStep, ...]

    @property
    def to_do(self) -> tuple[PlacedStep, ...]:
        """What the person can go on with, in the course's order.

        As long as the rule leaves something to do this is it, with what the rule does not name on the way there; else
        whatever is left.
        """
        can_do = [step for step in self.steps if step.is_to_do]
        last = max((place for place, step in enumerate(can_do) if step.is_needed), default=None)
        if last is None:
            return tuple(can_do)
        required = set(self.run.contract["required"])
        return tuple(step for step in can_do[: last + 1] if step.is_needed or step.step.id not in required)

    @property
    def next(self) -> PlacedStep | None:
        """The first step that the person can go on with."""
        return next(iter(self.to_do), None)

    @property
    def waiting(self) -> tuple[PlacedStep, ...]:
        """What is with the machine or with a tutor."""
        return tuple(step for step in self.steps if step.state.state in WAITING)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.state.state is State.DONE for step in self.steps)


def place_steps(
    session: Session,
    run: CourseRun,
    content: CourseContent,
    person_id: UUID | None,
    *,
    at: datetime,
    needs: Needs = NOTHING,
    joined_at: datetime | None = None,
) -> CourseProgress:
    """The steps with a person's states, in as many queries as the kinds among them need; without a person none.

    `needs` is what the course's rule leaves them to do: a step that was done and falls short of it is not done.
    `joined_at`: since when they take part, which moves their deadlines.
    """
    states = states_of_many(session, run, content, [person_id])[person_id] if person_id is not None else {}
    return place(session, run, content, states, at=at, needs=needs, joined_at=joined_at)


def place(
    session: Session,
    run: CourseRun,
    content: CourseContent,
    states: Mapping[str, StepState],
    *,
    at: datetime,
    needs: Needs,
    joined_at: datetime | None,
) -> CourseProgress:
    """The same with states that are known already; no query."""
    kinds = registries.of(session).get(ActivityKinds)
    placed = []
    for step in content.steps:
        kind = kinds.find(step.kind)
        due_at = step_due_at(run, step, joined_at=joined_at)
        state = states.get(step.id, StepState(State.TODO))
        is_done = state.state is State.DONE
        shortfall = find_shortfall(needs, step.id, tries_left=state.tries_left) if is_done else None
        placed.append(
            PlacedStep(
                step=step,
                state=replace(state, state=State.FAILED)
                if shortfall is not None
                else _with_deadline(state, due_at, at),
                url=kind.url(run.id, step) if kind is not None else None,
                label=kind.label if kind is not None else step.kind,
                icon=kind.icon if kind is not None else "circle-question-mark",
                due_at=due_at,
                shortfall=shortfall,
                is_needed=step.id in needs.open,
            )
        )
    return CourseProgress(run, content, tuple(placed))


def step_url(session: Session, run_id: UUID, step: Step) -> str | None:
    """The step's page; None when its kind is not installed any more."""
    kind = registries.of(session).get(ActivityKinds).find(step.kind)
    return kind.url(run_id, step) if kind is not None else None


def states_of_many(
    session: Session, run: CourseRun, content: CourseContent, person_ids: Collection[UUID]
) -> dict[UUID, dict[str, StepState]]:
    """Where each of these persons stands with each step, by person and step id."""
    kinds = registries.of(session).get(ActivityKinds)
    by_kind: defaultdict[str, list[Step]] = defaultdict(list)
    for step in content.steps:
        by_kind[step.kind].append(step)
    found: dict[UUID, dict[str, StepState]] = {person_id: {} for person_id in person_ids}
    for name, steps in by_kind.items():
        kind = kinds.find(name)
        if isinstance(kind, KindOfMany):
            for person_id, states in kind.states_of_many(session, person_ids, run.id, steps).items():
                found[person_id] |= states
        elif kind is not None:
            for person_id in person_ids:
                found[person_id] |= kind.states(session, person_id, run.id, steps)
    return found


def _with_deadline(state: StepState, due_at: datetime | None, at: datetime) -> StepState:
    """What is not begun or not finished after its deadline is late."""
    is_over = due_at is not None and at > due_at
    if is_over and state.state in (State.TODO, State.IN_PROGRESS):
        return replace(state, state=State.LATE)
    return state
