"""The activity kind `assignment`: a folder of notebooks in nbgrader's layout."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.courses.kinds import Problem, State, Step, StepState, unknown_fields
from lms.errors import N_
from lms.grading import engine
from lms.grading.models import Attempt
from lms.grading.states import AttemptState, best

STATE_OF = {
    AttemptState.QUEUED: State.GRADING,
    AttemptState.NEEDS_PERSON: State.NEEDS_PERSON,
    AttemptState.REFUSED: State.FAILED,
    AttemptState.FAILED: State.GRADING,
    AttemptState.RELEASED: State.DONE,
}


class AssignmentKind:
    """A step that is the folder of its id in `source/`."""

    name = "assignment"
    label = N_("Notebook")
    icon = "notebook"
    is_scored = True

    def parse(self, table: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[str], list[Problem]]:
        """A field of its own: `attempts` (a whole number from 1; absent: no limit)."""
        problems = unknown_fields(table, {"attempts"})
        step_id = str(table["id"])
        attempts = table.get("attempts")
        if attempts is not None and (not isinstance(attempts, int) or isinstance(attempts, bool) or attempts < 1):
            problems.append(Problem("", "attempts", "attempts is a whole number from 1, or absent for no limit"))
        try:
            info = engine.inspect(folder, step_id)
        except (engine.WrongCall, engine.BrokenAssignment) as error:
            return {}, [], [*problems, Problem("", "id", str(error))]
        notebooks = {
            notebook.name: str(sum((cell.max_score for cell in notebook.grade_cells), Decimal(0)))
            for notebook in info.notebooks
        }
        return {"attempts": attempts, "notebooks": notebooks}, _files(folder, info.folder), problems

    def url(self, run_id: UUID, step: Step) -> str:
        """The assignment's page."""
        return f"/courses/{step.course}/assignments/{step.id}"

    def states(self, session: Session, person_id: UUID, run_id: UUID, steps: Sequence[Step]) -> dict[str, StepState]:
        """One query: attempts with what was released of them."""
        return self.states_of_many(session, [person_id], run_id, steps)[person_id]

    def states_of_many(
        self, session: Session, person_ids: Collection[UUID], run_id: UUID, steps: Sequence[Step]
    ) -> dict[UUID, dict[str, StepState]]:
        """One query, however many persons."""
        attempts = session.scalars(
            select(Attempt)
            .where(Attempt.run_id == run_id, Attempt.person_id.in_(list(person_ids)))
            .order_by(Attempt.number)
            .options(joinedload(Attempt.release))
        )
        found: defaultdict[tuple[UUID, str], list[Attempt]] = defaultdict(list)
        for attempt in attempts:
            found[attempt.person_id, attempt.step_id].append(attempt)
        return {
            person_id: {step.id: _with_tries(step, found[person_id, step.id]) for step in steps}
            for person_id in person_ids
        }


def _with_tries(step: Step, attempts: Sequence[Attempt]) -> StepState:
    state, allowed = state_of(attempts, step.data["notebooks"]), step.data.get("attempts")
    return state if allowed is None else replace(state, tries_left=max(0, int(allowed) - len(attempts)))


def seen_state(attempt: Attempt) -> State:
    """Where an attempt stands for its participant: what was released stays so while it is graded again."""
    return State.DONE if attempt.release is not None else STATE_OF[AttemptState(attempt.state)]


def state_of(attempts: Sequence[Attempt], notebooks: Mapping[str, str]) -> StepState:
    """What a participant's attempts, oldest first, come to: the newest tells the state, the best ones score."""
    if not attempts:
        return StepState(State.TODO)
    state = seen_state(attempts[-1])
    released = [attempt.release for attempt in attempts if attempt.release is not None]
    if not released:
        return StepState(state)
    score, maximum = best(((row.notebook or "", row.score) for row in released), notebooks)
    return StepState(State.DONE if state is State.FAILED else state, score, maximum)


def _files(folder: Path, source: Path) -> list[str]:
    return (
        sorted(str(path.relative_to(folder)) for path in source.rglob("*") if path.is_file()) if source.is_dir() else []
    )
