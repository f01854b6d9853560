"""From the executor's raw result to what people see."""

from decimal import Decimal
from typing import Any

from lms.grading.engine.child.outputs import CUT, limited
from lms.grading.engine.feedback import assemble
from lms.grading.engine.limits import Limits
from lms.grading.engine.results import CellKind, CellScore, Outcome, Repair, Status, as_json
from tests.factories import notebooks as nb

NOTEBOOK = nb.notebook(
    [nb.code("print('hi')"), nb.checks("good", 2, "pass"), nb.checks("bad", 3, "pass"), nb.answer("why", 4)]
)
ERROR = {
    "output_type": "error",
    "ename": "AssertionError",
    "evalue": "too small",
    "traceback": ["\x1b[31mAssertionError\x1b[0m: too small"],
}
STREAM = {"output_type": "stream", "name": "stdout", "text": "hi\n"}


def raw(**changes: Any) -> dict[str, Any]:
    """A raw result in which everything is right."""
    return {
        "notebook": "lab",
        "cells": NOTEBOOK["cells"],
        "own": [0],
        "repairs": [["tags_dropped", "good"]],
        "scores": {"good": 2.0, "bad": 3.0, "why": None},
        "outcomes": {"good": "passed", "bad": "passed", "why": "waits"},
        "outputs": [[STREAM], [], [], []],
        "isolation": "sandbox",
    } | changes


def test_assemble_adds_points_and_waits_for_a_person() -> None:
    result = assemble(raw(), 1.0)

    assert (result.status, result.score, result.max_score, result.manual_max_score) == (
        Status.NEEDS_GRADING,
        Decimal(5),
        Decimal(5),
        Decimal(4),
    )
    assert result.cells[-1] == CellScore("why", CellKind.ANSWER, None, Decimal(4), True, Outcome.WAITS)
    assert result.repairs == (Repair("tags_dropped", "good"),)
    assert [cell.own for cell in result.feedback] == [True, False, False, False]


def test_assemble_empty_answer_needs_nobody() -> None:
    outcomes = {"good": "passed", "bad": "passed", "why": "no_answer"}

    result = assemble(raw(outcomes=outcomes), 1.0)

    assert result.status is Status.GRADED
    assert result.cells[-1].score == Decimal(0)


def test_assemble_visible_failure_is_told_in_plain_text() -> None:
    outcomes = {"good": "passed", "bad": "failed", "why": "waits"}
    changes = {"scores": {"good": 2, "bad": 0}, "outcomes": outcomes, "outputs": [[STREAM], [], [ERROR], []]}

    result = assemble(raw(**changes), 1.0)

    assert result.cells[1].message == "AssertionError: too small"
    assert result.visible_output == (
        "hi\n[good] 2 / 2 passed\nAssertionError: too small\n[bad] 0 / 3 failed: AssertionError: too small"
    )


def test_assemble_hidden_failure_says_no_more_than_that() -> None:
    outcomes = {"good": "passed", "bad": "failed", "why": "waits"}

    result = assemble(raw(scores={"good": 2, "bad": 0}, outcomes=outcomes), 1.0)

    assert (result.cells[1].outcome, result.cells[1].message) == (Outcome.HIDDEN_FAILED, "A hidden check failed.")


def test_assemble_score_beyond_the_maximum_is_cut() -> None:
    result = assemble(raw(scores={"good": 1000.0, "bad": -5.0}), 1.0)

    assert [cell.score for cell in result.cells[:2]] == [Decimal(2), Decimal(0)]


def test_json_numbers_are_whole_where_points_are() -> None:
    line = as_json(assemble(raw(scores={"good": 0.1, "bad": 0.2}), 1.0))

    assert (line["score"], line["max_score"]) == (0.3, 5)
    assert isinstance(line["max_score"], int)
    assert line["cells"][2]["score"] is None


def test_limited_outputs_share_the_room_of_their_cell() -> None:
    limits = Limits(text_bytes=10, image_bytes=5)
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * 50}
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 6, "text/plain": "fig"}}

    assert limited([{"outputs": [picture, stream, stream]}, {}], limits) == [
        [
            {"output_type": "display_data", "data": {"text/plain": "fig"}, "metadata": {}},
            {"output_type": "stream", "name": "stdout", "text": "x" * 7 + CUT},
        ],
        [],
    ]


def test_limited_unknown_kinds_are_left_out() -> None:
    script = {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}}

    assert limited([{"outputs": [script, {"output_type": "update"}]}], Limits()) == [[]]
