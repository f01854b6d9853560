"""The whole plugin API. Hooks collect data objects at start-up; reactions go through the ledger.

A plugin is a distribution with an entry point `NAME = "package.module"` in the group `lms.plugins`; that module holds
functions marked `@lms.plugins.hookimpl` with the names below. What a plugin named `x` registers is prefixed with `x.`
(permissions, fact kinds, jobs) or is `x` itself (blueprint); its tables are `x_…`, its migrations `migrations/` in its
package with a version table of its own; templates, static files and `translations/` are found by name.
"""

from collections.abc import Sequence

import click
import pluggy
from flask import Blueprint

from lms.courses.kinds import ActivityKind
from lms.jobs import Handler, Schedule
from lms.ledger import FactKind, Subscriber
from lms.ledger.subjects import SubjectKind
from lms.notices.kinds import NoticeKind
from lms.people.actor import Permission
from lms.people.person_links import PersonLink
from lms.people.personal import PersonalData
from lms.settings import Settings
from lms.supervisor.children import Child
from lms.web.admin_pages import AdminPage
from lms.web.cards import Card
from lms.web.navigation import NavItem

hookspec = pluggy.HookspecMarker("lms")


@hookspec
def lms_blueprints() -> Sequence[Blueprint]:
    """Pages. The blueprint's name is the plugin's; every view names its permission with `@needs`."""
    return ()


@hookspec
def lms_navigation() -> Sequence[NavItem]:
    """Items of the main bar."""
    return ()


@hookspec
def lms_cards() -> Sequence[Card]:
    """Cards of a person's start page."""
    return ()


@hookspec
def lms_admin_pages() -> Sequence[AdminPage]:
    """Pages of the administration's index."""
    return ()


@hookspec
def lms_person_links() -> Sequence[PersonLink]:
    """Links to a page about a person, beside them in groups and on their page."""
    return ()


@hookspec
def lms_notice_kinds() -> Sequence[NoticeKind]:
    """Kinds of notices that the plugin sends by `lms.notices.notify`."""
    return ()


@hookspec
def lms_permissions() -> Sequence[Permission]:
    """Permissions and the roles that hold them."""
    return ()


@hookspec
def lms_fact_kinds() -> Sequence[FactKind]:
    """Kinds of facts that the plugin appends."""
    return ()


@hookspec
def lms_subscribers() -> Sequence[Subscriber]:
    """Reactions to facts, run in the background at least once each."""
    return ()


@hookspec
def lms_subject_kinds() -> Sequence[SubjectKind]:
    """How the subjects of the plugin's facts are shown: title, link, hours, skills."""
    return ()


@hookspec
def lms_activity_kinds() -> Sequence[ActivityKind]:
    """Kinds of steps that a course may be made of."""
    return ()


@hookspec
def lms_jobs() -> Sequence[Handler]:
    """Background work, enlisted with `lms.jobs.enqueue`."""
    return ()


@hookspec
def lms_schedules() -> Sequence[Schedule]:
    """Handlers that run by the clock."""
    return ()


@hookspec
def lms_personal_data() -> Sequence[PersonalData]:
    """Export and erasure of a person; needed as soon as a table has a `person_id`."""
    return ()


@hookspec
def lms_commands() -> Sequence[click.Command]:
    """Commands, found as `python3 -m lms NAME …`."""
    return ()


@hookspec
def lms_children(settings: Settings) -> Sequence[Child]:  # noqa: ARG001 - hooks name the arguments they get
    """Processes of the plugin's own that `run` and `demo` keep alive beside web, worker and hub."""
    return ()
