"""Release versions and where they are kept: one bundle for each state of an assignment's source."""

import importlib.metadata
from pathlib import Path

from lms.grading.engine.course import fingerprint
from lms.grading.engine.executor import Executor, Job, ProcessExecutor
from lms.grading.engine.limits import Limits

_LAYOUT = "2"
"""Changes when a bundle's files change, so that an old cache is never read as a new one."""


def bundle_path(cache_dir: Path, course_dir: Path, assignment: str) -> Path:
    """Where the bundle of this state of the source is kept. Raises WrongCall."""
    version = importlib.metadata.version("nbgrader")
    return cache_dir / f"{fingerprint(course_dir, assignment)[:40]}-{version}-{_LAYOUT}"


def release(
    course_dir: Path,
    assignment: str,
    *,
    cache_dir: Path,
    limits: Limits | None = None,
    executor: Executor | None = None,
) -> dict[str, bytes]:
    """The student versions, by notebook name, as nbgrader's generate_assignment makes them.

    Made in a process of its own on the first call for a state of the source (3-6 s), read from `cache_dir` afterwards.
    Raises WrongCall, ExecutionFailed (`assignment_broken` when the author has to mend the source).
    """
    bundle = bundle_path(cache_dir, course_dir, assignment)
    if not bundle.is_dir():
        (executor or ProcessExecutor()).run(Job(course_dir, assignment, bundle), limits or Limits())
    return {path.stem: path.read_bytes() for path in sorted((bundle / "release").glob("*.ipynb"))}
