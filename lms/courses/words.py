"""What the commands about courses print."""

import json
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from lms.courses.contract import Change
from lms.courses.models import CourseRun
from lms.courses.opening import Preview
from lms.courses.periods import Phase, is_over, phase
from lms.courses.sync import Synced

_PHASES = {Phase.ON: "on", Phase.AHEAD: "to come", Phase.OVER: "over"}


def run_line(run: CourseRun, at: datetime) -> str:
    """A run in one line."""
    seats = "" if run.seats is None else f", {run.seats_taken} of {run.seats} seats taken"
    state = _PHASES[phase(run, at)]
    return f"{run.slug} {run.code}: {run.kind}, {state}, {_period(run)}, contract {run.contract_version}{seats}"


def summary(done: Synced) -> str:
    """What a sync did."""
    state = "new run" if done.is_new_run else ("new content" if done.is_new_content else "nothing new")
    lines = [
        f"{done.run.slug} {done.run.code}: {state}, {done.enrolled} enrolled by rule",
        f"  {_period(done.run)}",
    ]
    if done.pending:
        lines.append(f"  The contract stays as it is; see: course contract {done.run.slug} --run {done.run.code}")
        lines += [f"  {change.field}" for change in done.pending]
    return "\n".join(lines)


def preview(found: Preview, at: datetime) -> str:
    """A run that is planned, its deadlines, whom it is for, and what becomes of the others."""
    run = found.run
    lines = [f"{run.slug} {run.code}: {run.kind}, {_PHASES[phase(run, at)]}, {_period(run)}"]
    lines += [f"  due {_moment(due.due_at, run)}: {due.step_id}" for due in found.deadlines]
    if found.entitled is not None:
        whom = f"members of {', '.join(run.cohorts)}" if run.cohorts else "participants who are in no other run of it"
        lines.append(f"  by rule from its first day on: {found.entitled} {whom}")
    elif run.seats is not None:
        lines.append(f"  {run.seats} seats")
    for earlier in found.earlier:
        lines.append(f"  beside it {run_line(earlier.run, at)}, {earlier.participants} participants")
        if not is_over(earlier.run, at) and earlier.run.ends_at is None:
            lines.append(f"    has no end yet: course run end {run.slug} --code {earlier.run.code} --on DAY")
    return "\n".join(lines)


def changes(found: Iterable[Change]) -> str:
    """Each change with what was and what will be."""
    return "\n".join(
        f"{change.field}:\n  - {_value(change.pinned)}\n  + {_value(change.proposed)}" for change in found
    )


def _period(run: CourseRun) -> str:
    return f"from {_moment(run.starts_at, run)} " + (
        f"to {_moment(run.ends_at, run)}" if run.ends_at is not None else "without an end"
    )


def _moment(at: datetime, run: CourseRun) -> str:
    return f"{at.astimezone(ZoneInfo(run.contract['zone'])):%Y-%m-%d %H:%M}"


def _value(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
