"""Platforms that changed from LTI 1.1 to 1.3: the signed lti1p1 claim names the old account and the old link.

https://www.imsglobal.org/spec/lti/v1p3/migr, 3.2. Whoever holds the old shared secret spoke for the old accounts, so
their signature over this very launch joins the two. A claim without it, or with a wrong one, changes nothing: the
ids of an old platform are small numbers that anybody can guess.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.database import new_id
from lms.lti.consumers import find_consumer
from lms.lti.launch import section
from lms.lti.messages import Incoming
from lms.lti.models import Consumer, ResourceLink
from lms.lti.registrations import vault_of
from lms.lti.text import is_plain_id
from lms.lti.vocabulary import DEPLOYMENT_ID, LTI_1_1_CLAIM, RESOURCE_LINK
from lms.people.accounts import AccountKey, add_account, find_account
from lms.people.audit import record
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Former:
    """Who and where this was by LTI 1.1."""

    consumer_key: str
    signature: str
    user_id: str
    link_id: str


def take_over(session: Session, incoming: Incoming) -> None:
    """Let the new account be one more way in of the old one's person, and the new link lead where the old one did.

    An account or a link that is known by 1.3 already stays what it is.
    """
    former = former_of(incoming.claims)
    consumer = find_consumer(session, former.consumer_key) if former is not None else None
    if former is None or consumer is None or not consumer.is_active:
        return
    secret = vault_of(session).open(consumer.sealed_secret)
    if not is_signed(former, incoming.claims, secret):
        return
    _join_accounts(session, former, incoming)
    _keep_course(session, former, consumer, incoming)


def former_of(claims: Mapping[str, object]) -> Former | None:
    """What the claim says, with the ids that it leaves out because they did not change; None for no usable claim."""
    claim = section(claims, LTI_1_1_CLAIM)
    key, signature = claim.get("oauth_consumer_key"), claim.get("oauth_consumer_key_sign")
    user_id = claim.get("user_id", claims.get("sub"))
    link_id = claim.get("resource_link_id", section(claims, RESOURCE_LINK).get("id"))
    if not all(is_plain_id(value) for value in (key, signature, user_id, link_id)):
        return None
    return Former(str(key), str(signature), str(user_id), str(link_id))


def is_signed(former: Former, claims: Mapping[str, object], secret: str) -> bool:
    """Whether the old secret signed this launch's own deployment, issuer, client, expiry and nonce."""
    said = (former.consumer_key, claims[DEPLOYMENT_ID], claims["iss"], _client(claims), claims["exp"], claims["nonce"])
    text = "&".join(str(part) for part in said)
    right = base64.b64encode(hmac.digest(secret.encode(), text.encode(errors="replace"), hashlib.sha256))
    return hmac.compare_digest(right, former.signature.encode(errors="replace"))


def _client(claims: Mapping[str, object]) -> object:
    audience = claims["aud"]
    if not isinstance(audience, list):
        return audience
    return claims.get("azp", audience[0])


def _join_accounts(session: Session, former: Former, incoming: Incoming) -> None:
    new = incoming.source.account
    old = find_account(session, AccountKey("lti11", former.user_id, client_id=former.consumer_key))
    if old is None or find_account(session, new) is not None:
        return
    if session.get_one(Person, old.person_id).erased_at is not None:
        return
    add_account(session, old.person_id, new, at=incoming.at)
    record(session, "lti.account_taken_over", at=incoming.at, actor_id=old.person_id, subject_id=old.person_id)


def _keep_course(session: Session, former: Former, consumer: Consumer, incoming: Incoming) -> None:
    mine = (ResourceLink.source_id == incoming.source.id, ResourceLink.link_id == incoming.launch.place.link_id)
    theirs = (ResourceLink.source_id == consumer.id, ResourceLink.link_id == former.link_id)
    old = session.scalar(select(ResourceLink).where(*theirs))
    if old is None or session.scalar(select(ResourceLink.id).where(*mine)) is not None:
        return
    place = incoming.launch.place
    session.add(
        ResourceLink(
            id=new_id(),
            source_id=incoming.source.id,
            link_id=place.link_id,
            link_title=place.link_title,
            context_id=place.context_id,
            context_title=place.context_title,
            course_run_id=old.course_run_id,
            step_id=old.step_id,
            seen_at=incoming.at,
        )
    )
    session.flush()
