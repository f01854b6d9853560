"""Points of a test cell from its outputs."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.grading.engine.results import Outcome
from lms.grading.engine.scoring import score

MAX = Decimal("2.5")


def result(text: str) -> dict[str, Any]:
    """The value of the last expression."""
    return {"output_type": "execute_result", "data": {"text/plain": text}}


def error(name: str) -> dict[str, Any]:
    """An exception."""
    return {"output_type": "error", "ename": name, "evalue": "", "traceback": []}


STDERR = {"output_type": "stream", "name": "stderr", "text": "RuntimeWarning"}


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([], (MAX, Outcome.PASSED)),
        ([STDERR], (MAX, Outcome.PASSED)),
        ([result("'all fine'")], (MAX, Outcome.PASSED)),
        ([result("2.5")], (MAX, Outcome.PASSED)),
        ([result("1.25")], (Decimal("1.25"), Outcome.PARTIAL)),
        ([result("0")], (Decimal(0), Outcome.FAILED)),
        ([error("AssertionError")], (Decimal(0), Outcome.FAILED)),
        ([result("2.5"), error("AssertionError")], (Decimal(0), Outcome.FAILED)),
        ([error("KeyboardInterrupt"), error("CellTimeoutError")], (Decimal(0), Outcome.TIMED_OUT)),
        ([error("KernelDied")], (Decimal(0), Outcome.DIED)),
        ([result("nan")], (Decimal(0), Outcome.NOT_A_SCORE)),
        ([result("inf")], (Decimal(0), Outcome.NOT_A_SCORE)),
        ([result("-1")], (Decimal(0), Outcome.NOT_A_SCORE)),
        ([result("2.6")], (Decimal(0), Outcome.NOT_A_SCORE)),
        ([result("1e308")], (Decimal(0), Outcome.NOT_A_SCORE)),
        ([result("2.5"), result("0.5")], (Decimal("0.5"), Outcome.PARTIAL)),
    ],
)
def test_score_follows_the_outputs(outputs: list[dict[str, Any]], expected: tuple[Decimal, Outcome]) -> None:
    assert score(outputs, MAX) == expected


@given(
    st.lists(st.floats().map(str).map(result) | st.text().map(result) | st.just(STDERR)), st.decimals(0, 100, places=2)
)
def test_score_stays_between_zero_and_maximum(outputs: list[dict[str, Any]], max_score: Decimal) -> None:
    earned, _ = score(outputs, max_score)

    assert 0 <= earned <= max_score


@given(st.lists(st.text().map(result)), st.lists(st.text().map(result)))
def test_score_error_anywhere_gives_nothing(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    assert score([*before, error("ValueError"), *after], MAX) == (Decimal(0), Outcome.FAILED)
