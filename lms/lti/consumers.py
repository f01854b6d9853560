"""Platforms by LTI 1.1 that an administrator connected: a key, a shared secret, and where results may go."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.errors import NotFound
from lms.lti.models import Consumer
from lms.lti.registrations import actor_of, check_id, host_of, site, vault_of
from lms.people.actor import Actor
from lms.people.audit import record

SECRET_BYTES = 24


def add_consumer(
    session: Session,
    key: str,
    *,
    origins: Iterable[str] = (),
    outcome_hosts: Iterable[str] = (),
    by: Actor | None = None,
    at: datetime,
) -> str:
    """Connect a platform by LTI 1.1; returns the shared secret. Again with the same key: the secret stays.

    `outcome_hosts` (`host:port`) may be private addresses. `by`: None is the command line. Raises Invalid, Forbidden.
    """
    actor_id = actor_of(by)
    check_id(key)
    vault = vault_of(session)
    row = find_consumer(session, key)
    if row is None:
        row = Consumer(
            id=new_id(), key=key, sealed_secret=vault.seal(_new_secret()), created_at=at, origins=[], trusted_hosts=[]
        )
        session.add(row)
    row.is_active = True
    _write(row, [*row.origins, *origins], outcome_hosts)
    session.flush()
    record(session, "lti.consumer_added", at=at, actor_id=actor_id, consumer=str(row.id))
    return vault.open(row.sealed_secret)


def change_consumer(
    session: Session,
    consumer_id: UUID,
    *,
    origins: Iterable[str],
    outcome_hosts: Iterable[str],
    by: Actor | None = None,
    at: datetime,
) -> Consumer:
    """Change its places, on or off; key and secret stay. Raises NotFound, Invalid, Forbidden."""
    actor_id = actor_of(by)
    row = get_consumer(session, consumer_id)
    _write(row, origins, outcome_hosts)
    record(session, "lti.consumer_changed", at=at, actor_id=actor_id, consumer=str(row.id))
    return row


def switch_consumer(
    session: Session, consumer_id: UUID, *, on: bool, by: Actor | None = None, at: datetime
) -> Consumer:
    """Let it launch us, or not; nothing is lost, and switching twice changes nothing. Raises NotFound, Forbidden."""
    actor_id = actor_of(by)
    row = get_consumer(session, consumer_id)
    if row.is_active is not on:
        row.is_active = on
        action = "lti.consumer_enabled" if on else "lti.consumer_disabled"
        record(session, action, at=at, actor_id=actor_id, consumer=str(row.id))
    return row


def rotate_secret(session: Session, consumer_id: UUID, *, by: Actor | None = None, at: datetime) -> str:
    """A new secret; launches signed with the old one are refused from now on. Raises NotFound, Forbidden."""
    actor_id = actor_of(by)
    row, secret = get_consumer(session, consumer_id), _new_secret()
    row.sealed_secret = vault_of(session).seal(secret)
    record(session, "lti.secret_rotated", at=at, actor_id=actor_id, consumer=str(row.id))
    return secret


def get_consumer(session: Session, consumer_id: UUID) -> Consumer:
    """On or off. Raises NotFound."""
    row = session.get(Consumer, consumer_id)
    if row is None:
        raise NotFound
    return row


def find_consumer(session: Session, key: str) -> Consumer | None:
    return session.scalar(select(Consumer).where(Consumer.key == key))


def list_consumers(session: Session) -> list[Consumer]:
    """All LTI 1.1 consumers, at most 1000."""
    return list(session.scalars(select(Consumer).order_by(Consumer.key).limit(1000)))


def outcome_host(given: str) -> str:
    """`host:port` of what was typed, with or without a scheme. Raises Invalid."""
    return host_of(given if "//" in given else f"http://{given}")


def _write(row: Consumer, origins: Iterable[str], outcome_hosts: Iterable[str]) -> None:
    row.origins = sorted({site(given) for given in origins})
    row.trusted_hosts = sorted({outcome_host(given) for given in outcome_hosts})


def _new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)
