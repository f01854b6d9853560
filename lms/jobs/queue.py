"""What a room says about its background work, and how it asks for it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy.orm import Session

from lms import registries
from lms.database import Database
from lms.jobs.engine import Engine
from lms.registries import ByName


class Priority(IntEnum):
    """Smaller runs first."""

    WAITING_PERSON = 1
    NORMAL = 10
    BULK = 100


class Refused(Exception):
    """The work is refused for good: another try would change nothing. The text is the reason shown to an admin."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One try at one job, handed to its handler."""

    id: str
    ids: Mapping[str, str]
    attempt: int
    database: Database
    at: Callable[[], datetime]

    def writing(self) -> AbstractContextManager[Session]:
        """A transaction for the effect. Keep it short: on SQLite nobody else writes meanwhile."""
        return self.database.writing()

    def reading(self) -> AbstractContextManager[Session]:
        """A snapshot to read the task from."""
        return self.database.reading()


@dataclass(frozen=True, slots=True)
class Handler:
    """`run` may be called again for the same ids, so it checks in its own transaction whether the effect is there.

    `retry_seconds` are the pauses before the second, third, … try; after the last the job waits for an admin.
    `heavy` jobs (grading) share few places, so that they never keep the light ones waiting.
    """

    name: str
    run: Callable[[JobRun], None]
    retry_seconds: tuple[float, ...] = (1, 5, 30, 120, 600, 3600)
    heavy: bool = False


class Handlers(ByName[Handler]):
    """Every kind of job that some room or plugin can do."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Run the handler once in each slot of so many seconds, however many workers there are."""

    name: str
    handler: str
    every_seconds: int


class Schedules(ByName[Schedule]):
    """Everything that happens by the clock."""


def enqueue(
    session: Session,
    handler: str,
    ids: Mapping[str, str],
    *,
    key: str,
    priority: Priority = Priority.NORMAL,
    delay_seconds: float | None = None,
) -> None:
    """Enlist a job in the session's transaction: it exists if and only if the transaction commits.

    `handler:key` is used once for ever: asking again with the same key changes nothing, so a repetition that is meant
    (a regrade, "send again") carries a new generation in its key. Raises KeyError for a handler nobody registered.
    """
    known = registries.of(session)
    kind = known.get(Handlers).get(handler)
    known.get_existing(Engine).enqueue(
        session,
        job_id=f"{handler}:{key}",
        queue="heavy" if kind.heavy else "light",
        payload={"handler": handler, "key": key, "ids": dict(ids), "attempt": 1},
        priority=int(priority),
        delay_seconds=delay_seconds,
    )
