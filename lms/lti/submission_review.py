"""A teacher looks at a learner's work from the platform's gradebook (LTI Submission Review 1.0).

The platform says who looks and whose work it is; whether they may see it here, our own roles decide: pupils of other
schools are in the same run, and a platform's word makes nobody a grader.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.errors import N_, Forbidden, NotFound
from lms.grading.models import Attempt
from lms.grading.states import AttemptState
from lms.lti.arrival import person_of
from lms.lti.errors import MalformedLaunch
from lms.lti.launch import section
from lms.lti.messages import Incoming, Message, Opening, greet
from lms.lti.models import ResourceLink, ScoreTarget
from lms.lti.text import is_plain_id
from lms.lti.vocabulary import AGS_ENDPOINT, FOR_USER, SUBMISSION_REVIEW_REQUEST
from lms.people.accounts import find_account
from lms.people.groups import group_ids_of
from lms.people.sessions import actor_of


def check(claims: Mapping[str, object]) -> None:
    if not is_plain_id(section(claims, FOR_USER).get("user_id")):
        raise MalformedLaunch("for_user.user_id")
    if not is_plain_id(section(claims, AGS_ENDPOINT).get("lineitem"), 2000):
        raise MalformedLaunch("endpoint.lineitem")


def answer(session: Session, incoming: Incoming) -> Opening:
    """To the feedback page of the learner's latest work. One's own work opens once it is released.

    Raises NotFound (nobody, or nothing handed in), Forbidden (no grader of this learner).
    """
    person, account = person_of(session, incoming.launch, incoming.source, at=incoming.at)
    learner_id = for_person(session, incoming)
    attempt = _latest(session, incoming, learner_id, released_only=learner_id == person.id)
    if learner_id != person.id:
        scopes = (attempt.run_id, *group_ids_of(session, learner_id))
        if not actor_of(session, person).may("grading.see", *scopes):
            raise Forbidden(
                N_(
                    "Only tutors of this participant see the work here. "
                    "Ask an administrator to make you a tutor of their group."
                )
            )
    return Opening(greet(session, incoming, person, account), "grading.feedback", {"attempt_id": str(attempt.id)})


def for_person(session: Session, incoming: Incoming) -> UUID:
    """The person whom the message is about: known from the same platform. Raises NotFound."""
    subject = str(section(incoming.claims, FOR_USER)["user_id"])
    account = find_account(session, replace(incoming.source.account, subject=subject))
    if account is None:
        raise NotFound(N_("This participant has not been here yet, so there is nothing to show."))
    return account.person_id


def _latest(session: Session, incoming: Incoming, learner_id: UUID, *, released_only: bool) -> Attempt:
    run_id, step_id = _place(session, incoming, learner_id)
    query = select(Attempt).where(Attempt.person_id == learner_id, Attempt.run_id == run_id)
    if step_id:
        query = query.where(Attempt.step_id == step_id)
    if released_only:
        query = query.join(Attempt.release)
    else:
        query = query.where(Attempt.state.in_((AttemptState.RELEASED, AttemptState.NEEDS_PERSON)))
    attempt = session.scalars(query.order_by(Attempt.submitted_at.desc()).limit(1)).first()
    if attempt is None:
        raise NotFound(N_("There is no graded work of this participant here yet."))
    return attempt


def _place(session: Session, incoming: Incoming, learner_id: UUID) -> tuple[UUID | None, str]:
    """Run and step of the line item; some platforms name another link than the one that has it, so it comes first."""
    of_line_item = (
        select(ResourceLink)
        .join(ScoreTarget, ScoreTarget.link_id == ResourceLink.id)
        .where(
            ScoreTarget.person_id == learner_id,
            ScoreTarget.registration_id == incoming.source.registration_id,
            ScoreTarget.url == section(incoming.claims, AGS_ENDPOINT)["lineitem"],
        )
    )
    of_message = select(ResourceLink).where(
        ResourceLink.source_id == incoming.source.id, ResourceLink.link_id == incoming.launch.place.link_id
    )
    link = session.scalars(of_line_item.limit(1)).first() or session.scalar(of_message)
    return (link.course_run_id, link.step_id) if link is not None else (None, "")


MESSAGE = Message(SUBMISSION_REVIEW_REQUEST, check, answer)
