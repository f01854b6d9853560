"""What a participant's notebook server may do for its person: see the assignments, fetch them, hand notebooks in."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms import files
from lms.courses import runs, snapshot
from lms.courses.enrolment import list_enrolled_runs
from lms.courses.kinds import Step
from lms.courses.models import CourseRun
from lms.courses.periods import by_preference, is_over
from lms.errors import N_, Forbidden
from lms.grading import intake
from lms.grading.assignment import list_attempts
from lms.grading.handout import released_notebooks
from lms.grading.models import Attempt
from lms.people.models import Person
from lms.settings import Settings

KIND = "assignment"


@dataclass(frozen=True, slots=True)
class Offer:
    """An assignment of a course that the person is in. `is_open`: a notebook handed in now would be taken."""

    run: CourseRun
    step: Step
    is_open: bool

    @property
    def notebooks(self) -> list[str]:
        """File names of the notebooks that are handed out and graded."""
        return [f"{name}.ipynb" for name in sorted(self.step.data["notebooks"])]


def list_offers(session: Session, person_id: UUID, *, at: datetime) -> list[Offer]:
    """Every assignment that the person may open, by course and in the order of its steps. Four queries.

    Of a course in which they are in several years: those of the run that its address means to them.
    """
    enrolled = list_enrolled_runs(session, person_id)
    by_slug = {run.slug: [each for each in enrolled if each.slug == run.slug] for run in enrolled}
    listed = [by_preference(siblings, at)[0] for siblings in by_slug.values()]
    contents = runs.contents_of(session, listed)
    done = _attempt_counts(session, person_id)
    return [
        Offer(run, step, _is_open(run, step, done.get((run.id, step.id), 0), at))
        for run in listed
        for step in contents[run.id].steps
        if step.kind == KIND
    ]


def get_offer(session: Session, slug: str, step_id: str, person_id: UUID, *, at: datetime) -> Offer:
    """One of them. Raises Forbidden (not in this course) and NotFound."""
    mine = by_preference((run for run in list_enrolled_runs(session, person_id) if run.slug == slug), at)
    if not mine:
        raise Forbidden(N_("You are not in this course. Join it first."))
    run = mine[0]
    step = runs.content_of(session, run).get_step(step_id, kind=KIND)
    done = _attempt_counts(session, person_id).get((run.id, step.id), 0)
    return Offer(run, step, _is_open(run, step, done, at))


def handed_out(session: Session, offer: Offer, locale: str, settings: Settings) -> dict[str, bytes]:
    """The files of an assignment by their path in its folder: the release notebooks, and the data beside them.

    The first call for a state of the course takes seconds (nbgrader makes the release), later ones read the cache.
    """
    prefix = PurePosixPath("source", offer.step.id)
    store = files.of(session)
    beside = {
        str(PurePosixPath(path).relative_to(prefix)): store.read(sha256)
        for path, sha256 in snapshot.file_hashes(session, offer.run.snapshot_id).items()
        if PurePosixPath(path).is_relative_to(prefix) and not path.endswith(".ipynb")
    }
    notebooks = released_notebooks(session, offer.run, offer.step, locale, settings)
    return beside | {f"{name}.ipynb": content for name, content in notebooks.items()}


def must_be_real(session: Session, person_id: UUID) -> None:
    """Raises Forbidden for a test person, of whom nothing is stored."""
    intake.must_be_real(session, person_id)


def hand_in(
    session: Session, offer: Offer, person_id: UUID, *, sha256: str, size: int, source: str, at: datetime
) -> intake.Received:
    """Take a notebook in whose bytes are stored already. Raises what the intake refuses."""
    return intake.submit(
        session,
        run=offer.run,
        step=offer.step,
        person_id=person_id,
        sha256=sha256,
        size=size,
        source=source,
        at=at,
    )


def attempts_of(session: Session, offer: Offer, person_id: UUID) -> list[Attempt]:
    """The person's attempts with what was released of them, oldest first."""
    return list_attempts(session, offer.run.id, offer.step.id, person_id)


def find_by_name(session: Session, name: str) -> Person | None:
    """The person behind an opaque name of the hub's; None when it is none, or they are erased or locked."""
    try:
        person_id = UUID(hex=name.removeprefix("u"))
    except ValueError:
        return None
    person = session.get(Person, person_id)
    if person is None or person.opaque_name != name or person.erased_at is not None or person.locked_at is not None:
        return None
    return person


def _attempt_counts(session: Session, person_id: UUID) -> dict[tuple[UUID, str], int]:
    query = select(Attempt.run_id, Attempt.step_id, func.count()).where(Attempt.person_id == person_id)
    return {
        (run_id, step_id): count
        for run_id, step_id, count in session.execute(query.group_by(Attempt.run_id, Attempt.step_id))
    }


def _is_open(run: CourseRun, step: Step, done: int, at: datetime) -> bool:
    allowed = step.data.get("attempts")
    return not is_over(run, at) and (allowed is None or done < int(allowed))
