"""What people contribute."""

from collections.abc import Sequence

from flask import Blueprint

from lms.people import permissions
from lms.people.actor import Permission
from lms.people.views import people


def lms_blueprints() -> Sequence[Blueprint]:
    return [people]


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL
