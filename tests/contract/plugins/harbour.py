"""A plugin that uses every hook once: an example to read, and what the contract test installs as plugin `harbour`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import click
from flask import Blueprint
from sqlalchemy.orm import Session

from lms.courses.kinds import ActivityKind
from lms.errors import N_
from lms.jobs import Handler, JobRun, Schedule
from lms.ledger import Fact, FactKind, Subscriber
from lms.ledger.subjects import SubjectKind, SubjectView
from lms.notices.kinds import NoticeKind
from lms.people.actor import Actor, Permission, Role
from lms.people.person_links import PersonLink
from lms.people.personal import PersonalData
from lms.plugins import hookimpl
from lms.settings import Settings
from lms.supervisor.children import Child
from lms.web.access import SIGNED_IN, Visitor, needs
from lms.web.admin_pages import AdminPage
from lms.web.cards import Card
from lms.web.navigation import NavItem
from tests.factories.courses import QuestKind

pages = Blueprint("harbour", __name__, url_prefix="/harbour")
WATCH = Permission("harbour.watch", N_("Watch the ships"), frozenset({Role.ADMIN}))


@pages.get("")
@needs(SIGNED_IN)
def show() -> str:
    """Ships for everybody."""
    return "ships"


@pages.get("/watch")
@needs(WATCH.name)
def watch() -> str:
    """The watch's page."""
    return "all ships"


@hookimpl
def lms_blueprints() -> Sequence[Blueprint]:
    return [pages]


@hookimpl
def lms_navigation() -> Sequence[NavItem]:
    return [NavItem("harbour", N_("Harbour"), "harbour.show", "compass", 50)]


@hookimpl
def lms_cards() -> Sequence[Card]:
    return [Card("harbour.ships", "harbour/card.html", 80, _ships)]


def _ships(_session: Session, visitor: Visitor) -> Mapping[str, object] | None:
    return {"ships": [f"HMS {visitor.display_name}"]}


@hookimpl
def lms_admin_pages() -> Sequence[AdminPage]:
    return [AdminPage("harbour.watch", N_("Watch"), N_("All ships."), "harbour.watch", "eye", 50, WATCH.name)]


@pages.get("/captain/<uuid:person_id>")
@needs(WATCH.name)
def captain(person_id: UUID) -> str:
    """A page about one person."""
    return f"captain {person_id}"


def _captains(_session: Session, person_ids: Sequence[UUID], by: Actor) -> frozenset[UUID]:
    return frozenset(person_ids) if by.may(WATCH.name) else frozenset()


@hookimpl
def lms_person_links() -> Sequence[PersonLink]:
    return [PersonLink("harbour.captain", N_("Captain"), "harbour.captain", "compass", 50, _captains)]


@hookimpl
def lms_notice_kinds() -> Sequence[NoticeKind]:
    return [NoticeKind("harbour.arrived", "compass", N_("%(ship)s has arrived."))]


@hookimpl
def lms_permissions() -> Sequence[Permission]:
    return [WATCH]


@hookimpl
def lms_fact_kinds() -> Sequence[FactKind]:
    return [FactKind("harbour.sailed", "A ship has sailed.", {"ship": "its number"})]


def hear(job: JobRun) -> None:
    """React to a fact: idempotent, since it runs at least once."""
    with job.reading() as session:
        session.get_one(Fact, UUID(job.ids["fact_id"]))


@hookimpl
def lms_subscribers() -> Sequence[Subscriber]:
    return [Subscriber("harbour.log", frozenset({"harbour.sailed"}), hear)]


@hookimpl
def lms_subject_kinds() -> Sequence[SubjectKind]:
    return [SubjectKind("harbour", lambda _session, fact: SubjectView({"en": fact.subject}))]


class VoyageKind(QuestKind):
    """A kind of step of a course."""

    name = "harbour-voyage"
    label = "Voyage"


@hookimpl
def lms_activity_kinds() -> Sequence[ActivityKind]:
    return [VoyageKind()]


def count_ships(_job: JobRun) -> None:
    """Work in the background."""


@hookimpl
def lms_jobs() -> Sequence[Handler]:
    return [Handler("harbour.count", count_ships)]


@hookimpl
def lms_schedules() -> Sequence[Schedule]:
    return [Schedule("harbour.count", "harbour.count", 3600)]


def _export(_session: Session, _person_id: UUID) -> list[dict[str, Any]]:
    return []


def _erase(_session: Session, _person_id: UUID) -> None: ...


@hookimpl
def lms_personal_data() -> Sequence[PersonalData]:
    return [PersonalData("harbour", frozenset(), "The harbour keeps nothing.", _export, _erase)]


@hookimpl
def lms_commands() -> Sequence[click.Command]:
    return [click.Command("harbour", callback=lambda: click.echo("ahoy"))]


@hookimpl
def lms_children(settings: Settings) -> Sequence[Child]:
    return [Child("harbour", ["lighthouse", "--state", str(settings.state_dir)])]
