"""LTI 1.3: the login that a platform starts, and the launch that ends it (IMS Security Framework 1.0, 5.1.1).

State, nonce, registration and browser are one row; whoever deletes it owns the launch, so a replay finds nothing,
however many web processes there are.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms import registries
from lms.database import new_id
from lms.lti.errors import (
    DeploymentPending,
    LaunchRefused,
    LaunchTooOld,
    MalformedLaunch,
    UnknownMessage,
    UnknownPlatform,
)
from lms.lti.jwks import JwksCache
from lms.lti.launch import Launch, launch_1_3
from lms.lti.messages import Message, Messages
from lms.lti.models import Deployment, LaunchState, Registration
from lms.lti.registrations import digest, find_deployment, get_platform
from lms.lti.text import is_plain_id
from lms.lti.tokens import Expected, verify
from lms.lti.vocabulary import DEPLOYMENT_ID, MESSAGE_TYPE, TARGET_LINK_URI
from lms.settings import Settings

LIFETIME = timedelta(minutes=10)
MAX_HINT = 4000
MAX_URL = 2000
MAX_DEPLOYMENTS = 200


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What the platform says when it starts a login; a part that it did not say is ""."""

    issuer: str
    client_id: str
    deployment_id: str
    login_hint: str
    message_hint: str
    target_link_uri: str


@dataclass(frozen=True, slots=True)
class VerifiedLaunch:
    """A launch whose token is right; its state is not used up yet."""

    state_id: UUID
    registration: Registration
    deployment_id: str
    message: Message
    claims: Mapping[str, object]
    launch: Launch


def launch_url(settings: Settings) -> str:
    """The one redirect_uri that we ever use."""
    return f"{settings.tool_public_url}/lti/launch"


def begin_login(session: Session, asked: LoginRequest, *, browser: str, at: datetime) -> str:
    """Remember the login; returns the platform's address to which the browser goes now.

    Raises MalformedLaunch, UnknownPlatform, DeploymentPending, LaunchRefused (a target that is not ours).
    """
    settings = registries.of(session).get_existing(Settings)
    _check_login(asked, settings)
    registration = get_platform(session, asked.issuer, asked.client_id)
    if asked.deployment_id:
        known = find_deployment(session, registration, asked.deployment_id)
        if known is None or not known.is_approved:
            raise DeploymentPending(asked.deployment_id)
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    session.execute(delete(LaunchState).where(LaunchState.expires_at < at))
    session.add(
        LaunchState(
            id=new_id(),
            state_hash=digest(state),
            browser_hash=digest(browser),
            nonce=nonce,
            registration_id=registration.id,
            deployment_id=asked.deployment_id or None,
            target_link_uri=asked.target_link_uri,
            expires_at=at + LIFETIME,
        )
    )
    session.flush()
    question = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": registration.client_id,
        "redirect_uri": launch_url(settings),
        "state": state,
        "nonce": nonce,
        "login_hint": asked.login_hint,
    }
    if asked.message_hint:
        question["lti_message_hint"] = asked.message_hint
    return _with_query(registration.auth_url, question)


def verify_launch(session: Session, *, state: str, id_token: str, browser: str, at: datetime) -> VerifiedLaunch:
    """Check everything and change nothing. May fetch the platform's keys, so call it outside a writing transaction.

    Raises MalformedLaunch, LaunchRefused, LaunchTooOld, UnknownPlatform, UnknownMessage.
    """
    row = session.scalar(
        select(LaunchState).where(LaunchState.state_hash == digest(state), LaunchState.expires_at > at)
    )
    if row is None:
        raise LaunchTooOld("state")
    if not hmac.compare_digest(row.browser_hash, digest(browser)):
        raise LaunchRefused("browser")
    registration = session.get_one(Registration, row.registration_id)
    if not registration.is_active:
        raise UnknownPlatform(f"{registration.issuer} {registration.client_id}: switched off")
    jwks_url, trusted = registration.jwks_url, frozenset(registration.trusted_hosts)
    keys = registries.of(session).get_existing(JwksCache)
    claims = verify(
        id_token,
        Expected(registration.issuer, registration.client_id, row.nonce),
        lambda kid: keys.key(jwks_url, kid, trusted=trusted, at=at),
        at=at,
    )
    deployment_id = str(claims[DEPLOYMENT_ID])
    if claims.get(TARGET_LINK_URI, row.target_link_uri) != row.target_link_uri:
        raise LaunchRefused("target_link_uri")
    if row.deployment_id is not None and row.deployment_id != deployment_id:
        raise LaunchRefused("deployment_id")
    message = registries.of(session).get(Messages).find(str(claims[MESSAGE_TYPE]))
    if message is None:
        raise UnknownMessage(str(claims[MESSAGE_TYPE]))
    message.check(claims)
    return VerifiedLaunch(row.id, registration, deployment_id, message, claims, launch_1_3(claims))


def use_up(session: Session, verified: VerifiedLaunch, *, at: datetime) -> Deployment | None:
    """Take the state, once, and find the deployment. None: it waits for approval, and is now known to wait.

    Raises LaunchTooOld when another request was faster.
    """
    taken = session.execute(
        delete(LaunchState)
        .where(LaunchState.id == verified.state_id, LaunchState.expires_at > at)
        .returning(LaunchState.id)
    ).all()
    if not taken:
        raise LaunchTooOld("state")
    known = find_deployment(session, verified.registration, verified.deployment_id)
    if known is None:
        _remember_waiting(session, verified, at)
    return known if known is not None and known.is_approved else None


def _remember_waiting(session: Session, verified: VerifiedLaunch, at: datetime) -> None:
    owner = verified.registration.id
    waiting = session.scalars(
        select(Deployment.id).where(Deployment.registration_id == owner, Deployment.is_approved.is_(False))
    ).all()
    if len(waiting) < MAX_DEPLOYMENTS:
        session.add(
            Deployment(
                id=new_id(),
                registration_id=owner,
                deployment_id=verified.deployment_id,
                is_approved=False,
                created_at=at,
            )
        )
        session.flush()


def _check_login(asked: LoginRequest, settings: Settings) -> None:
    if not is_plain_id(asked.issuer):
        raise MalformedLaunch("iss")
    for name, value, limit in (
        ("client_id", asked.client_id, 255),
        ("lti_deployment_id", asked.deployment_id, 255),
        ("login_hint", asked.login_hint, MAX_HINT),
        ("lti_message_hint", asked.message_hint, MAX_HINT),
        ("target_link_uri", asked.target_link_uri, MAX_URL),
    ):
        if value and not is_plain_id(value, limit):
            raise MalformedLaunch(name)
    for name, value in (("login_hint", asked.login_hint), ("target_link_uri", asked.target_link_uri)):
        if not value:
            raise MalformedLaunch(name)
    if not is_ours(asked.target_link_uri, settings):
        raise LaunchRefused("target_link_uri")


def is_ours(url: str, settings: Settings) -> bool:
    """Whether a URL is one of this tool."""
    try:
        given, own = urlsplit(url), urlsplit(settings.tool_public_url)
    except ValueError:
        return False
    return (given.scheme, given.netloc) == (own.scheme, own.netloc) and "\\" not in url


def _with_query(url: str, more: Mapping[str, str]) -> str:
    """The platform's address may have a query of its own (Blackboard's has)."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *more.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))
