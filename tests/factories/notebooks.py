"""Assignments of nbgrader and submissions to them, built from cells; every test picks its own constants and points."""

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]


def _cell(cell_type: str, source: str, **marks: Any) -> Notebook:
    cell: Notebook = {"cell_type": cell_type, "metadata": {}, "source": source}
    if cell_type == "code":
        cell |= {"outputs": [], "execution_count": None}
    if marks:
        defaults = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
        cell["metadata"]["nbgrader"] = defaults | marks
    return cell


def text(source: str, lang: str | None = None) -> Notebook:
    """A plain markdown cell, for one language if `lang` is given."""
    cell = _cell("markdown", source)
    if lang is not None:
        cell["metadata"]["lms"] = {"lang": lang}
    return cell


def code(source: str) -> Notebook:
    """A plain code cell."""
    return _cell("code", source)


def solution(name: str, body: str) -> Notebook:
    """A code cell whose body is the model solution."""
    return _cell("code", f"### BEGIN SOLUTION\n{body}\n### END SOLUTION", grade_id=name, solution=True)


def checks(name: str, points: float, visible: str, hidden: str = "") -> Notebook:
    """A test cell, with a hidden part if given."""
    region = f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS" if hidden else ""
    return _cell("code", visible + region, grade_id=name, grade=True, locked=True, points=points)


def answer(name: str, points: float, source: str = "A model answer.") -> Notebook:
    """A written answer that a person judges."""
    return _cell("markdown", source, grade_id=name, grade=True, solution=True, points=points)


def task(name: str, points: float, source: str) -> Notebook:
    """A task whose result is judged by a person."""
    return _cell("markdown", source, grade_id=name, task=True, locked=True, points=points)


def notebook(cells: Sequence[Notebook], kernel: str = "python3") -> Notebook:
    """A notebook of format 4.5 with ids for its cells."""
    numbered = [{**copy.deepcopy(cell), "id": f"cell-{index}"} for index, cell in enumerate(cells)]
    spec = {"name": kernel, "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": numbered}


def encode(content: Notebook) -> bytes:
    """The notebook as a file."""
    return json.dumps(content).encode()


def write_assignment(course: Path, name: str, notebooks: dict[str, Sequence[Notebook]], **files: str) -> None:
    """`source/<name>/` of a course directory; `files` are written beside the notebooks, `__` for the dot."""
    folder = course / "source" / name
    folder.mkdir(parents=True, exist_ok=True)
    for title, cells in notebooks.items():
        (folder / f"{title}.ipynb").write_bytes(encode(notebook(cells)))
    for file, content in files.items():
        (folder / file.replace("__", ".")).write_text(content)


def find(content: Notebook, grade_id: str) -> Notebook:
    """The cell with this grade_id."""
    return next(c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def answered(content: Notebook, **sources: str) -> Notebook:
    """A copy of the notebook with other text in the cells named by their grade_id."""
    filled = copy.deepcopy(content)
    for grade_id, source in sources.items():
        find(filled, grade_id)["source"] = source
    return filled
