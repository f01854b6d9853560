"""Where somebody goes whom we could not let in: back to the platform they came from."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.errors import Invalid
from lms.lti.models import LaunchState, Registration
from lms.lti.registrations import digest, site
from lms.lti.text import is_plain_id

MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class WayBack:
    """An address on a site of a connected platform, and what to call it. `locale`: of the message, or ""."""

    url: str
    name: str
    locale: str = ""


def to_page(url: str, sites: Collection[str], *, name: str = "", locale: str = "") -> WayBack | None:
    """The platform's page when it stands on one of its `sites`: what a message asks for is a wish, not an address."""
    if not is_plain_id(url, MAX_URL) or "\\" in url:
        return None
    try:
        known = site(url) in sites
    except Invalid:
        return None
    return WayBack(url, name or _host(url), locale) if known else None


def to_registration(registration: Registration) -> WayBack:
    """The platform's front page, when that is all that we know."""
    start = site(registration.auth_url)
    return WayBack(f"{start}/", _host(start))


def of_login(session: Session, issuer: str, client_id: str) -> WayBack | None:
    """To the platform that a login names, if it is connected."""
    query = select(Registration).where(Registration.issuer == issuer[:255], Registration.is_active)
    if client_id:
        query = query.where(Registration.client_id == client_id[:255])
    found = session.scalars(query.limit(2)).all()
    return to_registration(found[0]) if len(found) == 1 else None


def of_state(session: Session, state: str) -> WayBack | None:
    """To the platform at which a login of ours was under way."""
    row = session.scalar(
        select(Registration)
        .join(LaunchState, LaunchState.registration_id == Registration.id)
        .where(LaunchState.state_hash == digest(state))
    )
    return to_registration(row) if row is not None else None


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
