"""A small course with two assignments, and scores as a tutor's release would write them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from lms import ledger
from lms.courses.content import CourseContent
from lms.courses.folder import LoadedCourse
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.courses.sync import sync
from lms.ledger import Fact, NewFact

SLUG = "data-for-everyone"


def give_course(session: Session, *, at: datetime, slug: str = SLUG) -> CourseRun:
    """A run with the assignments `one` (weight 1) and `two` (weight 3)."""
    steps = tuple(
        Step("assignment", name, {"en": name}, 10, Decimal(weight), None, {"notebooks": {}, "attempts": None}, slug)
        for name, weight in (("one", 1), ("two", 3))
    )
    rule = {"all": [{"activity": "one"}, {"activity": "two"}]}
    content = CourseContent(slug, "mandatory", {"en": "Data"}, {"en": "About data"}, 1, None, (), (), steps, rule)
    return sync(session, LoadedCourse(content, {}), at=at).run


def release_score(
    session: Session, person_id: UUID, run: CourseRun, step: str, *, score: int, generation: int, at: datetime
) -> Fact:
    """The fact that grading writes when a score is released; the maximum is 10 points."""
    return ledger.append(
        session,
        NewFact(
            key=f"activity.scored:{run.id.hex}:{step}:{person_id.hex}:{generation}",
            kind="activity.scored",
            person_id=person_id,
            subject=f"activity:{run.slug}/{step}",
            course_run_id=run.id,
            value={"score": str(score), "max": "10", "generation": generation, "step": step},
            at=at,
            source="grading",
        ),
    )
