"""The assignment of an attempt as it stood when the attempt was graded, though the course may have dropped it since."""

from sqlalchemy.orm import Session

from lms.courses import snapshot
from lms.courses.kinds import Step
from lms.grading.models import Attempt


def step_of(session: Session, attempt: Attempt) -> Step:
    """Read from the attempt's own snapshot; in memory after the first time."""
    return snapshot.contents(session, [attempt.snapshot_id])[attempt.snapshot_id].get_step(attempt.step_id)
