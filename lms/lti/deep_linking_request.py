"""The message by which a platform asks a teacher to pick something (LTI Deep Linking 2.0, 3.4)."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from lms.lti.arrival import person_of
from lms.lti.deep_linking import open_choice
from lms.lti.errors import MalformedLaunch
from lms.lti.launch import MAX_URL, section
from lms.lti.messages import Incoming, Message, Opening, greet
from lms.lti.models import Registration
from lms.lti.text import is_plain_id
from lms.lti.vocabulary import DEEP_LINKING_REQUEST, DEEP_LINKING_SETTINGS, DEPLOYMENT_ID

MAX_DATA = 20_000


def check(claims: Mapping[str, object]) -> None:
    """The settings are required, the target is not."""
    settings = section(claims, DEEP_LINKING_SETTINGS)
    types = settings.get("accept_types")
    if not is_plain_id(settings.get("deep_link_return_url"), MAX_URL):
        raise MalformedLaunch("deep_link_return_url")
    if not isinstance(types, list) or not types:
        raise MalformedLaunch("accept_types")
    data = settings.get("data")
    if data is not None and not (isinstance(data, str) and len(data) <= MAX_DATA):
        raise MalformedLaunch("deep_linking_settings.data")


def answer(session: Session, incoming: Incoming) -> Opening:
    """To the page where the teacher picks. Raises Forbidden for others."""
    person, account = person_of(session, incoming.launch, incoming.source, at=incoming.at)
    token = greet(session, incoming, person, account)
    registration = session.get_one(Registration, incoming.source.registration_id)
    deployment_id = str(incoming.claims[DEPLOYMENT_ID])
    choice_id = open_choice(session, incoming.launch, registration, deployment_id, person.id, at=incoming.at)
    return Opening(token, "lti_choice.choose", {"choice_id": str(choice_id)})


MESSAGE = Message(DEEP_LINKING_REQUEST, check, answer)
