"""Grading of notebooks with nbgrader: independent of Flask and of the database, the only importer of nbgrader.

The parent side (everything but `child/` and `kernel_entry.py`) starts fast: nbgrader is imported in a child process,
and a participant's code runs one sandbox further away.

Tests run in a process of their own wherever the author's solution passes them there (`isolated`); a test that needs the
participant's own interpreter runs in it as nbgrader does (`live`), and what such a test says can be forged.
"""

from lms.grading.engine.course import AssignmentInfo, BrokenAssignment, WrongCall, assignments, inspect
from lms.grading.engine.executor import ExecutionFailed, Executor, Job, ProcessExecutor
from lms.grading.engine.grading import grade
from lms.grading.engine.isolated_executor import IsolatedExecutor
from lms.grading.engine.limits import Limits
from lms.grading.engine.locales import for_locale
from lms.grading.engine.release import release
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
    "IsolatedExecutor",
    "Isolation",
    "Job",
    "Limits",
    "Mode",
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
