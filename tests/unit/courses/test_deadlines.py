"""When a step is due for one person: the run's days, counted from when they joined."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.courses.contract import make_contract
from lms.courses.models import CourseRun
from lms.courses.runs import step_due_at
from tests.unit.courses.test_contract import content, step

START = datetime(2026, 9, 1, tzinfo=UTC)
STEP = step("a", due_days=10)


def run(ends_at: datetime | None = None) -> CourseRun:
    return CourseRun(contract=make_contract(content(STEP), "UTC"), starts_at=START, ends_at=ends_at)


@pytest.mark.parametrize("joined_at", [None, START - timedelta(days=20), START])
def test_due_at_of_who_was_there_at_the_start_is_that_of_the_run(joined_at: datetime | None) -> None:
    assert step_due_at(run(), STEP, joined_at=joined_at) == datetime(2026, 9, 11, 23, 59, tzinfo=UTC)


def test_due_at_of_who_joined_later_is_as_many_days_after_that() -> None:
    joined_at = datetime(2026, 10, 20, 8, 30, tzinfo=UTC)

    assert step_due_at(run(), STEP, joined_at=joined_at) == datetime(2026, 10, 30, 23, 59, tzinfo=UTC)


def test_due_at_of_who_joined_later_is_not_past_the_end_of_the_run() -> None:
    ends_at = datetime(2026, 10, 25, 23, 59, tzinfo=UTC)

    assert step_due_at(run(ends_at), STEP, joined_at=datetime(2026, 10, 20, tzinfo=UTC)) == ends_at


def test_due_at_of_who_joined_later_is_not_sooner_than_that_of_the_run() -> None:
    """A run may promise a day that lies past its end; nobody gets less than that for having come later."""
    ends_at = datetime(2026, 9, 5, 23, 59, tzinfo=UTC)

    due_at = step_due_at(run(ends_at), STEP, joined_at=datetime(2026, 9, 3, tzinfo=UTC))

    assert due_at == datetime(2026, 9, 11, 23, 59, tzinfo=UTC)


def test_step_without_due_days_is_due_at_no_time_whenever_one_joined() -> None:
    free = step("b")

    assert step_due_at(run(), free, joined_at=START + timedelta(days=3)) is None
