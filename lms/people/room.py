"""What people contribute."""

from collections.abc import Sequence

from flask import Blueprint

from lms.jobs import Handler, Schedule
from lms.people import permissions
from lms.people.actor import Permission
from lms.people.personal import PersonalData
from lms.people.privacy import PEOPLE
from lms.people.tidying import forget_job
from lms.people.views import people

DAY_SECONDS = 24 * 3600


def lms_blueprints() -> Sequence[Blueprint]:
    return [people]


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


def lms_jobs() -> Sequence[Handler]:
    return [Handler("people.forget", forget_job)]


def lms_schedules() -> Sequence[Schedule]:
    return [Schedule("people.forget", "people.forget", DAY_SECONDS)]


def lms_personal_data() -> Sequence[PersonalData]:
    return [PEOPLE]
