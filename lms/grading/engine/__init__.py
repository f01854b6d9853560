"""Grading of notebooks with nbgrader: independent of Flask and of the database, the only importer of nbgrader.

The parent side (everything but `child/` and `kernel_entry.py`) starts fast: nbgrader is imported in a child process,
and a participant's code runs one sandbox further away.

What it doesn't promise: tests run in the participant's own interpreter, as nbgrader runs them, so code written to deceive
them (an `__eq__` that is always true, a patched `assert`) can earn their points. It can't see hidden tests in what it is
shown, other people's work, the network or anything outside its sandbox.
"""

from lms.grading.engine.course import AssignmentInfo, BrokenAssignment, WrongCall, assignments, inspect
from lms.grading.engine.executor import ExecutionFailed, Executor, Job, ProcessExecutor
from lms.grading.engine.grading import grade
from lms.grading.engine.limits import Limits
from lms.grading.engine.locales import for_locale
from lms.grading.engine.release import release
from lms.grading.engine.results import (
    CellKind,
    CellScore,
    FeedbackCell,
    GradeResult,
    Isolation,
    Outcome,
    Repair,
    Status,
    as_json,
)

__all__ = [
    "AssignmentInfo",
    "BrokenAssignment",
    "CellKind",
    "CellScore",
    "ExecutionFailed",
    "Executor",
    "FeedbackCell",
    "GradeResult",
    "Isolation",
    "Job",
    "Limits",
    "Outcome",
    "ProcessExecutor",
    "Repair",
    "Status",
    "WrongCall",
    "as_json",
    "assignments",
    "for_locale",
    "grade",
    "inspect",
    "release",
]
