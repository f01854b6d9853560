"""What the demo's participants and tutors do in the background: hand in, judge, release."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms import files
from lms.courses import service as courses
from lms.courses.models import CourseRun
from lms.demo.cast import PARTICIPANTS, STAFF, Participant, Work
from lms.demo.works import solve
from lms.grading import desk, intake
from lms.grading.handout import released_notebooks
from lms.grading.models import Attempt
from lms.grading.release import release
from lms.grading.states import AttemptState
from lms.jobs import JobRun
from lms.people.accounts import find_account, get_person
from lms.people.passwords import password_key
from lms.people.sessions import actor_of
from lms.settings import Settings

BY_LOGIN = {participant.login: participant for participant in PARTICIPANTS}


def hand_in(job: JobRun) -> None:
    """Hand one planned work in, as its participant would, some days ago."""
    work = BY_LOGIN[job.ids["login"]].works[int(job.ids["work"])]
    settings = job.database.registries.get_existing(Settings)
    with job.reading() as session:
        run, locale = _run(session, work), get_person(session, UUID(job.ids["person_id"])).locale or "ru"
        step = courses.content_of(session, run).get_step(work.step)
        name = next(iter(step.data["notebooks"]))
        released = released_notebooks(session, run, step, locale, settings)[name]
        source = courses.read_file(session, run, f"source/{step.id}/{name}.ipynb")
        content = solve(released, source, tasks=work.solved, answer=work.answer)
        sha256 = files.of(session).put(content)
    with job.writing() as session:
        intake.submit(
            session,
            run=_run(session, work),
            step=step,
            person_id=UUID(job.ids["person_id"]),
            sha256=sha256,
            size=len(content),
            source="upload",
            at=job.at() - timedelta(days=work.days_ago),
        )


def judge(job: JobRun) -> None:
    """Tutors judge what the plan says and is graded by now; the rest stays in their queues for you."""
    with job.writing() as session:
        for participant in PARTICIPANTS:
            for work in participant.works:
                if work.points is not None:
                    _judge(session, participant, work, job)


def _judge(session: Session, participant: Participant, work: Work, job: JobRun) -> None:
    account = find_account(session, password_key(participant.login))
    tutor = find_account(session, password_key(STAFF[participant.group][2]))
    if account is None or tutor is None:
        return
    attempt = session.scalar(
        select(Attempt)
        .where(
            Attempt.person_id == account.person_id,
            Attempt.run_id == _run(session, work).id,
            Attempt.step_id == work.step,
            Attempt.state == AttemptState.NEEDS_PERSON,
            Attempt.number == _number(participant, work),
        )
        .options(selectinload(Attempt.cells))
    )
    if attempt is None:
        return
    by = actor_of(session, get_person(session, tutor.person_id))
    for cell in attempt.cells:
        if cell.needs_person:
            score = Decimal(work.points or 0)
            desk.judge(session, cell.id, score=score, comment=work.comment, seen=None, by=by, at=job.at())
    release(session, attempt.id, by=by, at=job.at())


def _run(session: Session, work: Work) -> CourseRun:
    run = courses.find_run_by_slug(session, work.course)
    if run is None:
        raise LookupError(f"the demo needs the course {work.course}")
    return run


def _number(participant: Participant, work: Work) -> int:
    """Which of the participant's attempts at this assignment it is."""
    same = [other for other in participant.works if (other.course, other.step) == (work.course, work.step)]
    return 1 + same.index(work)
