"""A platform's officer asks what we keep of one of its people (LTI Data Privacy Launch 1.0).

A person may have come from several platforms, so what is kept is more than this one may know: the page is for our
administrators, and for the person themselves.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from lms.errors import N_, Forbidden
from lms.lti.arrival import person_of
from lms.lti.errors import MalformedLaunch
from lms.lti.launch import section
from lms.lti.messages import Incoming, Message, Opening, greet
from lms.lti.submission_review import for_person
from lms.lti.text import is_plain_id
from lms.lti.vocabulary import DATA_PRIVACY_REQUEST, FOR_USER
from lms.people.permissions import MANAGE
from lms.people.sessions import actor_of


def check(claims: Mapping[str, object]) -> None:
    if not is_plain_id(section(claims, FOR_USER).get("user_id")):
        raise MalformedLaunch("for_user.user_id")


def answer(session: Session, incoming: Incoming) -> Opening:
    """To the administration's page of that person, where their data can be saved and erased.

    Raises NotFound (nobody of this platform), Forbidden (neither an administrator nor the person).
    """
    person, account = person_of(session, incoming.launch, incoming.source, at=incoming.at)
    asked_for = for_person(session, incoming)
    is_admin = actor_of(session, person).may(MANAGE.name)
    if not is_admin and asked_for != person.id:
        raise Forbidden(
            N_("Only administrators here may see what is kept of somebody. Write to them: they answer such requests.")
        )
    token = greet(session, incoming, person, account)
    if is_admin:
        return Opening(token, "people_admin.person", {"person_id": str(asked_for)})
    return Opening(token, "people.account")


MESSAGE = Message(DATA_PRIVACY_REQUEST, check, answer)
