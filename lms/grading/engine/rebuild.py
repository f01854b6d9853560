"""A submission put back into the form in which the notebook was handed out.

Taken from the submission is text alone: of solution cells and written answers by their grade_id, of plain cells, and
of cells the participant added. Tags and metadata are ours (nbclient doesn't run a cell tagged `skip-execution`, and
nbgrader gives a test that did not run all its points). So are the order and every cell that is locked.
"""

import copy
from collections import defaultdict
from dataclasses import dataclass

from lms.grading.engine.cells import Cell, JsonObject, parse_cells, raw_cells
from lms.grading.engine.results import Repair


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The notebook to grade; `own` are the positions of cells that the participant added."""

    notebook: JsonObject
    own: frozenset[int]
    repairs: tuple[Repair, ...]


def _pick(release: Cell, copies: list[int], cells: tuple[Cell, ...]) -> int:
    """Of several cells with one grade_id the last that was worked on, as nbgrader takes the last."""
    changed = [index for index in copies if cells[index].source.strip() != release.source.strip()]
    return (changed or copies)[-1]


def _match(release: tuple[Cell, ...], cells: tuple[Cell, ...]) -> dict[int, int]:
    """Positions in the release -> positions in the submission: by grade_id, else by equal text, else by cell id."""
    by_grade: dict[str, list[int]] = defaultdict(list)
    by_text: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_id: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if cell.grade_id is not None:
            by_grade[cell.grade_id].append(index)
            continue
        by_text[cell.cell_type, cell.source].append(index)
        if cell.cell_id is not None:
            by_id.setdefault(cell.cell_id, index)
    matches: dict[int, int] = {}
    for position, cell in enumerate(release):
        if cell.grade_id is not None and by_grade.get(cell.grade_id):
            matches[position] = _pick(cell, by_grade[cell.grade_id], cells)
        elif cell.grade_id is None and by_text.get((cell.cell_type, cell.source)):
            matches[position] = by_text[cell.cell_type, cell.source].pop(0)
    taken = set(matches.values())
    for position, cell in enumerate(release):
        same = by_id.get(cell.cell_id) if cell.cell_id is not None and cell.grade_id is None else None
        if position not in matches and same is not None and same not in taken:
            matches[position] = same
            taken.add(same)
    return matches


def _own_cells(
    release: tuple[Cell, ...], cells: tuple[Cell, ...], matches: dict[int, int]
) -> tuple[dict[int, list[Cell]], list[Repair]]:
    """Cells of the participant's own by the position in the release after which they stand (-1: before all)."""
    positions = {index: position for position, index in matches.items()}
    kinds = {cell.grade_id: cell for cell in release if cell.grade_id is not None}
    own: dict[int, list[Cell]] = defaultdict(list)
    repairs: list[Repair] = []
    after = -1
    for index, cell in enumerate(cells):
        if index in positions:
            after = positions[index]
            continue
        original = kinds.get(cell.grade_id) if cell.grade_id is not None else None
        if original is not None:
            repairs.append(Repair("cell_duplicated", cell.grade_id))
            if not original.solution or cell.source == original.source:
                continue
        if cell.cell_type != "raw" and cell.source.strip():
            own[after].append(cell)
    return own, repairs


def _differences(release: Cell, cell: Cell) -> list[Repair]:
    repairs = []
    if release.grade_id is not None:
        if cell.cell_type != release.cell_type:
            repairs.append(Repair("cell_type_changed", release.grade_id))
        if not release.solution and cell.source.strip() != release.source.strip():
            repairs.append(Repair("locked_cell_changed", release.grade_id))
        marks = (release.grade, release.solution, release.task, release.points)
        if (cell.grade, cell.solution, cell.task, cell.points) != marks:
            repairs.append(Repair("metadata_changed", release.grade_id))
    if set(cell.tags) - set(release.tags):
        repairs.append(Repair("tags_dropped", release.grade_id))
    return repairs


def _filled(raw: JsonObject, release: Cell, cell: Cell | None) -> JsonObject:
    """The release's cell with the participant's text where the text is theirs to write."""
    filled = copy.deepcopy(raw)
    filled["source"] = release.source
    if filled.get("cell_type") == "code":
        filled["outputs"], filled["execution_count"] = [], None
    if cell is None or release.locked:
        return filled
    filled["source"] = cell.source
    if release.cell_type == "markdown" and cell.attachments:
        filled["attachments"] = {name: dict(bundle) for name, bundle in cell.attachments.items()}
    return filled


def _own(cell: Cell, number: int, *, with_id: bool) -> JsonObject:
    raw: JsonObject = {"cell_type": cell.cell_type, "metadata": {}, "source": cell.source}
    if cell.cell_type == "code":
        raw["outputs"], raw["execution_count"] = [], None
    if with_id:
        raw["id"] = f"own-{number}"
    return raw


def rebuild(released: JsonObject, cells: tuple[Cell, ...]) -> Rebuilt:
    """The released notebook with the submission's text. Both are left unchanged."""
    release = parse_cells(released)
    matches = _match(release, cells)
    own_cells, repairs = _own_cells(release, cells, matches)
    with_id = any("id" in raw for raw in raw_cells(released))
    result: list[JsonObject] = []
    own: set[int] = set()
    seen = -1

    def add_own(position: int) -> None:
        for cell in own_cells.get(position, []):
            own.add(len(result))
            result.append(_own(cell, len(result), with_id=with_id))

    add_own(-1)
    for position, (raw, cell) in enumerate(zip(raw_cells(released), release, strict=True)):
        index = matches.get(position)
        if index is None and cell.grade_id is None and cell.cell_type == "markdown":
            add_own(position)
            continue  # explanation that was deleted, or belongs to another language's copy
        submitted = None if index is None else cells[index]
        if submitted is not None and index is not None:
            repairs += _differences(cell, submitted)
            if index < seen and cell.grade_id is not None:
                repairs.append(Repair("cell_moved", cell.grade_id))
            seen = max(seen, index)
        else:
            repairs.append(Repair("cell_missing", cell.grade_id))
        result.append(_filled(raw, cell, submitted))
        add_own(position)
    if own:
        repairs.append(Repair("own_cells_kept"))
    return Rebuilt({**copy.deepcopy(released), "cells": result}, frozenset(own), tuple(repairs))


def choose(candidates: dict[str, tuple[Cell, ...]], cells: tuple[Cell, ...]) -> str | None:
    """The name of the notebook that the cells belong to: most grade_ids in common, then most equal text."""
    ids = {cell.grade_id for cell in cells if cell.grade_id is not None}
    texts = {cell.source for cell in cells}

    def likeness(name: str) -> tuple[int, int]:
        known = {cell.grade_id for cell in candidates[name] if cell.grade_id is not None}
        return len(known & ids), sum(cell.source in texts for cell in candidates[name])

    best = max(sorted(candidates), key=likeness, default=None)
    return best if best is not None and likeness(best)[0] > 0 else None
