"""What an administrator sees of platforms: who is connected, who waits, and which scores are not through."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import NotFound
from lms.lti.models import Deployment, Registration, ResourceLink, ScorePost, ScoreTarget
from lms.lti.passback import enlist
from lms.lti.registrations import approve_deployment
from lms.people.actor import Actor
from lms.people.audit import record
from lms.people.models import Person

NOT_THROUGH = ("waiting", "refused", "sending")


@dataclass(frozen=True, slots=True)
class ScoreOnItsWay:
    """A score that a platform has not taken; `share` is 0..1 or None for one taken back, `host` the platform's, `reason` a message id or ""."""

    target_id: UUID
    person: str
    link: str
    host: str
    share: Decimal | None
    status: str
    reason: str
    reason_params: dict[str, Any]
    changed_at: datetime


def count_waiting_deployments(session: Session) -> int:
    """How many installations came by a launch and wait for an administrator."""
    query = select(func.count()).select_from(Deployment).where(Deployment.is_approved.is_(False))
    return session.scalar(query) or 0


def count_scores(session: Session) -> dict[str, int]:
    """How many scores are in which state: sent, waiting, refused, sending."""
    query = select(ScorePost.status, func.count()).group_by(ScorePost.status)
    return dict(session.execute(query).all())


def list_scores_on_their_way(session: Session, *, limit: int, offset: int = 0) -> list[ScoreOnItsWay]:
    """Those that are not through, newest first."""
    rows = session.execute(
        select(ScorePost, ScoreTarget, ResourceLink.link_title, Person.display_name)
        .join(ScoreTarget, ScoreTarget.id == ScorePost.target_id)
        .join(ResourceLink, ResourceLink.id == ScoreTarget.link_id)
        .join(Person, Person.id == ScoreTarget.person_id)
        .where(ScorePost.status.in_(NOT_THROUGH))
        .order_by(ScorePost.changed_at.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return [
        ScoreOnItsWay(
            target_id=post.target_id,
            person=name,
            link=title,
            host=urlsplit(target.url).netloc,
            share=post.share,
            status=post.status,
            reason=post.reason,
            reason_params=post.reason_params,
            changed_at=post.changed_at,
        )
        for post, target, title, name in rows
    ]


def send_again(session: Session, target_id: UUID, *, by: Actor, at: datetime) -> None:
    """Ask for one more sending of a person's score. Raises NotFound, Forbidden."""
    by.must("lti.manage")
    if session.get(ScoreTarget, target_id) is None:
        raise NotFound
    enlist(session, target_id, generation=f"again-{new_id().hex}")
    record(session, "lti.score_sent_again", at=at, actor_id=by.person_id, target=str(target_id))


def approve(session: Session, deployment_row_id: UUID, *, by: Actor, at: datetime) -> Deployment:
    """Let an installation that waits launch us. Raises NotFound, Forbidden."""
    by.must("lti.manage")
    row = session.get(Deployment, deployment_row_id)
    if row is None:
        raise NotFound
    approve_deployment(session, session.get_one(Registration, row.registration_id), row.deployment_id, at=at)
    record(session, "lti.deployment_approved", at=at, actor_id=by.person_id, deployment=str(row.id))
    return row
