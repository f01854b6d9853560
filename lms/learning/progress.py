"""A course as one person sees it now: every step with its state, and which one is next."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lms import registries
from lms.courses.content import CourseContent
from lms.courses.kinds import ActivityKinds, State, Step, StepState
from lms.courses.models import CourseRun
from lms.courses.runs import step_due_at

TO_DO = frozenset({State.TODO, State.IN_PROGRESS, State.FAILED, State.LATE})


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step on somebody's way. `url` is None when its kind is not installed any more."""

    step: Step
    state: StepState
    url: str | None
    label: str
    icon: str
    due_at: datetime | None

    @property
    def is_to_do(self) -> bool:
        """Whether the person can do something about it now."""
        return self.state.state in TO_DO and self.url is not None


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """Every step of a run in its order."""

    run: CourseRun
    content: CourseContent
    steps: tuple[PlacedStep, ...]

    @property
    def next(self) -> PlacedStep | None:
        """The first step that the person can go on with."""
        return next((step for step in self.steps if step.is_to_do), None)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.state.state is State.DONE for step in self.steps)


def place_steps(
    session: Session, run: CourseRun, content: CourseContent, person_id: UUID | None, *, at: datetime
) -> CourseProgress:
    """The steps with a person's states, in as many queries as the kinds among them need; without a person none."""
    kinds = registries.of(session).get(ActivityKinds)
    states = _states(session, kinds, run.id, content, person_id) if person_id is not None else {}
    placed = []
    for step in content.steps:
        kind = kinds.find(step.kind)
        due_at = step_due_at(run, step)
        placed.append(
            PlacedStep(
                step=step,
                state=_with_deadline(states.get(step.id, StepState(State.TODO)), due_at, at),
                url=kind.url(run.id, step) if kind is not None else None,
                label=kind.label if kind is not None else step.kind,
                icon=kind.icon if kind is not None else "circle-question-mark",
                due_at=due_at,
            )
        )
    return CourseProgress(run, content, tuple(placed))


def step_url(session: Session, run_id: UUID, step: Step) -> str | None:
    """The step's page; None when its kind is not installed any more."""
    kind = registries.of(session).get(ActivityKinds).find(step.kind)
    return kind.url(run_id, step) if kind is not None else None


def _states(
    session: Session, kinds: ActivityKinds, run_id: UUID, content: CourseContent, person_id: UUID
) -> dict[str, StepState]:
    by_kind: defaultdict[str, list[Step]] = defaultdict(list)
    for step in content.steps:
        by_kind[step.kind].append(step)
    found: dict[str, StepState] = {}
    for name, steps in by_kind.items():
        kind = kinds.find(name)
        if kind is not None:
            found |= kind.states(session, person_id, run_id, steps)
    return found


def _with_deadline(state: StepState, due_at: datetime | None, at: datetime) -> StepState:
    """What is not begun or not finished after its deadline is late."""
    is_over = due_at is not None and at > due_at
    if is_over and state.state in (State.TODO, State.IN_PROGRESS):
        return StepState(State.LATE, state.score, state.max_score)
    return state
