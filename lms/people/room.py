"""What people contribute."""

from collections.abc import Sequence

from flask import Blueprint

from lms.errors import N_
from lms.jobs import Handler, Schedule
from lms.people import audit_views, erasure, import_views, password_views, permissions
from lms.people.actor import Permission
from lms.people.admin_views import people_admin
from lms.people.group_views import my_groups
from lms.people.personal import PersonalData
from lms.people.privacy import PEOPLE
from lms.people.tidying import forget_job
from lms.people.views import people
from lms.people.welcome import welcome
from lms.web.admin_pages import AdminPage
from lms.web.cards import Card
from lms.web.navigation import NavItem

DAY_SECONDS = 24 * 3600
VIEWS = (audit_views, import_views, password_views)
"""Modules that add their views to the blueprint of another one."""

PAGES = (
    AdminPage(
        name="people",
        title=N_("People"),
        summary=N_("Search, add and invite people, give roles."),
        endpoint="people_admin.index",
        icon="users",
        order=10,
        needs=permissions.MANAGE.name,
    ),
    AdminPage(
        name="people.groups",
        title=N_("Tutor groups"),
        summary=N_("Who accompanies whom."),
        endpoint="people_admin.list_groups",
        icon="user-round-check",
        order=11,
        needs=permissions.MANAGE.name,
    ),
    AdminPage(
        name="people.import",
        title=N_("Import people"),
        summary=N_("A CSV list with roles, cohort and groups; first a preview."),
        endpoint="people_admin.import_list",
        icon="upload",
        order=12,
        needs=permissions.MANAGE.name,
    ),
    AdminPage(
        name="people.audit",
        title=N_("Audit"),
        summary=N_("Who did what to whom, and when."),
        endpoint="people_admin.list_audit",
        icon="shield-check",
        order=80,
        needs=permissions.AUDIT.name,
    ),
)


def lms_blueprints() -> Sequence[Blueprint]:
    return [people, people_admin, my_groups]


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


def lms_jobs() -> Sequence[Handler]:
    return [Handler("people.forget", forget_job), erasure.HANDLER]


def lms_schedules() -> Sequence[Schedule]:
    return [Schedule("people.forget", "people.forget", DAY_SECONDS)]


def lms_personal_data() -> Sequence[PersonalData]:
    return [PEOPLE]


def lms_navigation() -> Sequence[NavItem]:
    return [
        NavItem(
            name="groups",
            label=N_("My groups"),
            endpoint="groups.index",
            icon="users",
            order=60,
            needs=permissions.ACCOMPANY.name,
        )
    ]


def lms_admin_pages() -> Sequence[AdminPage]:
    return PAGES


def lms_cards() -> Sequence[Card]:
    return [Card("people.welcome", "people/welcome_card.html", 0, welcome)]
