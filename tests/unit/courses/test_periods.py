"""When a run is on, and which of several is meant."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.courses.models import CourseRun
from lms.courses.periods import Phase, by_preference, first_moment, is_over, last_moment, phase

NOW = datetime(2026, 12, 1, tzinfo=UTC)
days = st.integers(-400, 400).map(lambda count: NOW + timedelta(days=count))


def run(code: str, starts: datetime, ends: datetime | None = None) -> CourseRun:
    return CourseRun(slug="maths", code=code, starts_at=starts, ends_at=ends)


def test_run_is_on_from_its_first_moment_to_its_last():
    starts, ends = NOW, NOW + timedelta(days=30)
    given_run = run("2026", starts, ends)

    assert phase(given_run, starts - timedelta(seconds=1)) is Phase.AHEAD
    assert [phase(given_run, at) for at in (starts, ends)] == [Phase.ON, Phase.ON]
    assert phase(given_run, ends + timedelta(seconds=1)) is Phase.OVER
    assert not is_over(run("2026", starts), NOW + timedelta(days=4000))


def test_days_are_whole_days_where_the_programme_is():
    assert first_moment(date(2026, 9, 1), "Asia/Yekaterinburg") == datetime(2026, 8, 31, 19, tzinfo=UTC)
    assert last_moment(date(2027, 5, 31), "Asia/Yekaterinburg") == datetime(2027, 5, 31, 18, 59, tzinfo=UTC)
    assert last_moment(NOW, "Asia/Yekaterinburg") == NOW


def test_preferred_is_what_is_on_then_what_comes_next_then_what_was_last():
    year = timedelta(days=365)
    over_long_ago, over = run("2024", NOW - 3 * year, NOW - 2 * year), run("2025", NOW - 2 * year, NOW - year)
    on, on_newer = run("2026", NOW - timedelta(days=90)), run("2026b", NOW - timedelta(days=9), NOW + year)
    ahead, far_ahead = run("2027", NOW + year), run("2028", NOW + 2 * year)

    found = by_preference([over_long_ago, far_ahead, on, ahead, over, on_newer], NOW)

    assert found == [on_newer, on, ahead, far_ahead, over, over_long_ago]


@given(st.lists(st.tuples(days, st.none() | days), min_size=1, max_size=6), st.randoms())
def test_preferred_does_not_depend_on_the_order_given(periods, chance):
    runs = [run(str(number), *period) for number, period in enumerate(periods)]
    shuffled = chance.sample(runs, len(runs))

    assert by_preference(shuffled, NOW) == by_preference(runs, NOW)
