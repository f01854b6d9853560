"""The notebooks that participants get: nbgrader's release version, in their language."""

import json
from typing import Any

from sqlalchemy.orm import Session

from lms.courses import runs
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.grading import engine
from lms.grading.autograder import assignment_folder, release_cache
from lms.settings import Settings

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
"""The only Python kernel that the notebook servers have."""


def released_notebooks(
    session: Session, run: CourseRun, step: Step, locale: str, settings: Settings
) -> dict[str, bytes]:
    """Notebook name -> bytes. The first call for a snapshot takes seconds, later ones read the cache."""
    source = runs.assignment_files(session, step.id, run.snapshot_id)
    folder = assignment_folder(source, settings.state_dir / "cache" / "assignments")
    released = engine.release(folder, step.id, cache_dir=release_cache(settings))
    return {
        name: _encode(for_kernel(engine.for_locale(json.loads(content), locale))) for name, content in released.items()
    }


def for_kernel(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the kernel that every participant has, where its author's Python goes by another name.

    JupyterLab stops a pupil with a choice of kernels where it does not know the name. What is written for another
    language stays as it is. The argument is not changed.
    """
    metadata = notebook.get("metadata", {})
    kernel = metadata.get("kernelspec", {})
    language = kernel.get("language") or metadata.get("language_info", {}).get("name") or "python"
    if "python" not in str(language).lower():
        return notebook
    return {**notebook, "metadata": {**metadata, "kernelspec": dict(KERNEL)}}


def _encode(notebook: dict[str, Any]) -> bytes:
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode() + b"\n"
