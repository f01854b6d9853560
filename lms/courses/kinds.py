"""Activity kinds: what a step of a course can be. Rooms and plugins register theirs, so courses knows none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from lms.registries import ByName


class State(StrEnum):
    """Where a person stands with a step."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    GRADING = "grading"
    NEEDS_PERSON = "needs_person"
    DONE = "done"
    FAILED = "failed"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a course folder: where, and how to mend it. `line` counts from 1; None where unknown."""

    file: str
    field: str
    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a snapshot. `data` is what its kind's `parse` made of the rest of its table, JSON-able."""

    kind: str
    id: str
    title: Mapping[str, str]
    minutes: int
    weight: Decimal
    due_days: int | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepState:
    """A person's state at a step. `score` and `max_score` are points, None where nothing is scored yet."""

    state: State
    score: Decimal | None = None
    max_score: Decimal | None = None


class ActivityKind(Protocol):
    """A kind of step."""

    @property
    def name(self) -> str:
        """As in course.toml, e.g. `assignment`."""
        ...

    @property
    def icon(self) -> str:
        """A symbol of the sprite."""
        ...

    def parse(self, table: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[str], list[Problem]]:
        """Check the step's own fields: (data for the snapshot, files it needs relative to the folder, problems)."""
        ...

    def url(self, run_id: UUID, step: Step) -> str:
        """The step's page."""
        ...

    def states(self, session: Session, person_id: UUID, run_id: UUID, steps: Sequence[Step]) -> dict[str, StepState]:
        """A person's states at the given steps, all of this kind, in a bounded number of queries."""
        ...


class ActivityKinds(ByName[ActivityKind]):
    """Every kind that some room or plugin brings."""
