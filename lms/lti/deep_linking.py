"""Deep linking: a teacher in their platform picks what to put into its course. https://www.imsglobal.org/spec/lti-dl/v2p0

The request is kept as a row of the teacher's own until they have chosen; the answer is a form that they post back to
the platform, with our signature on it. It may be made again as long as the row lives: a platform that lost it asks us
for nothing, the teacher just presses the button once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import jwt
from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.courses.runs import contents_of, list_runs, step_due_at
from lms.database import new_id
from lms.errors import N_, Forbidden, Invalid, NotFound
from lms.lti.access_tokens import ASSERTION_LIFETIME, BACKDATE
from lms.lti.content_items import Offer, PickerSettings, content_item
from lms.lti.errors import MalformedLaunch
from lms.lti.keys import private_key
from lms.lti.launch import Launch
from lms.lti.models import Choice, Registration
from lms.lti.registrations import signing_key
from lms.lti.roles import CourseRight
from lms.lti.vocabulary import (
    CONTENT_ITEMS,
    DEEP_LINKING_DATA,
    DEEP_LINKING_RESPONSE,
    DEPLOYMENT_ID,
    LTI_1_3,
    MESSAGE_TYPE,
    VERSION,
)

LIFETIME = timedelta(hours=2)
"""A teacher reads lessons before they choose."""
MAX_PICKED = 50


@dataclass(frozen=True, slots=True)
class CourseOffer:
    """A course with what can be picked of it."""

    course: Offer
    kind: str
    steps: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """What the teacher's browser posts to the platform."""

    url: str
    jwt: str


def open_choice(
    session: Session, launch: Launch, registration: Registration, deployment_id: str, person_id: UUID, *, at: datetime
) -> UUID:
    """Keep a platform's request for the person who brought it; returns its id.

    Raises Forbidden for whoever does not teach there, MalformedLaunch for a return address we do not post to,
    Invalid when the platform takes no links.
    """
    settings = launch.picker
    if settings is None:
        raise MalformedLaunch("deep_linking_settings")
    if launch.right not in (CourseRight.TUTOR, CourseRight.TEACHER):
        raise Forbidden(N_("Only teachers can add our courses to a course of the platform."))
    if not _may_post_to(settings.return_url, registration):
        raise MalformedLaunch("deep_link_return_url")
    if not settings.accepts_links:
        raise Invalid(
            N_("The platform takes no links to tools in this place. Add the activity “External tool” instead.")
        )
    session.execute(delete(Choice).where(Choice.expires_at < at))
    row = Choice(
        id=new_id(),
        registration_id=registration.id,
        deployment_id=deployment_id,
        person_id=person_id,
        settings=settings.to_json(),
        expires_at=at + LIFETIME,
    )
    session.add(row)
    session.flush()
    return row.id


def get_choice(session: Session, choice_id: UUID, *, person_id: UUID, at: datetime) -> Choice:
    """The request that this person brought. Raises NotFound, also for another's and for one that is too old."""
    row = session.get(Choice, choice_id)
    if row is None or row.person_id != person_id or row.expires_at <= at:
        raise NotFound(N_("This choice is not open any more. Go back to your platform and add the activity again."))
    return row


def settings_of(choice: Choice) -> PickerSettings:
    """What the platform asked."""
    return PickerSettings(**choice.settings)


def list_offers(session: Session, locale: str, *, at: datetime) -> list[CourseOffer]:
    """Every course that is given now, with its steps; titles in this language where there is one."""
    runs = list_runs(session, at=at)
    contents = contents_of(session, runs)
    offers = []
    for run in runs:
        content = contents[run.id]

        def text(texts: object) -> str:
            found = dict(texts)  # type: ignore[call-overload]  # a mapping of languages
            return str(found.get(locale) or next(iter(found.values()), ""))

        course = Offer(run.slug, "", text(content.title), text(content.summary), is_scored=True)
        steps = tuple(
            Offer(run.slug, step.id, text(step.title), "", is_scored=step.is_scored, due_at=step_due_at(run, step))
            for step in content.steps
        )
        offers.append(CourseOffer(course, run.kind, steps))
    return offers


def answer(
    session: Session, choice_id: UUID, picked: Sequence[str], *, person_id: UUID, locale: str, at: datetime
) -> SignedAnswer:
    """The signed answer with what was picked by its keys; none picked is an answer too.

    Raises NotFound, Invalid for a key that is not offered or for more than the platform takes.
    """
    choice = get_choice(session, choice_id, person_id=person_id, at=at)
    settings = settings_of(choice)
    offers = {
        offer.key: offer for course in list_offers(session, locale, at=at) for offer in (course.course, *course.steps)
    }
    keys = list(dict.fromkeys(picked))
    if len(keys) > (MAX_PICKED if settings.accept_multiple else 1):
        raise Invalid(N_("Choose fewer: the platform does not take so many at once."))
    if any(key not in offers for key in keys):
        raise Invalid(N_("One of the things chosen is not offered any more. Choose again."))
    items = [content_item(offers[key], with_column=settings.accepts_columns) for key in keys]
    registration = session.get_one(Registration, choice.registration_id)
    return SignedAnswer(settings.return_url, _signed(session, registration, choice, settings, items, at))


def _signed(
    session: Session,
    registration: Registration,
    choice: Choice,
    settings: PickerSettings,
    items: list[dict[str, object]],
    at: datetime,
) -> str:
    """Deep Linking 2.0, 4: issuer and audience change places. Backdated, as every token of ours is."""
    kid, pem = signing_key(session, at=at)
    claims: dict[str, object] = {
        "iss": registration.client_id,
        "aud": registration.issuer,
        "iat": int((at - BACKDATE).timestamp()),
        "exp": int((at + ASSERTION_LIFETIME).timestamp()),
        "nonce": uuid4().hex,
        DEPLOYMENT_ID: choice.deployment_id,
        MESSAGE_TYPE: DEEP_LINKING_RESPONSE,
        VERSION: LTI_1_3,
        CONTENT_ITEMS: items,
    }
    if settings.data is not None:
        claims[DEEP_LINKING_DATA] = settings.data
    return jwt.encode(claims, private_key(pem), algorithm="RS256", headers={"kid": kid})


def _may_post_to(url: str, registration: Registration) -> bool:
    """https, or the very site of a registered platform (which a demo serves by http)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or any(char in url for char in "\\\"'<> "):
        return False
    site = f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")
    return parts.scheme == "https" or site in registration.origins
