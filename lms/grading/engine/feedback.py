"""From the raw result of an executor to the values that pages show. Hidden tests never come this far."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lms.grading.engine.cells import Cell, JsonObject, parse_cell
from lms.grading.engine.results import (
    CellKind,
    CellScore,
    FeedbackCell,
    GradeResult,
    Isolation,
    Mode,
    Outcome,
    Repair,
    Status,
    points,
)
from lms.grading.engine.scoring import DIED, TIMED_OUT, score
from lms.grading.engine.texts import HIDDEN

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def plain(text: str) -> str:
    """The text without terminal colours and control characters."""
    return _CONTROL.sub("", _ANSI.sub("", text))


def _error(outputs: list[JsonObject]) -> str | None:
    for output in outputs:
        if output["output_type"] == "error":
            if output["ename"] in (TIMED_OUT, DIED):
                return str(output["evalue"])  # a message id of ours
            return plain(f"{output['ename']}: {output['evalue']}".rstrip(": "))
    return None


def _test_score(cell: Cell, outputs: list[JsonObject], raw: Mapping[str, Any]) -> CellScore:
    name = cell.grade_id or ""
    earned = min(max(points(raw["scores"].get(name) or 0), Decimal(0)), cell.points)
    outcome = Outcome(raw["outcomes"].get(name, Outcome.FAILED))
    message = None
    if earned < cell.points:
        shown, _ = score(outputs, cell.points)
        message = _error(outputs)
        if shown > earned and outcome is Outcome.FAILED:
            outcome, message = Outcome.HIDDEN_FAILED, HIDDEN
    return CellScore(name, CellKind.TEST, earned, cell.points, False, outcome, message)


def _cell_score(cell: Cell, outputs: list[JsonObject], raw: Mapping[str, Any]) -> CellScore | None:
    if cell.kind is None or cell.grade_id is None:
        return None
    if cell.kind is CellKind.TEST:
        return _test_score(cell, outputs, raw)
    outcome = Outcome(raw["outcomes"].get(cell.grade_id, Outcome.WAITS))
    waits = outcome is not Outcome.NO_ANSWER
    earned = None if waits else Decimal(0)
    return CellScore(cell.grade_id, cell.kind, earned, cell.points, waits, outcome)


def _kind(cell: Cell) -> str:
    if cell.kind is not None:
        return cell.kind.value
    if cell.solution:
        return "solution"
    return "code" if cell.cell_type == "code" else "text"


def _feedback(index: int, raw_cell: JsonObject, raw: Mapping[str, Any]) -> FeedbackCell:
    cell = parse_cell(raw_cell)
    outputs: list[JsonObject] = raw["outputs"][index]
    return FeedbackCell(
        kind=_kind(cell),
        cell_type=cell.cell_type,
        source=cell.source,
        outputs=tuple(outputs),
        name=cell.grade_id,
        own=index in raw["own"],
        lang=cell.lang,
        attachments=cell.attachments,
        score=_cell_score(cell, outputs, raw),
    )


def _text(output: Mapping[str, Any]) -> str:
    match output["output_type"]:
        case "stream":
            return str(output["text"])
        case "error":
            return "\n".join(output["traceback"])
    data = output["data"]
    return str(data.get("text/plain") or "\n".join(value for mime, value in data.items() if mime.startswith("text/")))


def visible_output(cells: tuple[FeedbackCell, ...]) -> str:
    """Everything the participant is shown of the run, as plain text."""
    parts = []
    for cell in cells:
        parts += [plain(_text(output)).rstrip() for output in cell.outputs]
        if cell.score is not None and cell.score.kind is CellKind.TEST:
            verdict = f"[{cell.score.name}] {cell.score.score} / {cell.score.max_score} {cell.score.outcome.value}"
            parts.append(f"{verdict}: {cell.score.message}" if cell.score.message else verdict)
    return "\n".join(part for part in parts if part)


def assemble(raw: Mapping[str, Any], elapsed_s: float) -> GradeResult:
    """The result of a grading that ran."""
    feedback = tuple(_feedback(index, cell, raw) for index, cell in enumerate(raw["cells"]))
    cells = tuple(cell.score for cell in feedback if cell.score is not None)
    automatic = [cell for cell in cells if cell.kind is CellKind.TEST]
    return GradeResult(
        status=Status.NEEDS_GRADING if any(cell.needs_manual_grade for cell in cells) else Status.GRADED,
        notebook=raw["notebook"],
        score=sum((cell.score or Decimal(0) for cell in automatic), Decimal(0)),
        max_score=sum((cell.max_score for cell in automatic), Decimal(0)),
        manual_max_score=sum((c.max_score for c in cells if c.kind is not CellKind.TEST), Decimal(0)),
        cells=cells,
        elapsed_s=elapsed_s,
        visible_output=visible_output(feedback),
        repairs=tuple(Repair(code, cell) for code, cell in raw["repairs"]),
        isolation=Isolation(raw["isolation"]),
        mode=Mode(raw.get("mode", Mode.LIVE)),
        feedback=feedback,
    )
