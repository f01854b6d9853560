"""When a run is on, and which of a course's runs comes first where just one is wanted.

Days become moments where the programme is: a run starts at the beginning of its first day and is over after 23:59 of its
last one, like every deadline.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case

from lms.courses.models import CourseRun

LAST_MINUTE = time(23, 59)


class Phase(StrEnum):
    """AHEAD: it may be chosen and read, and nobody is in it by rule yet. OVER: it is read only."""

    ON = "on"
    AHEAD = "ahead"
    OVER = "over"


_RANK = {Phase.ON: 0, Phase.AHEAD: 1, Phase.OVER: 2}


def is_over(run: CourseRun, at: datetime) -> bool:
    """Whether nothing can be handed in and nobody can join any more."""
    return run.ends_at is not None and at > run.ends_at


def phase(run: CourseRun, at: datetime) -> Phase:
    """Where in its period a run is."""
    if is_over(run, at):
        return Phase.OVER
    return Phase.AHEAD if run.starts_at > at else Phase.ON


def by_preference(runs: Iterable[CourseRun], at: datetime) -> list[CourseRun]:
    """Runs of one course, the one that is meant first.

    One that is on comes before one that is to come, that before one that is over; of several the newest, of those to
    come the next.
    """

    def key(run: CourseRun) -> tuple[int, float]:
        found, start = phase(run, at), run.starts_at.timestamp()
        return _RANK[found], start if found is Phase.AHEAD else -start

    return sorted(sorted(runs, key=lambda run: run.code, reverse=True), key=key)


def preference(at: datetime) -> tuple[ColumnElement[Any], ...]:
    """The same order for a query."""
    is_ahead = CourseRun.starts_at > at
    rank = case((CourseRun.ends_at < at, _RANK[Phase.OVER]), (is_ahead, _RANK[Phase.AHEAD]), else_=_RANK[Phase.ON])
    nearest = case((is_ahead & (rank == _RANK[Phase.AHEAD]), CourseRun.starts_at))
    return rank, nearest, CourseRun.starts_at.desc(), CourseRun.code.desc()


def first_moment(day: date, zone: str) -> datetime:
    """When a run of this first day starts; a moment is taken as it is."""
    return day if isinstance(day, datetime) else datetime.combine(day, time(), ZoneInfo(zone))


def last_moment(day: date, zone: str) -> datetime:
    """Until when a run of this last day goes; a moment is taken as it is."""
    return day if isinstance(day, datetime) else datetime.combine(day, LAST_MINUTE, ZoneInfo(zone))
