"""Launches that must not be believed: 4xx, a sentence, no session, no row. Over HTTP, against the running tool."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.clock import now
from lms.database import Database
from lms.lti.models import Deployment, LaunchState, ResourceLink
from lms.lti.vocabulary import DEPLOYMENT_ID, MESSAGE_TYPE, RESOURCE_LINK, ROLES, TARGET_LINK_URI, VERSION
from lms.people.models import Account, Grant, Person, SignInSession
from tests.contract.lti.browsing import Browser
from tests.contract.lti.other_platform import OtherPlatform, serving
from tests.contract.lti.processes import World
from tests.unit.lti.tokens_made import ABSENT, KID, OTHER_PEM, PEM

A, B, SAME_ISSUER = ("https://a.example", "tool-a"), ("https://b.example", "tool-b"), ("https://a.example", "tool-a2")
TABLES = (Person, Account, SignInSession, Grant, ResourceLink, Deployment)


@pytest.fixture(scope="module")
def platforms(world: World) -> Iterator[dict[tuple[str, str], OtherPlatform]]:
    """Three registrations, two of one issuer, all with the same keys."""
    keys = {KID: PEM}
    with serving(keys) as url:
        made = {pair: OtherPlatform(world, url, *pair, keys) for pair in (A, B, SAME_ISSUER)}
        for each in made.values():
            each.register()
        yield made


@pytest.fixture
def platform(platforms: dict[tuple[str, str], OtherPlatform]) -> OtherPlatform:
    return platforms[A]


def rows(database: Database) -> list[int]:
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def states(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LaunchState)) or 0


def assert_refused(answer: Any, *, status: tuple[int, ...] = (400, 403, 410)) -> None:
    assert answer.status_code in status, answer.text
    assert "lms_session" not in answer.cookies
    assert "Location" not in answer.headers


def test_good_launch_opens_and_uses_its_state_up(platform: OtherPlatform, database: Database) -> None:
    login = platform.login()
    before = states(database)
    answer = platform.send(login)

    assert answer.status_code == 303, answer.text
    assert "lms_session" in answer.cookies
    assert states(database) == before - 1


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "somebody-else"},
        {"aud": ["tool-a", "x"]},
        {"azp": "x"},
        {"iss": "https://b.example"},
        {"nonce": "another"},
        {"exp": ABSENT},
        {"iat": ABSENT},
        {"iat": 11111, "exp": 22222},
        {"sub": ABSENT},
        {"sub": "x" * 300},
        {"sub": "a\u0000"},
        {VERSION: "11.3"},
        {MESSAGE_TYPE: ABSENT},
        {DEPLOYMENT_ID: ABSENT},
        {RESOURCE_LINK: {}},
        {ROLES: ABSENT},
        {ROLES: "Instructor"},
        {ROLES: [7]},
        {TARGET_LINK_URI: "https://evil.example/"},
        {TARGET_LINK_URI: ABSENT},
    ],
)
def test_wrong_claim_is_refused_and_the_state_still_serves(
    platform: OtherPlatform, database: Database, changed: dict[str, Any]
) -> None:
    login = platform.login()
    before = rows(database)

    assert_refused(platform.send(login, platform.claims(login, **changed)))
    assert rows(database) == before
    assert platform.send(login).status_code == 303


def test_expired_token_is_refused_and_a_minute_of_clock_difference_is_not(platform: OtherPlatform) -> None:
    login, issued = platform.login(), int(now().timestamp())

    assert_refused(platform.send(login, platform.claims(login, iat=issued - 300, exp=issued - 90)))
    assert platform.send(login, platform.claims(login, iat=issued - 300, exp=issued - 30)).status_code == 303


@pytest.mark.parametrize("how", [{"pem": OTHER_PEM}, {"headers": {}}, {"headers": {"kid": "unknown"}}])
def test_wrong_signature_is_refused(platform: OtherPlatform, database: Database, how: dict[str, Any]) -> None:
    login = platform.login()
    before = rows(database)

    assert_refused(platform.send(login, **how))
    assert rows(database) == before


def test_nonce_of_one_login_does_not_serve_another(platform: OtherPlatform) -> None:
    browser = Browser()
    one, two = platform.login(browser), platform.login(browser)

    assert_refused(platform.send(one, platform.claims(two)))


@pytest.mark.parametrize("other", [B, SAME_ISSUER])
def test_login_at_one_platform_with_a_token_of_another_is_refused(
    platforms: dict[tuple[str, str], OtherPlatform], other: tuple[str, str]
) -> None:
    login = platforms[A].login()

    assert_refused(platforms[A].send(login, platforms[other].claims(login)))


def test_unknown_deployment_waits_for_approval(platform: OtherPlatform, database: Database) -> None:
    login = platform.login()
    answer = platform.send(login, platform.claims(login, **{DEPLOYMENT_ID: "new"}))
    listed = platform.world.lms("lti", "platform", "list")

    assert_refused(answer, status=(403,))
    assert "new (waits)" in listed


def test_of_many_replays_at_once_one_opens(platform: OtherPlatform) -> None:
    login = platform.login()
    payload = platform.claims(login)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: platform.send(login, payload).status_code, range(24)))

    assert answers.count(303) == 1
    assert set(answers) <= {303, 410}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"state": "x"},
        {"state": "", "id_token": "a.b.c"},
        {"state": "unknown", "id_token": "a.b.c"},
        [("state", "x"), ("state", "y"), ("id_token", "a.b.c")],
        {"state": "x", "id_token": "a" * 70_000},
    ],
)
def test_post_that_is_no_launch_is_refused(platform: OtherPlatform, fields: Any) -> None:
    assert_refused(platform.post(Browser(), fields))


def test_error_of_the_platform_is_not_shown(platform: OtherPlatform) -> None:
    answer = platform.post(
        Browser(), {"state": "x", "error": "login_required", "error_description": "<script>1</script>"}
    )

    assert_refused(answer, status=(400,))
    assert "login_required" not in answer.text
    assert "<script>1" not in answer.text


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://unknown.example"},
        {"client_id": "unknown"},
        {"client_id": ""},
        {"lti_deployment_id": "unknown"},
        {"target_link_uri": "https://evil.example/lti/launch"},
        {"target_link_uri": ""},
        {"login_hint": ""},
        {"login_hint": "\u0000"},
        {"iss": "x" * 300},
    ],
)
def test_wrong_login_leads_nowhere(platform: OtherPlatform, database: Database, changed: dict[str, str]) -> None:
    before = states(database)

    assert_refused(platform.ask(Browser(), **changed))
    assert states(database) == before


@pytest.mark.parametrize("path", ["/lti/launch", "/lti/1.1/launch"])
def test_get_of_a_launch_address_is_405(world: World, path: str) -> None:
    assert Browser().get(f"{world.tool}{path}").status_code == 405


def test_browser_cookie_lives_in_frames_and_hides_from_scripts(platform: OtherPlatform) -> None:
    header = platform.ask(Browser()).headers["Set-Cookie"]

    for flag in ("HttpOnly", "SameSite=None", "Secure", "Partitioned", "Path=/"):
        assert flag in header
