"""The picker of deep linking: a page in the platform's frame, and the form that goes back."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import get_locale

from lms.clock import now
from lms.lti import deep_linking
from lms.lti.registrations import site
from lms.people.visitor import get_actor
from lms.web.access import SIGNED_IN, needs
from lms.web.headers import allow_form_target
from lms.web.unit import reading, unit_of_work

lti_choice = Blueprint("lti_choice", __name__, url_prefix="/lti/choose")


@lti_choice.get("/<uuid:choice_id>")
@needs(SIGNED_IN)
def choose(choice_id: UUID) -> str:
    """Courses, lessons and assignments to put into a platform's course."""
    session, at = reading(), now()
    choice = deep_linking.get_choice(session, choice_id, person_id=get_actor().person_id, at=at)
    return render_template(
        "lti/choose.html",
        nav=[],
        choice_id=choice.id,
        settings=deep_linking.settings_of(choice),
        offers=deep_linking.list_offers(session, str(get_locale()), at=at),
    )


@lti_choice.post("/<uuid:choice_id>")
@needs(SIGNED_IN)
def send(choice_id: UUID) -> str:
    """What was picked goes to the platform, through the teacher's browser."""
    with unit_of_work() as session:
        answer = deep_linking.answer(
            session,
            choice_id,
            request.form.getlist("picked"),
            person_id=get_actor().person_id,
            locale=str(get_locale()),
            at=now(),
        )
    allow_form_target(site(answer.url))
    return render_template("lti/choice_sent.html", nav=[], url=answer.url, jwt=answer.jwt)
