"""The first look at a submitted file. Nothing in it is executed and nothing of it is trusted."""

import json
import re
from dataclasses import dataclass

from lms.errors import N_
from lms.grading.engine.cells import Cell, JsonObject, parse_cells, raw_cells
from lms.grading.engine.limits import Limits

# A string without its end reaches to the end of the text, so that no text takes more than linear time.
_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)

SENTENCES = {
    "empty": N_("The file is empty. Save the notebook and submit it again."),
    "too_big": N_("The file is too big. Clear the outputs of the notebook (Edit, Clear outputs) and submit it again."),
    "not_utf8": N_("This is not a notebook: the file is not text in UTF-8. Choose the file that ends in .ipynb."),
    "not_json": N_("This is not a notebook: the file can't be read as JSON. Choose the file that ends in .ipynb."),
    "too_deep": N_("The notebook is nested too deeply to be read. Take a fresh copy and put your answers into it."),
    "not_finite": N_("The notebook holds numbers that JSON doesn't know. Save it in JupyterLab and submit it again."),
    "not_notebook": N_("This is not a notebook: it has no cells. Choose the file that ends in .ipynb."),
    "format": N_("The notebook has a format that we can't read. Save it in JupyterLab and submit it again."),
    "too_many_cells": N_("The notebook has too many cells. Take a fresh copy and put your answers into it."),
    "other_assignment": N_("This notebook belongs to another assignment: none of its marked cells is known here."),
}


class Refusal(Exception):
    """The file can't be graded. `reason` is a key of `SENTENCES`."""

    def __init__(self, reason: str) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason
        self.sentence = SENTENCES[reason]


@dataclass(frozen=True, slots=True)
class Submission:
    """What is taken from a submitted notebook: its cells as text."""

    cells: tuple[Cell, ...]


def _not_finite(_: str) -> float:
    raise Refusal("not_finite")


def _finite(text: str) -> float:
    value = float(text)
    return value if abs(value) != float("inf") else _not_finite(text)


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def parse_notebook(data: bytes, limits: Limits) -> JsonObject:
    """The notebook as JSON, within the limits of size and depth. Raises Refusal."""
    if not data.strip():
        raise Refusal("empty")
    if len(data) > limits.notebook_bytes:
        raise Refusal("too_big")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("not_utf8") from None
    if _depth(text) > limits.json_depth:
        raise Refusal("too_deep")
    try:
        notebook = json.loads(text, parse_constant=_not_finite, parse_float=_finite)
    except RecursionError:
        raise Refusal("too_deep") from None
    except ValueError:
        raise Refusal("not_json") from None
    if not isinstance(notebook, dict):
        raise Refusal("not_notebook")
    return notebook


def read(data: bytes, limits: Limits) -> Submission:
    """The cells of a submitted notebook of format 4 or 3. Raises Refusal."""
    notebook = parse_notebook(data, limits)
    version = notebook.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Refusal("not_notebook")
    if version not in (3, 4):
        raise Refusal("format")
    if not raw_cells(notebook):
        raise Refusal("not_notebook")
    if len(raw_cells(notebook)) > limits.cells:
        raise Refusal("too_many_cells")
    return Submission(parse_cells(notebook))
