"""Grade one notebook file."""

import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from lms.errors import N_
from lms.grading.engine.course import BrokenAssignment, inspect
from lms.grading.engine.executor import ExecutionFailed, Executor, Job
from lms.grading.engine.feedback import assemble
from lms.grading.engine.intake import SENTENCES, Refusal, read
from lms.grading.engine.isolated_executor import IsolatedExecutor
from lms.grading.engine.limits import Limits
from lms.grading.engine.rebuild import choose
from lms.grading.engine.release import bundle_path
from lms.grading.engine.results import GradeResult, Status

FAILURES = {
    "assignment_broken": N_("The assignment itself is broken. Your work is safe; its author has to mend it."),
    "internal": N_("Grading failed on our side. Your work is safe and will be graded again."),
    "no_sandbox": N_("This server can't grade safely. Your work is safe; an administrator has to look."),
    "time_limit": N_("Grading took longer than it may. Your work is safe; a tutor has to look at it."),
}


def _refused(reason: str) -> GradeResult:
    return GradeResult(Status.REFUSED, reason=reason, message=SENTENCES[reason])


def _failed(reason: str, diagnostics: str) -> GradeResult:
    return GradeResult(Status.FAILED, reason=reason, message=FAILURES[reason], diagnostics=diagnostics)


def _grade(job: Job, notebook: bytes, limits: Limits, executor: Executor, started: float) -> GradeResult:
    try:
        info = inspect(job.course_dir, job.assignment)
        submission = read(notebook, limits)
        if choose({found.name: found.cells for found in info.notebooks}, submission.cells) is None:
            return _refused("other_assignment")
        raw = executor.run(job, limits)
    except Refusal as refusal:
        return _refused(refusal.reason)
    except BrokenAssignment as error:
        return _failed("assignment_broken", str(error))
    except ExecutionFailed as error:
        return _failed(error.reason, error.diagnostics)
    if "refused" in raw:
        return _refused(raw["refused"])
    return assemble(raw, time.monotonic() - started)


def grade(
    course_dir: Path,
    assignment: str,
    notebook: bytes,
    *,
    limits: Limits | None = None,
    cache_dir: Path | None = None,
    executor: Executor | None = None,
) -> GradeResult:
    """Grade a submitted notebook against `source/<assignment>/` of a course directory, which is only read.

    Which of the assignment's notebooks it is, its grade_ids say. Always returns a result: a bad file is `refused`, a
    fault of ours or of the assignment `failed`. Without an `executor` one is started for this call. `cache_dir` keeps release versions between calls (saves 2-3 s).
    Raises WrongCall when there is no such course or assignment.
    """
    limits = limits or Limits()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lms-release-") as own_cache, ExitStack() as stack:
        if executor is None:
            executor = stack.enter_context(closing(IsolatedExecutor()))
        bundle = bundle_path(cache_dir or Path(own_cache), course_dir, assignment)
        result = _grade(Job(course_dir, assignment, bundle, notebook), notebook, limits, executor, started)
    return replace(result, elapsed_s=time.monotonic() - started)
