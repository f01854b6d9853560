"""Platforms by LTI 1.3 that an administrator connected, and our own keys. Those by LTI 1.1 are in consumers.py."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import registries
from lms.database import new_id
from lms.errors import N_, Invalid, NotFound
from lms.lti.addresses import PORTS, origin
from lms.lti.errors import AddressRefused, UnknownPlatform
from lms.lti.keys import new_kid, new_private_key, public_jwk
from lms.lti.models import Consumer, Deployment, Registration, SigningKey
from lms.lti.permissions import MANAGE
from lms.lti.text import is_plain_id
from lms.lti.vault import Vault
from lms.people.actor import Actor
from lms.people.audit import record
from lms.settings import Settings

KEPT_AFTER_ROTATION = timedelta(days=14)
MAX_URL = 2000
_HOST = re.compile(r"[a-z0-9._:-]+", re.ASCII)
"""Nothing else may be in a host: it becomes part of a header that says who may frame us (an IDN is written as xn--)."""


@dataclass(frozen=True, slots=True)
class PlatformDetails:
    """What a platform's administrator page tells about it."""

    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    jwks_url: str


def vault_of(session: Session) -> Vault:
    """Opens this installation's sealed secrets."""
    return Vault(registries.of(session).get_existing(Settings).secret())


def add_platform(
    session: Session,
    details: PlatformDetails,
    deployment_ids: Iterable[str],
    *,
    origins: Iterable[str] = (),
    by: Actor | None = None,
    at: datetime,
) -> Registration:
    """Connect a platform by LTI 1.3; again with the same issuer and client id: change it and switch it on.

    Deployments are approved. `by`: None is the command line. Raises Invalid for ids or URLs that cannot be right,
    Forbidden.
    """
    actor_id = actor_of(by)
    for value in (details.issuer, details.client_id, *deployment_ids):
        check_id(value)
    row = find_platform(session, details.issuer, details.client_id)
    if row is None:
        row = Registration(id=new_id(), issuer=details.issuer, client_id=details.client_id, created_at=at)
        session.add(row)
    row.is_active = True
    _write(row, details, origins)
    session.flush()
    for deployment_id in deployment_ids:
        approve_deployment(session, row, deployment_id, at=at)
    signing_key(session, at=at)
    record(session, "lti.platform_added", at=at, actor_id=actor_id, registration=str(row.id))
    return row


def _write(row: Registration, details: PlatformDetails, origins: Iterable[str]) -> None:
    """Its own URLs name the hosts that we call and a site that may frame us."""
    row.trusted_hosts = sorted({host_of(url) for url in (details.auth_url, details.token_url, details.jwks_url)})
    row.auth_url, row.token_url, row.jwks_url = details.auth_url, details.token_url, details.jwks_url
    row.origins = sorted({site(details.auth_url), *(site(given) for given in origins)})


def change_platform(
    session: Session,
    registration_id: UUID,
    details: PlatformDetails,
    *,
    origins: Iterable[str],
    by: Actor | None = None,
    at: datetime,
) -> Registration:
    """Change its addresses, on or off. Issuer and client id stay, whatever `details` says: its people are known by them.

    Raises NotFound, Invalid, Forbidden.
    """
    actor_id = actor_of(by)
    row = get_registration(session, registration_id)
    _write(row, details, origins)
    record(session, "lti.platform_changed", at=at, actor_id=actor_id, registration=str(row.id))
    return row


def switch_platform(
    session: Session, registration_id: UUID, *, on: bool, by: Actor | None = None, at: datetime
) -> Registration:
    """Let it launch us, or not; nothing is lost, and switching twice changes nothing. Raises NotFound, Forbidden."""
    actor_id = actor_of(by)
    row = get_registration(session, registration_id)
    if row.is_active is not on:
        row.is_active = on
        action = "lti.platform_enabled" if on else "lti.platform_disabled"
        record(session, action, at=at, actor_id=actor_id, registration=str(row.id))
    return row


def get_registration(session: Session, registration_id: UUID) -> Registration:
    """On or off. Raises NotFound."""
    row = session.get(Registration, registration_id)
    if row is None:
        raise NotFound
    return row


def find_platform(session: Session, issuer: str, client_id: str) -> Registration | None:
    """By the pair that makes it one, on or off."""
    return session.scalar(
        select(Registration).where(Registration.issuer == issuer, Registration.client_id == client_id)
    )


def list_deployments(session: Session, registration_id: UUID) -> list[Deployment]:
    """Those that wait first, at most 1000."""
    query = select(Deployment).where(Deployment.registration_id == registration_id)
    return list(session.scalars(query.order_by(Deployment.is_approved, Deployment.deployment_id).limit(1000)))


def approve_deployment(session: Session, registration: Registration, deployment_id: str, *, at: datetime) -> None:
    """Let this deployment launch us, whether it was seen before or not."""
    known = find_deployment(session, registration, deployment_id)
    if known is None:
        session.add(
            Deployment(
                id=new_id(),
                registration_id=registration.id,
                deployment_id=deployment_id,
                is_approved=True,
                created_at=at,
            )
        )
    else:
        known.is_approved = True
    session.flush()


def find_deployment(session: Session, registration: Registration, deployment_id: str) -> Deployment | None:
    return session.scalar(
        select(Deployment).where(
            Deployment.registration_id == registration.id, Deployment.deployment_id == deployment_id
        )
    )


def get_platform(session: Session, issuer: str, client_id: str) -> Registration:
    """The active registration that a login means. Raises UnknownPlatform, also when it names no client and several fit."""
    query = select(Registration).where(Registration.issuer == issuer, Registration.is_active)
    if client_id:
        query = query.where(Registration.client_id == client_id)
    found = session.scalars(query.limit(2)).all()
    if len(found) != 1:
        raise UnknownPlatform(f"{issuer} {client_id}".strip())
    return found[0]


def list_platforms(session: Session) -> list[tuple[Registration, list[Deployment]]]:
    """All registrations with their deployments, at most 1000."""
    rows = session.scalars(select(Registration).order_by(Registration.issuer, Registration.client_id).limit(1000)).all()
    deployments = session.scalars(select(Deployment).order_by(Deployment.deployment_id)).all()
    return [(row, [one for one in deployments if one.registration_id == row.id]) for row in rows]


def signing_key(session: Session, *, at: datetime) -> tuple[str, str]:
    """(kid, PEM) of our newest key; made when there is none, so the caller's transaction must be one that writes."""
    row = session.scalars(
        select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.created_at.desc())
    ).first()
    vault = vault_of(session)
    if row is None:
        row = SigningKey(kid=new_kid(), sealed_pem=vault.seal(new_private_key()), created_at=at)
        session.add(row)
        session.flush()
    return row.kid, vault.open(row.sealed_pem)


def rotate_key(session: Session, *, at: datetime) -> str:
    """Sign with a new key from now on; returns its kid. The old ones stay in the JWKS for `KEPT_AFTER_ROTATION`."""
    for row in session.scalars(select(SigningKey).where(SigningKey.retired_at.is_(None))):
        row.retired_at = at
    session.flush()
    record(session, "lti.key_rotated", at=at, actor_id=None)
    return signing_key(session, at=at)[0]


def public_keys(session: Session, *, at: datetime) -> list[dict[str, str]]:
    """Our JWKS: keys that sign, and retired ones that platforms may still meet."""
    vault = vault_of(session)
    rows = session.scalars(select(SigningKey).order_by(SigningKey.created_at.desc()))
    return [
        public_jwk(vault.open(row.sealed_pem), row.kid)
        for row in rows
        if row.retired_at is None or at - row.retired_at < KEPT_AFTER_ROTATION
    ]


def framing_sites(session: Session) -> list[str]:
    """Origins of all active platforms: they may show our pages in a frame."""
    registered = session.scalars(select(Registration.origins).where(Registration.is_active)).all()
    consumers = session.scalars(select(Consumer.origins).where(Consumer.is_active)).all()
    return sorted({one for origins in (*registered, *consumers) for one in origins})


def actor_of(by: Actor | None) -> UUID | None:
    """Whom the audit names; None for the command line. Raises Forbidden for somebody who may not manage platforms."""
    if by is None:
        return None
    by.must(MANAGE.name)
    return by.person_id


def check_id(value: str) -> None:
    """Raises Invalid for what no platform can mean by an identifier."""
    if not is_plain_id(value):
        raise Invalid(
            N_("%(value)s is no identifier: it is empty, too long or has control characters."), value=value[:80]
        )


def site(url: str) -> str:
    """The origin of a URL as browsers write it. Raises Invalid when it has none."""
    host, _, port = host_of(url).rpartition(":")
    scheme = urlsplit(url).scheme
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if PORTS[scheme] == int(port) else f":{port}")


def digest(text: str) -> str:
    """What is kept of a random value that comes back later."""
    return hashlib.sha256(text.encode()).hexdigest()


def host_of(url: str) -> str:
    """`host:port` of an http or https URL. Raises Invalid for anything else."""
    try:
        found = origin(url)
    except AddressRefused:
        found = ""
    if len(url) > MAX_URL or not _HOST.fullmatch(found):
        raise Invalid(N_("%(value)s is no http or https address."), value=url[:200])
    return found
