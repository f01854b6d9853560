"""The notebooks that participants get: nbgrader's release version, in their language."""

import json

from sqlalchemy.orm import Session

from lms.courses import runs
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.grading import engine
from lms.grading.autograder import assignment_folder, release_cache
from lms.settings import Settings


def released_notebooks(
    session: Session, run: CourseRun, step: Step, locale: str, settings: Settings
) -> dict[str, bytes]:
    """Notebook name -> bytes. The first call for a snapshot takes seconds, later ones read the cache."""
    source = runs.assignment_files(session, step.id, run.snapshot_id)
    folder = assignment_folder(source, settings.state_dir / "cache" / "assignments")
    released = engine.release(folder, step.id, cache_dir=release_cache(settings))
    return {
        name: json.dumps(engine.for_locale(json.loads(content), locale), ensure_ascii=False, indent=1).encode() + b"\n"
        for name, content in released.items()
    }
