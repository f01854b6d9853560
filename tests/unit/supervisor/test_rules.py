"""How long the supervisor waits, and what it shows."""

import pytest

from lms.supervisor.rules import BackOff, Loudness


def delays(*lives: float) -> list[float]:
    back_off, seen = BackOff(), []
    for lived in lives:
        back_off = back_off.after(lived_seconds=lived)
        seen.append(back_off.delay_seconds)
    return seen


def test_back_off_doubles_to_half_a_minute() -> None:
    assert BackOff().delay_seconds == 0
    assert delays(*[0.1] * 8) == [1, 2, 4, 8, 16, 30, 30, 30]


def test_back_off_after_a_sound_life_begins_again() -> None:
    assert delays(1, 1, 1, 59.9, 60, 1) == [1, 2, 4, 8, 1, 2]


@pytest.mark.parametrize(
    "line",
    [
        "WARNING py.warnings something is old",
        "[W 2026-11-23 15:53:42.370 JupyterHub log:192] 404 GET /hub/nothing",
        "[E 2026-11-23 15:53:42.370 JupyterHub app:3493] Failed to start proxy",
        "2026-11-23T15:53:36.026365Z [error    ] job_failed   job=1",
        '{"event": "job_failed", "level": "error"}',
    ],
)
def test_is_loud_of_warnings_and_errors_is_true(line: str) -> None:
    assert Loudness().is_loud(line)


@pytest.mark.parametrize(
    "line",
    [
        "[I 2026-11-23 15:53:42.370 JupyterHub app:3493] Running JupyterHub version 6.1.1",
        "2026-11-23T15:53:36.026365Z [info     ] worker_started   worker=worker-1aff8e9337fc",
        '{"event": "no error here", "level": "info"}',
        "",
    ],
)
def test_is_loud_of_everyday_lines_is_false(line: str) -> None:
    assert not Loudness().is_loud(line)


def test_is_loud_shows_a_traceback_to_its_last_line_and_no_more() -> None:
    lines = [
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in <module>',
        "    1 / 0",
        "ZeroDivisionError: division by zero",
        "served a page",
    ]
    loudness = Loudness()

    assert [loudness.is_loud(line) for line in lines] == [True, True, True, True, False]
