"""The usual message: somebody clicked our link in a course of their platform (LTI 1.3 core, 5.3)."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from lms.courses.resolving import PARAMETER
from lms.lti.arrival import Arrival, arrive
from lms.lti.errors import MalformedLaunch
from lms.lti.launch import section
from lms.lti.messages import Incoming, Message, Opening
from lms.lti.migration import take_over
from lms.lti.text import is_known_id
from lms.lti.vocabulary import RESOURCE_LINK, RESOURCE_LINK_REQUEST, TARGET_LINK_URI


def check(claims: Mapping[str, object]) -> None:
    if not is_known_id(section(claims, RESOURCE_LINK).get("id")):
        raise MalformedLaunch("resource_link.id")
    if not isinstance(claims.get(TARGET_LINK_URI), str):
        raise MalformedLaunch("target_link_uri")


def answer(session: Session, incoming: Incoming) -> Opening:
    """To the course that the link leads to; to the person's own page when it leads to none, or their role opens none."""
    take_over(session, incoming)
    return to_page(arrive(session, incoming.launch, incoming.source, browser=incoming.browser, at=incoming.at))


def to_page(arrival: Arrival) -> Opening:
    """The page after an arrival."""
    if arrival.path is not None:
        return Opening(arrival.token, path=arrival.path)
    if arrival.course_slug is not None:
        code = {PARAMETER: arrival.run_code} if arrival.run_code else {}
        return Opening(arrival.token, "learning.course", {"slug": arrival.course_slug, **code})
    return Opening(arrival.token, "learning.home")


MESSAGE = Message(RESOURCE_LINK_REQUEST, check, answer)
