"""The two jobs of the grading process: make a release, grade a submission."""

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lms.grading.engine.cells import parse_cells
from lms.grading.engine.child.autograde import Grading
from lms.grading.engine.child.fonts import make_fonts
from lms.grading.engine.child.outputs import limited
from lms.grading.engine.child.release import make_bundle, nbgrader_config
from lms.grading.engine.course import BrokenAssignment
from lms.grading.engine.intake import parse_notebook
from lms.grading.engine.limits import Limits
from lms.grading.engine.rebuild import choose, rebuild
from lms.grading.engine.results import Isolation

_RESERVE_SECONDS = 10.0

Tell = Callable[[dict[str, object]], None]


def _need_python(released: dict[str, Any]) -> None:
    kernel = released["metadata"].get("kernelspec", {})
    language = str(kernel.get("language") or released["metadata"].get("language_info", {}).get("name") or "python")
    if "python" not in language.lower():
        raise BrokenAssignment(f"The notebook is written for {language}; only Python can be graded here.")


def _grade(job: dict[str, Any], tell: Tell, started: float) -> dict[str, object]:
    limits = Limits(**job["limits"])
    course_dir, assignment = Path(job["course_dir"]), job["assignment"]
    bundle = make_bundle(course_dir, assignment, Path(job["bundle"]))
    tell({"stage": "running"})
    submission = parse_cells(parse_notebook(Path(job["notebook"]).read_bytes(), limits))
    released = bundle.notebooks()
    name = choose({name: parse_cells(notebook) for name, notebook in released.items()}, submission)
    if name is None:
        return {"refused": "other_assignment"}
    _need_python(released[name])
    rebuilt = rebuild(released[name], submission)
    left = job["seconds"] - (time.monotonic() - started)
    # Interrupting the last cell and nbgrader's own work after it need some of the time.
    left = max(1.0, left - max(left / 6, min(_RESERVE_SECONDS, left / 2)))
    isolation, scratch = Isolation(job["isolation"]), Path(job["scratch"])
    graded = Grading(
        bundle=bundle,
        fonts=make_fonts(bundle, scratch),
        config=nbgrader_config(course_dir),
        assignment=assignment,
        name=name,
        notebook=rebuilt.notebook,
        scratch=scratch,
        limits=limits,
        isolation=isolation,
        seconds=left,
    ).grade()
    return {
        "notebook": name,
        "cells": rebuilt.notebook["cells"],
        "own": sorted(rebuilt.own),
        "repairs": [[repair.code, repair.cell] for repair in rebuilt.repairs],
        "scores": graded.scores,
        "outcomes": {cell: outcome.value for cell, outcome in graded.outcomes.items()},
        "outputs": limited(graded.shown.cells, limits),
        "isolation": isolation.value,
    }


def perform(job: dict[str, Any], tell: Tell) -> None:
    """Do the job; tells its stages and at last `result` or `broken` or `fault`."""
    started = time.monotonic()
    tell({"stage": "release"})
    try:
        if job["task"] == "release":
            make_bundle(Path(job["course_dir"]), job["assignment"], Path(job["bundle"]))
            tell({"result": {}})
        else:
            tell({"result": _grade(job, tell, started)})
    except BrokenAssignment as error:
        tell({"broken": str(error)})
    except Exception:  # noqa: BLE001 - the process boundary: the parent turns it into a recorded failure
        tell({"fault": traceback.format_exc()})
