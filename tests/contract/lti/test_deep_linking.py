"""Deep linking over HTTP against the running tool: who may pick, what comes back, what is refused."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests
from lxml import html

from lms.lti.vocabulary import (
    CONTENT_ITEMS,
    DEEP_LINKING_DATA,
    DEEP_LINKING_REQUEST,
    DEEP_LINKING_SETTINGS,
    DEPLOYMENT_ID,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
    VERSION,
)
from tests.contract.lti.browsing import Browser, form_of
from tests.contract.lti.other_platform import DEPLOYMENT, OtherPlatform, serving
from tests.contract.lti.processes import World
from tests.unit.lti.tokens_made import ABSENT, INSTRUCTOR, KID, LEARNER, PEM

RETURN = "https://picky.example/return?session=1"


@pytest.fixture(scope="module")
def platform(world: World) -> Iterator[OtherPlatform]:
    with serving({KID: PEM}) as url:
        made = OtherPlatform(world, url, "https://picky.example", "tool-picky", {KID: PEM})
        made.register()
        yield made


def ask(platform: OtherPlatform, browser: Browser | None = None, **changed: Any) -> requests.Response:
    """A request to pick something; `settings` are those of the claim, other words are claims."""
    settings = {
        "deep_link_return_url": RETURN,
        "accept_types": ["ltiResourceLink"],
        "accept_multiple": True,
        "data": 'csrf "7" ✓',
        **changed.pop("settings", {}),
    }
    login = platform.login(browser)
    kept = {name: value for name, value in settings.items() if value is not ABSENT}
    message = {
        MESSAGE_TYPE: DEEP_LINKING_REQUEST,
        RESOURCE_LINK: ABSENT,
        ROLES: [INSTRUCTOR],
        DEEP_LINKING_SETTINGS: kept,
    }
    return platform.send(login, platform.claims(login, **{**message, **changed}))


def picker(platform: OtherPlatform, **changed: Any) -> tuple[Browser, requests.Response]:
    browser = Browser()
    answer = ask(platform, browser, **changed)
    assert answer.status_code == 303, answer.text
    page = browser.get(platform.world.tool + answer.headers["Location"])
    assert page.status_code == 200
    return browser, page


def send(platform: OtherPlatform, browser: Browser, page: requests.Response, *picked: str) -> requests.Response:
    form = form_of(page, "picked")
    fields = [
        *((name, value) for name, value in form.fields.items() if name != "picked"),
        *(("picked", one) for one in picked),
    ]
    return browser.session.post(platform.world.tool + form.action, data=fields, timeout=30)


def sent(platform: OtherPlatform, *picked: str, **changed: Any) -> dict[str, Any]:
    """The claims that the platform gets, verified with the tool's published keys."""
    browser, page = picker(platform, **changed)
    form = form_of(send(platform, browser, page, *picked), "JWT")
    assert form.action == RETURN
    token = form.fields["JWT"]
    keys = requests.get(f"{platform.world.tool}/lti/jwks.json", timeout=30).json()["keys"]
    (jwk,) = [key for key in keys if key["kid"] == jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token, jwt.PyJWK(jwk), algorithms=["RS256"], audience=platform.issuer, issuer=platform.client_id
    )
    return claims


@pytest.mark.case("C-D01")
def test_picker_offers_courses_with_their_steps(platform: OtherPlatform) -> None:
    _, page = picker(platform)
    inputs = html.fromstring(page.content).xpath("//input[@name='picked']")

    assert [(one.get("type"), one.get("value")) for one in inputs] == [
        ("checkbox", "data-for-everyone"),
        ("checkbox", "data-for-everyone/one"),
        ("checkbox", "data-for-everyone/two"),
    ]


@pytest.mark.case("C-D02", "C-D03", "C-D04", "C-D05", "C-D06", "C-D07")
def test_answer_has_all_that_the_specification_asks_for(platform: OtherPlatform) -> None:
    claims = sent(platform, "data-for-everyone", "data-for-everyone/two")

    assert claims[MESSAGE_TYPE] == "LtiDeepLinkingResponse"
    assert claims[VERSION] == "1.3.0"
    assert claims[DEPLOYMENT_ID] == DEPLOYMENT
    assert claims[DEEP_LINKING_DATA] == 'csrf "7" ✓'
    assert claims["exp"] - claims["iat"] < 3600
    assert claims["nonce"]
    assert [(item["type"], item["custom"], item["lineItem"]["resourceId"]) for item in claims[CONTENT_ITEMS]] == [
        ("ltiResourceLink", {"course": "data-for-everyone"}, "data-for-everyone"),
        ("ltiResourceLink", {"course": "data-for-everyone", "step": "two"}, "data-for-everyone/two"),
    ]


@pytest.mark.case("C-D06")
def test_data_that_was_not_sent_is_not_answered(platform: OtherPlatform) -> None:
    assert DEEP_LINKING_DATA not in sent(platform, settings={"data": ABSENT})


def test_nothing_picked_is_an_answer_too(platform: OtherPlatform) -> None:
    assert sent(platform)[CONTENT_ITEMS] == []


def test_platform_without_columns_gets_none(platform: OtherPlatform) -> None:
    (item,) = sent(platform, "data-for-everyone/two", settings={"accept_lineitem": False})[CONTENT_ITEMS]

    assert "lineItem" not in item


def test_request_without_a_target_opens_too(platform: OtherPlatform) -> None:
    assert ask(platform, **{TARGET_LINK_URI: ABSENT}).status_code == 303


def test_platform_that_takes_one_gets_one(platform: OtherPlatform) -> None:
    browser, page = picker(platform, settings={"accept_multiple": False})

    assert set(html.fromstring(page.content).xpath("//input[@name='picked']/@type")) == {"radio"}
    refused = send(platform, browser, page, "data-for-everyone/one", "data-for-everyone/two")
    assert refused.status_code in (400, 422)
    assert send(platform, browser, page, "data-for-everyone/one").status_code == 200


@pytest.mark.case("X28")
@pytest.mark.parametrize("picked", ["nothing", "data-for-everyone/three", "../admin", "data-for-everyone/"])
def test_what_is_not_offered_is_refused(platform: OtherPlatform, picked: str) -> None:
    browser, page = picker(platform)

    assert send(platform, browser, page, picked).status_code in (400, 422)


@pytest.mark.parametrize("roles", [[LEARNER], [], ["http://evil.example#Instructor"], [INSTRUCTOR, LEARNER]])
def test_only_teachers_pick(platform: OtherPlatform, roles: list[str]) -> None:
    answer = ask(platform, **{ROLES: roles})

    assert answer.status_code == 403
    assert "lms_session" not in answer.cookies


@pytest.mark.case("X27")
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://picky.example/return",
        'https://picky.example/"><script>',
        "https://user:pass@picky.example/",
        "//picky.example/return",
        "data:text/html,x",
        "",
        7,
        "https://picky.example/" + "x" * 3000,
    ],
)
def test_address_that_we_do_not_post_to_is_refused(platform: OtherPlatform, url: object) -> None:
    answer = ask(platform, settings={"deep_link_return_url": url})

    assert answer.status_code == 400
    assert "lms_session" not in answer.cookies


@pytest.mark.parametrize("types", [["file"], ["link", "html"]])
def test_platform_that_takes_no_links_is_told_so(platform: OtherPlatform, types: list[str]) -> None:
    assert ask(platform, settings={"accept_types": types}).status_code in (400, 422)


@pytest.mark.parametrize(
    "settings", [{"accept_types": []}, {"accept_types": "ltiResourceLink"}, {"data": 7}, {"data": "x" * 30_000}]
)
def test_broken_settings_are_refused(platform: OtherPlatform, settings: dict[str, object]) -> None:
    assert ask(platform, settings=settings).status_code == 400


def test_choice_of_another_is_not_found(platform: OtherPlatform) -> None:
    _, page = picker(platform)
    other, _ = picker(platform, sub="another-teacher")

    assert other.get(page.url).status_code == 404
    assert Browser().get(page.url).url.startswith(f"{platform.world.tool}/sign-in")


def test_link_that_was_picked_leads_to_its_step(platform: OtherPlatform) -> None:
    login = platform.login()
    custom = {"course": "data-for-everyone", "step": "two"}
    answer = platform.send(
        login, platform.claims(login, **{"https://purl.imsglobal.org/spec/lti/claim/custom": custom})
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/courses/data-for-everyone/assignments/two"


def test_link_to_a_step_that_is_gone_says_so(platform: OtherPlatform) -> None:
    login = platform.login()
    custom = {"course": "data-for-everyone", "step": "gone"}
    answer = platform.send(
        login, platform.claims(login, **{"https://purl.imsglobal.org/spec/lti/claim/custom": custom})
    )

    assert answer.status_code == 404
    assert "шагу, которого в этом курсе нет" in answer.text
