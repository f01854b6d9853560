"""LTI 1.1: the signed form, and its nonce used up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.lti.consumers import find_consumer
from lms.lti.errors import LaunchTooOld
from lms.lti.launch import Launch, launch_1_1
from lms.lti.models import Consumer, Nonce
from lms.lti.oauth1 import NONCE_SECONDS, verify
from lms.lti.registrations import digest, vault_of


@dataclass(frozen=True, slots=True)
class VerifiedForm:
    """A launch whose signature is right; its nonce is not used up yet."""

    consumer: Consumer
    nonce: str
    launch: Launch


def verify_form(session: Session, *, url: str, body: bytes, at: datetime) -> VerifiedForm:
    """Check everything and change nothing. `url` is the one that the platform signed.

    Raises MalformedLaunch, LaunchRefused, LaunchTooOld; an unknown or disabled key is refused as a wrong signature is.
    """
    vault = vault_of(session)
    known: dict[str, Consumer] = {}

    @cache  # oauthlib asks more than once
    def secret_of(key: str) -> str | None:
        consumer = find_consumer(session, key)
        sealed = consumer.sealed_secret if consumer is not None else vault.seal(key)
        secret = vault.open(sealed)  # of a stranger too: how long we take must not tell who is known
        if consumer is None or not consumer.is_active:
            return None
        known[key] = consumer
        return secret

    signed = verify(url, body, secret_of, at=at)
    consumer = known[signed.consumer_key]
    return VerifiedForm(consumer, signed.nonce, launch_1_1(signed.params))


def use_up(session: Session, form: VerifiedForm, *, at: datetime) -> None:
    """Take the nonce, once. Raises LaunchTooOld when it was taken before."""
    session.execute(delete(Nonce).where(Nonce.expires_at < at))
    try:
        with session.begin_nested():
            session.add(
                Nonce(
                    consumer_id=form.consumer.id,
                    nonce_hash=digest(form.nonce),
                    expires_at=at + timedelta(seconds=NONCE_SECONDS),
                )
            )
    except IntegrityError:
        raise LaunchTooOld("oauth_nonce") from None
