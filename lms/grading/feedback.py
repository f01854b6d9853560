"""The graded notebook as pages show it: sources, outputs, points, comments; safe, and without hidden tests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import g, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import files
from lms.courses import runs
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.grading.models import Attempt
from lms.grading.release import points_of, results_of
from lms.grading.results import CellResult
from lms.grading.states import AttemptState
from lms.grading.texts import points_text
from lms.grading.titles import title_of
from lms.people.actor import Actor
from lms.people.models import Person
from lms.web.locale import pick
from lms.web.markdown import NOTEBOOK, render_markdown

IMAGES = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Output:
    """`text`, or an inline picture (`data:` address), or a table's HTML, already harmless."""

    text: str | None = None
    image: str | None = None
    html: Markup | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell on the page; markdown is rendered. `name` is its grade_id, `own` means that the participant added it."""

    name: str | None
    cell_type: str
    source: str
    html: Markup | None
    outputs: tuple[Output, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody sees of an attempt. `released_at` is None for a result that its participant does not see (yet)."""

    cells: tuple[CellResult, ...]
    score: Decimal
    max_score: Decimal
    waits: bool
    feedback_sha256: str | None
    released_at: datetime | None


def shown_to(attempt: Attempt, by: Actor) -> Shown:
    """To its participant what was released, to everybody else who may look the latest result. Both are loaded."""
    release = attempt.release
    if release is not None and (attempt.person_id == by.person_id or attempt.state == AttemptState.RELEASED):
        return Shown(
            release.cells, release.score, release.max_score, False, release.feedback_sha256, release.released_at
        )
    score, maximum, waits = points_of(attempt)
    return Shown(results_of(attempt), score, maximum, waits, attempt.feedback_sha256, None)


def feedback_context(
    session: Session, attempt: Attempt, *, run: CourseRun, step: Step, others: Sequence[Attempt], by: Actor
) -> dict[str, Any]:
    """The context of the feedback's template, documented there. `others` are all attempts of the same participant."""
    shown = shown_to(attempt, by)
    judges = {cell.judged_by for cell in shown.cells if cell.judged_by}
    names = dict(session.execute(select(Person.id, Person.display_name).where(Person.id.in_(judges))).all())
    assignment_url = url_for("grading.assignment", slug=run.slug, step_id=step.id, run=run.code)
    is_own = attempt.person_id == by.person_id
    before = attempt.release if shown.released_at is None else None
    return {
        "course": {
            "title": pick(runs.content_of(session, run).title),
            "url": url_for("learning.course", slug=run.slug, run=run.code),
        },
        "assignment": {"title": pick(step.title), "url": assignment_url},
        "attempt": {
            "number": attempt.number,
            "score": points_text(shown.score),
            "max_score": points_text(shown.max_score),
            "released_at": shown.released_at,
            "submitted_at": attempt.submitted_at,
            "is_late": attempt.is_late,
        },
        "before": (points_text(before.score), points_text(before.max_score)) if before is not None else None,
        "cells": [_line(cell, names) for cell in shown.cells],
        "notebook_url": url_for("grading.graded", attempt_id=attempt.id) if shown.feedback_sha256 else None,
        "again_url": assignment_url if is_own and shown.score < shown.max_score else None,
        "attempts": [
            (other.number, url_for("grading.feedback", attempt_id=other.id), other.id == attempt.id)
            for other in others
            if other.release is not None
        ],
        "release_url": url_for("desk.release_works") if _can_release(attempt, by) and not shown.waits else None,
        "attempt_id": attempt.id,
    }


def _can_release(attempt: Attempt, by: Actor) -> bool:
    return attempt.state == AttemptState.NEEDS_PERSON and by.may("grading.release")


def _line(cell: CellResult, names: Mapping[UUID, str]) -> dict[str, Any]:
    full = cell.score is not None and cell.score >= cell.max_score
    return {
        "title": title_of(cell.name, cell.title, g.locale),
        "score": points_text(cell.score),
        "max_score": points_text(cell.max_score),
        "kind": "manual" if cell.is_manual else "auto",
        "state": "done" if full else "partly" if cell.score else "none",
        "message": _(cell.message) if cell.message else None,
        "comment": cell.comment,
        "by": names.get(cell.judged_by) if cell.judged_by else None,
    }


def view_cells(session: Session, feedback_sha256: str | None, locale: str) -> list[CellView]:
    """The cells of a graded notebook; empty where there is none. Cells of other languages are left out."""
    if feedback_sha256 is None:
        return []
    stored = json.loads(files.of(session).read(feedback_sha256))
    return [_view(cell) for cell in stored if cell["lang"] in (None, locale)]


def _view(cell: Mapping[str, Any]) -> CellView:
    is_markdown = cell["cell_type"] == "markdown"
    return CellView(
        name=cell["name"],
        cell_type=cell["cell_type"],
        source=cell["source"],
        html=render_markdown(_with_pictures(cell["source"], cell["attachments"])) if is_markdown else None,
        outputs=tuple(_output(output) for output in cell["outputs"]),
        own=bool(cell["own"]),
    )


def _with_pictures(source: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
    for name, bundle in attachments.items():
        for mime in IMAGES:
            if mime in bundle:
                source = source.replace(f"attachment:{name}", f"data:{mime};base64,{_joined(bundle[mime])}")
    return source


def _output(output: Mapping[str, Any]) -> Output:
    kind = output.get("output_type")
    if kind == "stream":
        return Output(text=_joined(output.get("text", "")))
    if kind == "error":
        return Output(text=_without_colours(output), is_error=True)
    data = output.get("data", {})
    for mime in IMAGES:
        if mime in data:
            return Output(image=f"data:{mime};base64,{_joined(data[mime]).strip()}")
    if "text/html" in data and "<table" in _joined(data["text/html"]):
        return Output(html=NOTEBOOK.clean(_joined(data["text/html"])))
    return Output(text=_joined(data.get("text/plain", "")))


def _without_colours(output: Mapping[str, Any]) -> str:
    name, value = output.get("ename", ""), output.get("evalue", "")
    return f"{name}: {value}" if name or value else _joined(output.get("traceback", ""))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
