"""Platforms and a tool that others wrote: two launch us, the third must agree with us on every honest launch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
import requests
from pylti1p3.contrib.flask import FlaskCookieService, FlaskMessageLaunch, FlaskRequest, FlaskSessionService
from pylti1p3.exception import LtiException, ToolConfException
from pylti1p3.tool_config import ToolConfDict

from lms.clock import now
from lms.errors import LmsError
from lms.lti.keys import private_key, public_jwk
from lms.lti.resource_links import check
from lms.lti.tokens import Expected, verify
from lms.lti.vocabulary import CONTEXT, DEPLOYMENT_ID, RESOURCE_LINK, ROLES, TARGET_LINK_URI, VERSION
from tests.contract.lti.acceptance.judged import Watch
from tests.contract.lti.acceptance.test_certification import COURSE, HOME, NOTHING, PUPIL, TEACHER
from tests.contract.lti.browsing import Browser, form_of
from tests.contract.lti.peers import lti1p3platform_served, lti_provider_mock_served
from tests.contract.lti.processes import World
from tests.unit.lti.tokens_made import (
    ABSENT,
    CLIENT_ID,
    INSTRUCTOR,
    ISSUER,
    KID,
    LEARNER,
    NONCE,
    OTHER_PEM,
    PEM,
    claims,
    token,
)


@pytest.mark.parametrize(("role", "held"), [(LEARNER, PUPIL), (INSTRUCTOR, TEACHER)])
def test_lti1p3platform_launches_us(stage: World, watch: Watch, role: str, held: frozenset[tuple[str, str]]) -> None:
    browser, user = Browser(), f"ol-{held == PUPIL}"
    with lti1p3platform_served(stage, (role,)) as click:
        form = form_of(browser.get(f"{click}?user={user}"))
        answer = browser.post(form, follow=False)
        again = browser.post(form, follow=False)

    watch.opened(answer, COURSE)
    watch.refused(again)
    came = watch.newcomer(user)
    assert came.name == "Аня Соколова"
    assert came.roles == held
    assert came.columns == int(held == PUPIL)


def test_lti_provider_mock_launches_us(stage: World, watch: Watch) -> None:
    """It tells no role and no course, so it opens the person's own page.

    Its cookies are JSON in quotes, which browsers send back as they came and `http.cookiejar` does not; so they are
    carried by hand.
    """
    browser, mock = Browser(), Verbatim()
    with lti_provider_mock_served(stage) as base:
        assert mock.send("POST", f"{base}/login", data={"userid": "u-1"}).status_code == 303
        login = form_of(mock.send("GET", f"{base}/courses/c-1"))
        address = browser.post(login, follow=False).headers["Location"]
        launch = form_of(mock.send("GET", address))
        answer = browser.post(launch, follow=False)

    watch.opened(answer, HOME)
    assert watch.newcomer("u-1").name == "Ann Lee"
    assert watch.newcomer("u-1").roles == NOTHING


@dataclass(slots=True)
class Verbatim:
    """A browser's cookies for one site, kept letter for letter."""

    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, url: str, **more: Any) -> requests.Response:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = requests.request(method, url, headers=headers, allow_redirects=False, timeout=30, **more)
        for line in answer.raw.headers.getlist("set-cookie"):
            name, _, value = line.split("; ")[0].partition("=")
            self.cookies[name] = value
        return answer


def ours(given: str) -> Mapping[str, object]:
    """Our reading of a token. Raises LmsError."""
    found = verify(given, Expected(ISSUER, CLIENT_ID, NONCE), {KID: private_key(PEM).public_key()}.get, at=now())
    check(found)
    return found


def theirs(given: str) -> Mapping[str, object]:
    """PyLTI1p3next's reading of it, with state and nonce known. Raises LtiException."""
    platform = {
        "client_id": CLIENT_ID, "auth_login_url": "https://a.example", "auth_token_url": "https://a.example",
        "key_set": {"keys": [public_jwk(PEM, KID)]}, "deployment_ids": ["1"],
    }  # fmt: skip
    request = FlaskRequest(
        cookies={"lti1p3-s": "s"}, session={}, request_data={"id_token": given, "state": "s"}, request_is_secure=True
    )
    kept = FlaskSessionService(request)
    kept.save_nonce(NONCE)
    launch = FlaskMessageLaunch(
        request, ToolConfDict({ISSUER: platform}), session_service=kept, cookie_service=FlaskCookieService(request)
    )
    launch.validate()
    found: Mapping[str, object] = launch.get_launch_data()
    return found


def fresh(**changed: Any) -> dict[str, Any]:
    at = int(now().timestamp())
    return claims(**{"iat": at, "exp": at + 60, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {ROLES: [INSTRUCTOR]},
        {ROLES: [LEARNER, "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"]},
        {ROLES: []},
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "x"], "azp": CLIENT_ID},
        {"name": ABSENT, "email": "a@school.example"},
        {CONTEXT: {"id": "7", "label": "9b", "title": "9 «Б»", "type": ["CourseSection"]}},
        {RESOURCE_LINK: {"id": "l"}},
    ],
)
def test_fork_of_pylti1p3_agrees_on_honest_launches(changed: dict[str, Any]) -> None:
    given = token(fresh(**changed))

    assert ours(given) == theirs(given)


@pytest.mark.parametrize(
    ("changed", "how"),
    [
        ({}, {"pem": OTHER_PEM}),
        ({}, {"headers": {"kid": "unknown"}}),
        ({"nonce": "another"}, {}),
        ({"iss": "https://other.example"}, {}),
        ({"aud": "other"}, {}),
        ({DEPLOYMENT_ID: ABSENT}, {}),
        ({VERSION: "11.3"}, {}),
        ({ROLES: ABSENT}, {}),
        ({RESOURCE_LINK: ABSENT}, {}),
        ({"exp": 22222, "iat": 11111}, {}),
    ],
)
def test_fork_of_pylti1p3_agrees_on_these_refusals(changed: dict[str, Any], how: dict[str, Any]) -> None:
    given = token(fresh(**changed), **how)

    with pytest.raises(LmsError):
        ours(given)
    with pytest.raises((LtiException, ToolConfException, jwt.PyJWTError)):
        theirs(given)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": ABSENT},
        {"iat": ABSENT},
        {"exp": 4_000_000_000},
        {"aud": [CLIENT_ID, "x"]},
        {"azp": "x"},
        {ROLES: "Instructor"},
        {TARGET_LINK_URI: ABSENT},
        {"sub": "$User.id"},
    ],
)
def test_we_refuse_what_the_fork_of_pylti1p3_lets_pass(changed: dict[str, Any]) -> None:
    """A record of where we are stricter; when it learns one of these, the case moves up."""
    given = token(fresh(**changed))

    with pytest.raises(LmsError):
        ours(given)
    theirs(given)
