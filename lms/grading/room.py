"""What grading contributes."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from lms.courses import runs
from lms.courses.kinds import ActivityKind
from lms.errors import N_
from lms.grading import permissions, queue
from lms.grading.autograder import grade_attempt
from lms.grading.desk_views import desk
from lms.grading.intake import GRADE
from lms.grading.kind import AssignmentKind
from lms.grading.privacy import GRADING
from lms.grading.views import grading
from lms.jobs import Handler
from lms.notices.kinds import NoticeKind, NoticeKinds
from lms.people.actor import Actor, Permission
from lms.people.personal import PersonalData
from lms.registries import Registries
from lms.web.access import Visitor
from lms.web.navigation import NavItem


def lms_blueprints() -> Sequence[Blueprint]:
    return [grading, desk]


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


def lms_navigation() -> Sequence[NavItem]:
    return [NavItem("desk", N_("To grade"), "desk.inbox", "inbox", 20, needs="grading.judge", badge=_waiting)]


def _waiting(session: Session, visitor: Visitor) -> int:
    return queue.size(session, queue.waiting_answers(visitor, queue.Filters())) if isinstance(visitor, Actor) else 0


def lms_activity_kinds() -> Sequence[ActivityKind]:
    return [AssignmentKind()]


def install(_app: Flask, registries: Registries) -> None:
    registries.get(NoticeKinds).add(
        NoticeKind("grading.released", "message-square", N_("Feedback is ready: %(assignment)s"), words=_assignments)
    )


def _assignments(session: Session, params: Sequence[Mapping[str, str]], locale: str) -> list[dict[str, str]]:
    """Titles of assignments, in two queries."""
    listed = {run.slug: run for run in runs.list_runs(session)}
    contents = runs.contents_of(session, listed.values())
    words = []
    for each in params:
        run = listed.get(each["course"])
        step = contents[run.id].find_step(each["step"]) if run is not None else None
        title = step.title if step is not None else {}
        words.append({"assignment": title.get(locale) or next(iter(title.values()), each["step"])})
    return words


def lms_jobs() -> Sequence[Handler]:
    return [Handler(GRADE, grade_attempt, retry_seconds=(2, 30, 300), heavy=True)]


def lms_personal_data() -> Sequence[PersonalData]:
    return [GRADING]
