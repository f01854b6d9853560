"""A click on a link of the course: by LTI 1.3 the sign-in begins at the tool, by 1.1 a signed form goes there."""

import json
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request
from lti import ToolConsumer
from sqlalchemy import delete
from werkzeug.wrappers import Response

from lms_demo_platform.basic_outcomes import sourced_id
from lms_demo_platform.config import CLIENT_ID, CONSUMER_KEY, DEPLOYMENT_ID, ISSUER, SchoolConfig
from lms_demo_platform.language import choose_locale
from lms_demo_platform.links import find_link
from lms_demo_platform.refusals import Refusal
from lms_demo_platform.school import CONTEXT_ID, CONTEXT_TITLE, Link, SchoolPerson, Way
from lms_demo_platform.site import now, school, signed_in
from lms_demo_platform.tables import PlatformLaunch

bp = Blueprint("launches", __name__)
KEEP = timedelta(minutes=10)


@bp.get("/start/<link_id>")
def start(link_id: str) -> Response | str:
    """Send this person to the tool; `?in=frame` says that the tool appears inside our page."""
    person = signed_in()
    with school().sessions() as session:
        link = find_link(session, link_id)
    if link is None:
        raise Refusal(404, "not_found", "There is no such link in the course.")
    if person is None:
        return redirect("/")
    is_framed = request.args.get("in") == "frame"
    if link.way is Way.LTI_1_3:
        return redirect(_login_url(school().config, link.id, person, is_framed=is_framed))
    action = f"{school().config.tool_public_url}/lti/1.1/launch"
    return render_template(
        "school/post.html", action=action, fields=_signed_form(action, link, person, is_framed=is_framed)
    )


@bp.get("/start-picking")
def start_picking() -> Response:
    """Send this teacher to the tool's picker, inside our page."""
    person = signed_in()
    if person is None:
        return redirect("/")
    return redirect(_login_url(school().config, "", person, is_framed=True))


def _login_url(config: SchoolConfig, link_id: str, person: SchoolPerson, *, is_framed: bool) -> str:
    """Third-party initiated login (IMS Security Framework 1.0, 5.1.1.1); the hint is JSON text, as Moodle's is."""
    launch_id = uuid4().hex
    with school().sessions.begin() as session:
        session.execute(delete(PlatformLaunch).where(PlatformLaunch.created_at < now() - KEEP))
        session.add(
            PlatformLaunch(id=launch_id, person_id=person.id, link_id=link_id, is_framed=is_framed, created_at=now())
        )
    query = {
        "iss": ISSUER,
        "client_id": CLIENT_ID,
        "lti_deployment_id": DEPLOYMENT_ID,
        "target_link_uri": f"{config.tool_public_url}/lti/launch",
        "login_hint": person.id,
        "lti_message_hint": json.dumps({"launchid": launch_id}),
    }
    return f"{config.tool_public_url}/lti/login?{urlencode(query)}"


def _signed_form(action: str, link: Link, person: SchoolPerson, *, is_framed: bool) -> dict[str, str]:
    """LTI 1.1 launch parameters, signed with the shared secret."""
    config = school().config
    params = {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "resource_link_id": link.id,
        "resource_link_title": str(link.title),
        "context_id": CONTEXT_ID,
        "context_title": CONTEXT_TITLE,
        "context_type": "CourseSection",
        "user_id": person.id,
        "roles": "Instructor" if person.is_teacher else "Learner",
        "lis_person_name_given": person.given_name,
        "lis_person_name_family": person.family_name,
        "lis_person_name_full": person.name,
        "lis_outcome_service_url": config.outcomes_url,
        "launch_presentation_locale": choose_locale(),
        "launch_presentation_document_target": "iframe" if is_framed else "window",
        "launch_presentation_return_url": f"{config.public_url}/course",
        "tool_consumer_info_product_family_code": "school-7",
        "tool_consumer_instance_guid": "school.localhost",
        **{f"custom_{name}": value for name, value in link.custom.items()},
    }
    if not person.is_teacher:
        params["lis_result_sourcedid"] = sourced_id(config.secret, link.id, person.id)
    consumer = ToolConsumer(CONSUMER_KEY, config.consumer_secret, params=params, launch_url=action)
    return {str(name): str(value) for name, value in consumer.generate_launch_data().items()}
