"""What courses contribute."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms.courses import permissions
from lms.courses.mandatory import enrol_by_rule
from lms.courses.models import CourseRun, Enrolment
from lms.courses.subjects import view_activity, view_course
from lms.jobs import Handler, Schedule
from lms.ledger import FactKind
from lms.ledger.subjects import SubjectKind
from lms.people.actor import Permission
from lms.people.personal import PersonalData

ACTIVITY_SCORED = "activity.scored"
ENROL = "courses.enrol"
HOUR_SECONDS = 3600


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


def lms_fact_kinds() -> Sequence[FactKind]:
    return [
        FactKind(
            ACTIVITY_SCORED,
            "A score of a step was released to the participant. The one of the highest generation counts.",
            {
                "score": "points as a decimal string, at least 0",
                "max": "points that could be had, as a decimal string",
                "generation": "int from 1: attempts and regrades count on",
                "step": "id of the step; the subject is activity:<slug>/<step>",
                "submitted_at": "optional: when the work was handed in (ISO 8601); without it the fact's own time counts",
            },
        )
    ]


def lms_jobs() -> Sequence[Handler]:
    return [Handler(ENROL, enrol_by_rule)]


def lms_schedules() -> Sequence[Schedule]:
    """A run that starts gets its people within the hour, and so does a cohort that grows."""
    return [Schedule(ENROL, ENROL, HOUR_SECONDS)]


def lms_subject_kinds() -> Sequence[SubjectKind]:
    return [SubjectKind("course", view_course), SubjectKind("activity", view_activity)]


def lms_personal_data() -> Sequence[PersonalData]:
    return [
        PersonalData(
            name="courses",
            tables=frozenset({Enrolment.__tablename__}),
            retention="Kept while the person takes part in the programme; erased with the person.",
            export=_export,
            erase=_erase,
        )
    ]


def _export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        select(CourseRun.slug, CourseRun.code, Enrolment)
        .join(Enrolment, Enrolment.run_id == CourseRun.id)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.enrolled_at)
        .limit(1000)
    ).all()
    return [
        {
            "course": slug,
            "run": code,
            "source": enrolment.source,
            "enrolled_at": enrolment.enrolled_at.isoformat(),
            "left_at": enrolment.left_at.isoformat() if enrolment.left_at else None,
        }
        for slug, code, enrolment in rows
    ]


def _erase(session: Session, person_id: UUID) -> None:
    """The rows go, and the seats that were theirs are free."""
    seated = select(Enrolment.run_id).where(Enrolment.person_id == person_id, Enrolment.left_at.is_(None))
    session.execute(
        update(CourseRun)
        .where(CourseRun.kind == "elective", CourseRun.id.in_(seated))
        .values(seats_taken=CourseRun.seats_taken - 1)
    )
    session.execute(delete(Enrolment).where(Enrolment.person_id == person_id))
