"""What a grade cell is about: the heading above it, in the reader's language. Pure."""

import re
from collections.abc import Iterable, Mapping

from lms.grading.engine.results import FeedbackCell

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKUP = re.compile(r"[*_`]")
LENGTH = 120


def headings(cells: Iterable[FeedbackCell]) -> dict[str, dict[str, str]]:
    """grade_id -> the last heading before the cell, by language; "" holds headings that are for every language."""
    latest: dict[str, str] = {}
    found: dict[str, dict[str, str]] = {}
    for cell in cells:
        heading = _HEADING.search(cell.source) if cell.cell_type == "markdown" and not cell.own else None
        if heading is not None and cell.score is None:
            if cell.lang is None:
                latest.clear()
            latest[cell.lang or ""] = _MARKUP.sub("", heading[1])[:LENGTH]
        if cell.name is not None and cell.score is not None:
            found[cell.name] = dict(latest)
    return found


def title_of(name: str, titles: Mapping[str, str], locale: str) -> str:
    """The heading in this language, else one for everybody or of another language, else the grade_id made readable."""
    heading = titles.get(locale) or titles.get("") or next(iter(titles.values()), "")
    return heading or name.replace("_", " ").replace("-", " ").strip()
