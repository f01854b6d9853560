"""Activity kinds: what a step of a course can be. Rooms and plugins register theirs, so courses knows none of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
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


COMMON_FIELDS = frozenset({"kind", "id", "title", "minutes", "weight", "due_days"})
"""What every step of course.toml may have, whatever its kind."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The rest of a sentence about a name nobody knows: what was meant, or else what there is."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There is: {', '.join(names)}." if names else "There is none."


def unknown_fields(table: Mapping[str, Any], own: Iterable[str]) -> list[Problem]:
    """Problems for fields that are neither common nor the kind's own; for an activity kind's `parse`."""
    known = COMMON_FIELDS | set(own)
    return [
        Problem("", name, f"There is no field {name!r}. {did_you_mean(name, known)}")
        for name in table
        if name not in known
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a snapshot. `data` is what its kind's `parse` made of its own fields, JSON-able. `title` by language."""

    kind: str
    id: str
    title: Mapping[str, str]
    minutes: int
    weight: Decimal
    due_days: int | None
    data: Mapping[str, Any]
    course: str
    """The course's slug."""
    is_scored: bool = True
    """Whether its kind gives scores, and so whether the course's score waits for one."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a person confirms of a participant; `title` by language."""

    id: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StepState:
    """A person's state at a step. `score` and `max_score` are points, None where nothing is scored yet.

    `tries_left`: how often the person may still try, None: as often as they like.
    """

    state: State
    score: Decimal | None = None
    max_score: Decimal | None = None
    tries_left: int | None = None


class ActivityKind(Protocol):
    """A kind of step."""

    @property
    def name(self) -> str:
        """As in course.toml, e.g. `assignment`."""
        ...

    @property
    def label(self) -> str:
        """What people call it: a message id, e.g. `Lesson`."""
        ...

    @property
    def icon(self) -> str:
        """A symbol of the sprite."""
        ...

    @property
    def is_scored(self) -> bool:
        """Whether its steps get scores (`activity.scored`). Until one has its score, it counts as nothing reached."""
        ...

    def parse(self, table: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[str], list[Problem]]:
        """Check the fields that this kind adds to `COMMON_FIELDS`; the common ones are right already.

        `table` is the step's whole table, `folder` the course's. Returns the data for the snapshot, the files the step
        needs (relative to the folder, `/` between parts) and the problems: their `field` is the one inside the step
        (`file.ru`), their `file` empty for course.toml, else relative to the folder. Begin with `unknown_fields`.
        """
        ...

    def url(self, run_id: UUID, step: Step) -> str:
        """The step's page as a path of this site. Jobs ask for it too, so there may be no request."""
        ...

    def states(self, session: Session, person_id: UUID, run_id: UUID, steps: Sequence[Step]) -> dict[str, StepState]:
        """A person's states at the given steps, all of this kind, in a bounded number of queries."""
        ...


@runtime_checkable
class KindOfMany(Protocol):
    """What a kind may offer besides: the states of many persons at once. A kind without it is asked for each of them."""

    def states_of_many(
        self, session: Session, person_ids: Collection[UUID], run_id: UUID, steps: Sequence[Step]
    ) -> dict[UUID, dict[str, StepState]]:
        """What `states` tells, by person, in a number of queries that does not grow with the persons."""
        ...


@dataclass(frozen=True, slots=True)
class ContentCheck:
    """Checks the table `name` of course.toml, which an upper room reads. `field` of its problems is inside that table."""

    name: str
    run: Callable[[Mapping[str, Any], Sequence[Step], Sequence[Criterion]], list[Problem]]


class ContentChecks(ByName[ContentCheck]):
    """Who checks which table."""


@dataclass(frozen=True, slots=True)
class ContractListener:
    """Called in the transaction in which the contract of a run changed, with the run's id."""

    name: str
    run: Callable[[Session, UUID], None]


class ContractListeners(ByName[ContractListener]):
    """Who must know that a run's contract changed."""


class ActivityKinds(ByName[ActivityKind]):
    """Every kind that some room or plugin brings."""
