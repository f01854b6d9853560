"""The addresses that platforms know: login, launch, our keys."""

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from lms.clock import now
from lms.lti import sign_in, signed_form, way_back
from lms.lti.arrival import Browser, Source, arrive
from lms.lti.errors import DeploymentPending, MalformedLaunch, PlatformSaidNo
from lms.lti.launch import Launch
from lms.lti.messages import Incoming, Opening
from lms.lti.oauth1 import MAX_BODY
from lms.lti.refusals import init_refusals, remember_way_back
from lms.lti.registrations import framing_sites, public_keys, signing_key
from lms.lti.resource_links import to_page
from lms.lti.sign_in import LoginRequest, VerifiedLaunch
from lms.lti.signed_form import VerifiedForm
from lms.lti.text import shown
from lms.people.accounts import AccountKey
from lms.people.visitor import carried_token, remember, settings
from lms.web import csrf
from lms.web.access import PUBLIC, needs
from lms.web.cookies import read_cookie, set_cookie
from lms.web.unit import reading, unit_of_work

lti = Blueprint("lti", __name__, url_prefix="/lti")
csrf.exempt(lti)  # what comes here is signed, or bound to the browser by a state
init_refusals(lti)
BROWSER_COOKIE = "lms_lti_browser"
BROWSER_SECONDS = 3600
T = TypeVar("T")
FORM = "application/x-www-form-urlencoded"


@lti.route("/login", methods=["GET", "POST"])
@needs(PUBLIC)
def login() -> AnyResponse:
    """A platform starts a login: remember it, bind it to this browser, ask the platform who this is."""
    given = _single(request.args.to_dict(flat=False) | request.form.to_dict(flat=False))
    asked = LoginRequest(
        issuer=given.get("iss", ""),
        client_id=given.get("client_id", ""),
        deployment_id=given.get("lti_deployment_id", ""),
        login_hint=given.get("login_hint", ""),
        message_hint=given.get("lti_message_hint", ""),
        target_link_uri=given.get("target_link_uri", ""),
    )
    browser = read_cookie(BROWSER_COOKIE) or secrets.token_urlsafe(24)
    remember_way_back(way_back.of_login(reading(), asked.issuer, asked.client_id))
    with unit_of_work() as session:
        address = sign_in.begin_login(session, asked, browser=browser, at=now())
    answer = redirect(address)
    set_cookie(answer, BROWSER_COOKIE, browser, max_age=BROWSER_SECONDS)
    return answer


@lti.post("/launch")
@needs(PUBLIC)
def launch() -> AnyResponse:
    """LTI 1.3: the platform's answer comes through the browser that asked."""
    given = _posted_form()
    remember_way_back(way_back.of_state(reading(), given.get("state", "")))
    if "error" in given:
        raise PlatformSaidNo(shown(given["error"], 80), shown(given.get("error_description", "")))
    for name in ("state", "id_token"):
        if not given.get(name):
            raise MalformedLaunch(name)
    browser = read_cookie(BROWSER_COOKIE)
    at = now()
    session = reading()
    verified = sign_in.verify_launch(session, state=given["state"], id_token=given["id_token"], browser=browser, at=at)
    _remember_return(verified.launch, verified.registration.origins)
    opening = _unless_overtaken(lambda: _accept(verified, at))
    if opening is None:
        raise DeploymentPending(verified.deployment_id)
    return _welcome(opening)


def _accept(verified: VerifiedLaunch, at: datetime) -> Opening | None:
    with unit_of_work() as session:
        deployment = sign_in.use_up(session, verified, at=at)
        if deployment is None:
            return None
        registration = verified.registration
        source = Source(
            deployment.id,
            AccountKey("lti13", verified.launch.subject, registration.issuer, registration.client_id),
            registration_id=registration.id,
        )
        incoming = Incoming(verified.claims, verified.launch, source, browser=_browser(), at=at)
        return verified.message.answer(session, incoming)


@lti.post("/1.1/launch")
@needs(PUBLIC)
def launch_1_1() -> AnyResponse:
    """LTI 1.1: a signed form."""
    if request.mimetype != FORM:
        raise MalformedLaunch("Content-Type")
    if (request.content_length or 0) > MAX_BODY:
        raise MalformedLaunch("body: too big")
    at, session = now(), reading()
    body = request.get_data(cache=False, parse_form_data=False)
    asked_for = dict(parse_qsl(body.decode(errors="replace"))).get("launch_presentation_return_url", "")
    remember_way_back(
        way_back.to_page(asked_for, framing_sites(session))
    )  # of any platform: whose key it is, stays untold
    verified = signed_form.verify_form(session, url=_signed_url(), body=body, at=at)
    _remember_return(verified.launch, verified.consumer.origins)
    return _welcome(_unless_overtaken(lambda: _accept_form(verified, at)))


def _accept_form(verified: VerifiedForm, at: datetime) -> Opening:
    with unit_of_work() as session:
        signed_form.use_up(session, verified, at=at)
        consumer = verified.consumer
        source = Source(
            consumer.id, AccountKey("lti11", verified.launch.subject, client_id=consumer.key), consumer_id=consumer.id
        )
        return to_page(arrive(session, verified.launch, source, browser=_browser(), at=at))


def _remember_return(launch: Launch, sites: Collection[str]) -> None:
    remember_way_back(
        way_back.to_page(launch.return_url, sites, name=launch.platform_name, locale=launch.person.locale)
    )


def _unless_overtaken(act: Callable[[], T]) -> T:
    """A person who opens two links at once is made by one of the launches; the other finds them at the second try."""
    try:
        return act()
    except IntegrityError:
        return act()


@lti.get("/jwks.json")
@needs(PUBLIC)
def jwks() -> Response:
    """Our public keys, for platforms."""
    keys = public_keys(reading(), at=now())
    if not keys:
        with unit_of_work() as session:
            signing_key(session, at=now())
        keys = public_keys(reading(), at=now())
    answer = jsonify(keys=keys)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _posted_form() -> Mapping[str, str]:
    if request.mimetype != FORM:
        raise MalformedLaunch("Content-Type")
    if (request.content_length or 0) > MAX_BODY:
        raise MalformedLaunch("body: too big")
    return _single(request.form.to_dict(flat=False))


def _single(values: Mapping[str, list[str]]) -> dict[str, str]:
    """A parameter that comes twice could mean one thing to a check and another to what follows it."""
    for name, given in values.items():
        if len(given) > 1:
            raise MalformedLaunch(f"{name[:40]} comes twice")
    return {name: given[0] for name, given in values.items()}


def _signed_url() -> str:
    """The URL as the platform saw and signed it: one of our two configured addresses, whatever proxies stand between."""
    internal = settings().tool_internal_url
    base = internal if request.host == urlsplit(internal).netloc else settings().tool_public_url
    query = request.query_string.decode("ascii", errors="replace")
    return f"{base}{request.path}" + (f"?{query}" if query else "")


def _welcome(opening: Opening) -> AnyResponse:
    target = opening.path or url_for(opening.endpoint, **dict[str, Any](opening.values))
    return remember(redirect(target, 303), opening.token)


def _browser() -> Browser:
    return Browser(request.user_agent.string, settings().session_days, carried_token())
