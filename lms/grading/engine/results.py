"""What a grading returns, as values. Points are Decimal, exactly as the assignment states them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a grading ended. `FAILED` is a fault of ours or of the assignment, never of the submission."""

    GRADED = "graded"
    NEEDS_GRADING = "needs_grading"
    REFUSED = "refused"
    FAILED = "failed"


class CellKind(StrEnum):
    """`TEST` is graded by running it; `ANSWER` (written text or code) and `TASK` are judged by a person."""

    TEST = "test"
    ANSWER = "answer"
    TASK = "task"


class Outcome(StrEnum):
    """Why a cell has its score, in a word; `HIDDEN_FAILED`: all that is visible passed, a hidden check did not."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    HIDDEN_FAILED = "hidden_failed"
    TIMED_OUT = "timed_out"
    DIED = "died"
    NOT_A_SCORE = "not_a_score"
    NO_ANSWER = "no_answer"
    WAITS = "waits"


class Isolation(StrEnum):
    """How far the participant's code was kept away from everything else while it ran.

    `SANDBOX`: no network, sees no file but the Python installation and its own, own processes and users only.
    `SANDBOX_NO_PROC`: the same without /proc (a kernel that forbids mounting it, as inside most containers).
    `LIMITS_ONLY`: this machine forbids all that; time, memory and file limits hold, network and files are open.
    `NONE`: nothing ran.
    """

    SANDBOX = "sandbox"
    SANDBOX_NO_PROC = "sandbox_no_proc"
    LIMITS_ONLY = "limits_only"
    NONE = "none"


class Mode(StrEnum):
    """Whether the tests ran apart from the participant's code. `LIVE`: a test at least shared its process, as in nbgrader."""

    ISOLATED = "isolated"
    LIVE = "live"


_LEVELS = {
    Isolation.SANDBOX: "full",
    Isolation.SANDBOX_NO_PROC: "full",
    Isolation.LIMITS_ONLY: "none",
    Isolation.NONE: "none",
}


@dataclass(frozen=True, slots=True)
class CellScore:
    """One grade cell. `score` is None exactly while a person has to judge it; `message` is safe to show."""

    name: str
    kind: CellKind
    score: Decimal | None
    max_score: Decimal
    needs_manual_grade: bool
    outcome: Outcome
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """How the submission differed from what was handed out, and was put right. `cell` is a grade_id if there is one."""

    code: str
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackCell:
    """One cell of the graded notebook as the participant may see it.

    `outputs` are nbformat 4 outputs of a run in which no hidden test took part: limited in size, NOT sanitised.
    `own` marks cells that the participant added; `attachments` are pictures of a written answer (name, mime, base64).
    """

    kind: str
    cell_type: str
    source: str
    outputs: tuple[Mapping[str, Any], ...] = ()
    name: str | None = None
    own: bool = False
    lang: str | None = None
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    score: CellScore | None = None


@dataclass(frozen=True, slots=True)
class GradeResult:
    """The result of one grading.

    `score` and `max_score` count the automatic cells, `manual_max_score` the points a person gives. `reason` is a
    stable code and `message` an English msgid for people, both set when refused or failed. `diagnostics` is for staff
    only: it may quote hidden tests.
    """

    status: Status
    reason: str | None = None
    message: str | None = None
    notebook: str | None = None
    score: Decimal = Decimal(0)
    max_score: Decimal = Decimal(0)
    manual_max_score: Decimal = Decimal(0)
    cells: tuple[CellScore, ...] = ()
    elapsed_s: float = 0.0
    visible_output: str = ""
    repairs: tuple[Repair, ...] = ()
    isolation: Isolation = Isolation.NONE
    mode: Mode | None = None
    """None when nothing ran."""
    feedback: tuple[FeedbackCell, ...] = ()
    diagnostics: str = ""


def number(value: Decimal) -> int | float:
    """Points as a JSON number: whole ones without a fraction."""
    return int(value) if value == value.to_integral_value() else float(value)


def points(value: object) -> Decimal:
    """Points from a JSON number, without the digits of binary floats; what is no finite number counts 0."""
    try:
        decimal = Decimal(str(value))
    except ArithmeticError:
        return Decimal(0)
    return decimal.normalize() + 0 if decimal.is_finite() else Decimal(0)


def as_json(result: GradeResult) -> dict[str, Any]:
    """The result as the command line prints it: nothing in it is hidden from the participant."""
    return {
        "status": result.status.value,
        "reason": result.reason,
        "message": result.message,
        "notebook": result.notebook,
        "score": number(result.score),
        "max_score": number(result.max_score),
        "manual_max_score": number(result.manual_max_score),
        "cells": [
            {
                "name": cell.name,
                "kind": cell.kind.value,
                "score": None if cell.score is None else number(cell.score),
                "max_score": number(cell.max_score),
                "needs_manual_grade": cell.needs_manual_grade,
                "outcome": cell.outcome.value,
                "message": cell.message,
            }
            for cell in result.cells
        ],
        "elapsed_s": round(result.elapsed_s, 3),
        "visible_output": result.visible_output,
        "repairs": [{"code": repair.code, "cell": repair.cell} for repair in result.repairs],
        "isolation": _LEVELS[result.isolation],
        "mode": result.mode and result.mode.value,
    }
