"""What the LTI tool contributes."""

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import Blueprint, Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lms.errors import N_
from lms.jobs import Handler, Schedule
from lms.ledger import Subscriber
from lms.lti import (
    data_privacy,
    deep_linking_request,
    passback,
    permissions,
    resource_links,
    rosters,
    submission_review,
)
from lms.lti.admin_views import lti_admin
from lms.lti.choice_views import lti_choice
from lms.lti.consumer_views import lti_consumer
from lms.lti.http import PlatformHttp
from lms.lti.jwks import JwksCache
from lms.lti.messages import Messages
from lms.lti.models import Choice, Roster, RosterMember, ScorePost, ScoreTarget
from lms.lti.platform_views import lti_platform
from lms.lti.registrations import framing_sites
from lms.lti.roster_views import lti_rosters
from lms.lti.services import PlatformServices
from lms.lti.views import lti
from lms.people.actor import Permission
from lms.people.personal import PersonalData
from lms.registries import Registries
from lms.web.access import may_ask
from lms.web.admin_pages import AdminPage
from lms.web.headers import allow_framing
from lms.web.unit import reading

MESSAGES = (resource_links.MESSAGE, deep_linking_request.MESSAGE, submission_review.MESSAGE, data_privacy.MESSAGE)
SITES_SECONDS = 10.0
log = structlog.get_logger(__name__)


def lms_blueprints() -> Sequence[Blueprint]:
    return [lti, lti_admin, lti_platform, lti_consumer, lti_rosters, lti_choice]


def lms_permissions() -> Sequence[Permission]:
    return permissions.ALL


def lms_admin_pages() -> Sequence[AdminPage]:
    return [
        AdminPage(
            name="lti.platforms",
            title=N_("Learning platforms"),
            summary=N_("Who may launch our courses by LTI, and whether the scores arrive there."),
            endpoint="lti_admin.show",
            icon="link",
            order=60,
            needs=permissions.MANAGE.name,
        ),
        AdminPage(
            name="lti.rosters",
            title=N_("Class lists"),
            summary=N_("Who is in the platforms' courses that link to ours."),
            endpoint="lti_rosters.index",
            icon="users",
            order=61,
            needs=permissions.MANAGE.name,
        ),
    ]


def lms_jobs() -> Sequence[Handler]:
    return [*passback.HANDLERS, *rosters.HANDLERS]


def lms_schedules() -> Sequence[Schedule]:
    return rosters.SCHEDULES


def lms_subscribers() -> Sequence[Subscriber]:
    return passback.SUBSCRIBERS


def lms_personal_data() -> Sequence[PersonalData]:
    return [
        PersonalData(
            name="lti",
            tables=frozenset({ScoreTarget.__tablename__, RosterMember.__tablename__, Choice.__tablename__}),
            retention="As long as the account; erased with the person. Of a roster a hash of the platform's id stays. Choices live two hours.",
            export=_export,
            erase=_erase,
        )
    ]


def install(app: Flask, registries: Registries) -> None:
    """One HTTP client, one cache of keys and one of tokens a process; and who may frame our pages."""
    http = PlatformHttp()
    registries.put(http)
    registries.put(JwksCache(http))
    registries.put(PlatformServices(http))
    for message in MESSAGES:
        registries.get(Messages).add(message)
    allow_framing(app, _Sites())


class _Sites:
    """Asked at every page, so the answer is kept for `SITES_SECONDS`; a new registration may frame us after that."""

    def __init__(self) -> None:
        self._sites: list[str] = []
        self._asked_at = float("-inf")

    def __call__(self) -> list[str]:
        if may_ask() and time.monotonic() - self._asked_at > SITES_SECONDS:
            try:
                self._sites = framing_sites(reading())
            except SQLAlchemyError:  # the page that says so must still go out, as strict as before
                log.warning("lti.framing_sites_not_read", exc_info=True)
            self._asked_at = time.monotonic()
        return self._sites


def _export(session: Session, person_id: UUID) -> list[dict[str, Any]]:
    rows = session.execute(
        select(ScoreTarget, ScorePost)
        .outerjoin(ScorePost, ScorePost.target_id == ScoreTarget.id)
        .where(ScoreTarget.person_id == person_id)
    ).all()
    scores = [
        {
            "what": "score",
            "platform": urlsplit(target.url).netloc,
            "subject": target.subject,
            "status": post.status if post is not None else None,
            "share": str(post.share) if post is not None and post.share is not None else None,
            "changed_at": post.changed_at.isoformat() if post is not None else None,
        }
        for target, post in rows
    ]
    listed = session.execute(
        select(Roster.context_title, RosterMember.seen_at)
        .join(Roster, Roster.id == RosterMember.roster_id)
        .where(RosterMember.person_id == person_id)
    )
    return [*scores, *({"what": "roster", "title": title, "seen_at": seen.isoformat()} for title, seen in listed)]


def _erase(session: Session, person_id: UUID) -> None:
    targets = select(ScoreTarget.id).where(ScoreTarget.person_id == person_id)
    session.execute(delete(ScorePost).where(ScorePost.target_id.in_(targets)))
    session.execute(delete(ScoreTarget).where(ScoreTarget.person_id == person_id))
    session.execute(delete(Choice).where(Choice.person_id == person_id))
    session.execute(update(RosterMember).where(RosterMember.person_id == person_id).values(person_id=None))
