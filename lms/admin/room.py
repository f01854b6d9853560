"""What the administration contributes."""

from collections.abc import Sequence

from flask import Blueprint
from sqlalchemy.orm import Session

from lms import jobs
from lms.admin import permissions
from lms.admin.metrics import metrics
from lms.admin.views import admin
from lms.errors import N_
from lms.people.actor import Permission
from lms.web.access import Visitor
from lms.web.admin_pages import AdminPage
from lms.web.navigation import NavItem


def lms_blueprints() -> Sequence[Blueprint]:
    return [admin, metrics]


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


def lms_navigation() -> Sequence[NavItem]:
    return [
        NavItem(
            name="admin",
            label=N_("Administration"),
            endpoint="admin.index",
            icon="settings",
            order=90,
            needs=permissions.OPEN.name,
            badge=_failures,
        )
    ]


def _failures(session: Session, _visitor: Visitor) -> int:
    return jobs.count_failures(session)


def lms_admin_pages() -> Sequence[AdminPage]:
    return [
        AdminPage(
            name="admin.jobs",
            title=N_("Background work"),
            summary=N_("What waits, runs and failed, and whether a worker is alive."),
            endpoint="admin.show_jobs",
            icon="activity",
            order=70,
            needs=permissions.JOBS.name,
        )
    ]
