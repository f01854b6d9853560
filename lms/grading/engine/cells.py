"""Cells of a notebook as typed values, read from plain JSON (nbformat 3 and 4, nbgrader metadata of any version)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lms.grading.engine.results import CellKind, points

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text and what nbgrader's metadata say of it (schema: nbgrader/nbgraderformat/v3.json)."""

    cell_type: str
    source: str
    grade_id: str | None = None
    grade: bool = False
    solution: bool = False
    locked: bool = False
    task: bool = False
    points: Decimal = Decimal(0)
    cell_id: str | None = None
    tags: tuple[str, ...] = ()
    lang: str | None = None
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def kind(self) -> CellKind | None:
        """What the cell is graded as; None for a cell without points."""
        if self.task:
            return CellKind.TASK
        if self.grade:
            return CellKind.ANSWER if self.solution else CellKind.TEST
        return None


def clean(text: str) -> str:
    """The text without lone surrogates, which JSON may carry and UTF-8 can't."""
    return text.encode("utf-8", "replace").decode("utf-8")


def joined(source: object) -> str:
    """A multi-line string of nbformat, which may be one string or a list of lines; anything else is empty."""
    if isinstance(source, str):
        return clean(source)
    if isinstance(source, list):
        return clean("".join(line for line in source if isinstance(line, str)))
    return ""


def _mapping(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _attachments(cell: JsonObject) -> dict[str, dict[str, str]]:
    pictures: dict[str, dict[str, str]] = {}
    for name, bundle in _mapping(cell.get("attachments")).items():
        kept = {
            mime: joined(data)
            for mime, data in _mapping(bundle).items()
            if mime in ("image/png", "image/jpeg", "image/gif")
        }
        if kept:
            pictures[clean(name)] = kept
    return pictures


def parse_cell(cell: JsonObject) -> Cell:
    """One cell. Never raises: what has the wrong type counts as absent."""
    metadata = _mapping(cell.get("metadata"))
    marks = _mapping(metadata.get("nbgrader"))
    grade_id = marks.get("grade_id")
    known = isinstance(grade_id, str) and grade_id != ""
    task = known and marks.get("task") is True
    grade = known and marks.get("grade") is True and not task
    solution = known and marks.get("solution") is True and not task
    tags = metadata.get("tags")
    lang = _mapping(metadata.get("lms")).get("lang")
    cell_id = cell.get("id")
    cell_type = cell.get("cell_type")
    source = cell.get("source", cell.get("input"))  # nbformat 3 calls the text of a code cell "input"
    return Cell(
        cell_type=cell_type if cell_type in ("code", "raw") else "markdown",
        source=joined(source),
        grade_id=clean(grade_id) if known and isinstance(grade_id, str) else None,
        grade=grade,
        solution=solution,
        locked=known and not solution and (grade or task or marks.get("locked") is True),
        task=task,
        points=points(marks.get("points", 0)) if grade or task else Decimal(0),
        cell_id=cell_id if isinstance(cell_id, str) else None,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        lang=lang if isinstance(lang, str) else None,
        attachments=_attachments(cell),
    )


def raw_cells(notebook: JsonObject) -> list[JsonObject]:
    """The cell objects of a notebook of format 4, or 3 with its worksheets."""
    cells = notebook.get("cells")
    if cells is None:
        sheets = notebook.get("worksheets")
        cells = (
            [cell for sheet in sheets for cell in _mapping(sheet).get("cells", [])] if isinstance(sheets, list) else []
        )
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def parse_cells(notebook: JsonObject) -> tuple[Cell, ...]:
    """All cells in their order."""
    return tuple(parse_cell(cell) for cell in raw_cells(notebook))
