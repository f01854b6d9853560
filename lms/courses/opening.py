"""Opening a run: a course as it will be given in one more period."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms import registries
from lms.courses.content import RUN_CODE_LENGTH, RUN_CODE_PATTERN, CourseContent, PlannedRun
from lms.courses.contract import make_contract
from lms.courses.enrolment import count_enrolled
from lms.courses.mandatory import count_entitled
from lms.courses.models import CourseRun, Snapshot
from lms.courses.periods import first_moment, last_moment
from lms.courses.runs import find_run, list_runs_of, step_due_at
from lms.database import new_id
from lms.errors import N_, Conflict, Invalid
from lms.settings import Settings


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step of a run that is planned, and when it is due there."""

    step_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another run of the course, and how many take part in it."""

    run: CourseRun
    participants: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A run that is not there yet. `entitled` have it by rule from its start on; None: it is chosen."""

    run: CourseRun
    deadlines: tuple[Deadline, ...]
    entitled: int | None
    earlier: tuple[Earlier, ...]


def plan_run(table: PlannedRun | None, code: str | None, starts: date | None, ends: date | None) -> PlannedRun:
    """What a command asks for, completed by [run] of course.toml.

    Raises Invalid without a code, Conflict when the file says otherwise: the next sync would follow the file.
    """
    if table is None:
        if code is None:
            raise Invalid(N_("Give the run a code, for example --code 2027."))
        return PlannedRun(code, starts, ends)
    asked = PlannedRun(code or table.code, starts or table.starts, ends or table.ends)
    if asked != table:
        raise Conflict(N_("course.toml says otherwise in [run]. Change it there; syncs follow the file."))
    return table


def preview_run(session: Session, content: CourseContent, planned: PlannedRun, *, at: datetime) -> Preview:
    """What opening the run would make. Raises Conflict, Invalid as `open_run` does; nothing is written."""
    run = _make(session, content, planned, at=at)
    others = list_runs_of(session, content.slug)
    counts = count_enrolled(session, [other.id for other in others])
    due = [(step.id, step_due_at(run, step)) for step in content.steps]
    return Preview(
        run=run,
        deadlines=tuple(Deadline(step_id, due_at) for step_id, due_at in due if due_at is not None),
        entitled=count_entitled(session, run) if run.kind == "mandatory" else None,
        earlier=tuple(Earlier(other, counts.get(other.id, 0)) for other in others),
    )


def open_run(
    session: Session, content: CourseContent, kept: Snapshot, planned: PlannedRun, *, at: datetime
) -> CourseRun:
    """The new run; without a first day it starts today. Who is let in is the caller's next question.

    Raises Conflict for a code that the course has already, Invalid for a bad code or days in the wrong order.
    """
    run = _make(session, content, planned, at=at)
    run.snapshot_id = kept.id
    session.add(run)
    session.flush()
    return run


def _make(session: Session, content: CourseContent, planned: PlannedRun, *, at: datetime) -> CourseRun:
    """The run as a value, in no session yet."""
    if not re.fullmatch(RUN_CODE_PATTERN, planned.code) or len(planned.code) > RUN_CODE_LENGTH:
        raise Invalid(
            N_(
                "%(code)s is no code of a run. Use up to 40 Latin letters and digits, "
                "with single dots, hyphens or underscores between them: 2027"
            ),
            code=repr(planned.code),
        )
    if find_run(session, content.slug, planned.code) is not None:
        raise Conflict(
            N_("%(slug)s has a run %(code)s already. Choose another code."), slug=content.slug, code=planned.code
        )
    zone = registries.of(session).get_existing(Settings).timezone
    today = at.astimezone(ZoneInfo(zone)).date()
    starts_at = first_moment(planned.starts or today, zone)
    ends_at = last_moment(planned.ends, zone) if planned.ends is not None else None
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid(N_("A run ends after it has started: give a later last day."))
    return CourseRun(
        id=new_id(),
        slug=content.slug,
        code=planned.code,
        kind=content.kind,
        contract=make_contract(content, zone),
        contract_version=1,
        cohorts=list(content.cohorts),
        seats=content.seats,
        seats_taken=0,
        starts_at=starts_at,
        ends_at=ends_at,
    )
