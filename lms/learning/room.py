"""What learning contributes."""

from collections.abc import Sequence

from flask import Blueprint, Flask

from lms.completion.kinds import DoneKind, DoneKinds
from lms.courses.kinds import ActivityKind
from lms.courses.permissions import CHOOSE, VIEW_ANY
from lms.courses.run_links import init_run_links
from lms.errors import N_
from lms.learning.group_views import participants
from lms.learning.lesson_kind import READ, LessonKind
from lms.learning.views import catalogue, learning
from lms.ledger import FactKind
from lms.registries import Registries
from lms.web.navigation import NavItem


def lms_blueprints() -> Sequence[Blueprint]:
    return [learning, catalogue, participants]


def lms_navigation() -> Sequence[NavItem]:
    return [
        NavItem("home", N_("Home"), "learning.home", "house", 0, pages=("grading.assignment",)),
        NavItem("catalogue", N_("Electives"), "catalogue.electives", "compass", 10, needs=CHOOSE.name),
        NavItem("courses", N_("Courses"), "catalogue.all_courses", "book-open", 12, needs=VIEW_ANY.name),
    ]


def lms_activity_kinds() -> Sequence[ActivityKind]:
    return [LessonKind()]


def lms_fact_kinds() -> Sequence[FactKind]:
    return [FactKind(READ, "A participant says that they have read a lesson. The subject is activity:<slug>/<step>.")]


def install(app: Flask, registries: Registries) -> None:
    """Registries of the core alone."""
    init_run_links(app)
    registries.get(DoneKinds).add(DoneKind(READ))
