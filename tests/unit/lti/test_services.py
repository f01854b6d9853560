"""Calls to a platform's services: tokens, hosts, answers, pages. Against a server on a loopback port."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lms.lti.errors import AddressRefused, PlatformBusy, PlatformConflict, PlatformRefused, TokenRefused
from lms.lti.services import next_page
from tests.unit.lti.platform_served import NOW, Reply, Served, served, services


@pytest.fixture
def platform() -> Iterator[Served]:
    with served() as platform:
        yield platform


def get(platform: Served, path: str = "/list") -> bytes:
    return services().get(platform.caller("s"), platform.base + path, accept="application/json").body


def test_user_agent_and_bearer_are_sent(platform: Served) -> None:
    get(platform)

    (asked,) = platform.asked
    assert asked.headers["User-Agent"].startswith("lms-lti-tool/")
    assert asked.headers["Authorization"] == "Bearer t-1"


@pytest.mark.case("X32")
def test_token_is_kept_for_one_client_and_scopes(platform: Served) -> None:
    one = services()
    for caller in (
        platform.caller("a"),
        platform.caller("a"),
        platform.caller("a", "b"),
        platform.caller("a", client_id="tool-2"),
    ):
        one.get(caller, platform.base + "/x", accept="*/*")

    assert [asked.headers["Authorization"] for asked in platform.asked] == [
        "Bearer t-1",
        "Bearer t-1",
        "Bearer t-2",
        "Bearer t-3",
    ]


@pytest.mark.case("X32")
@pytest.mark.parametrize("lifetime", [None, 0, "soon", 30])
def test_token_of_unknown_or_short_life_serves_once(platform: Served, lifetime: object) -> None:
    platform.token = lambda number: Reply(200, {"access_token": f"t-{number}", "expires_in": lifetime})
    one = services()
    for _ in range(2):
        one.get(platform.caller("a"), platform.base + "/x", accept="*/*")

    assert platform.tokens == 2


def test_token_is_asked_for_again_before_it_ends(platform: Served) -> None:
    one = services()
    for minutes in (0, 58, 60):
        one.get(platform.caller("a", at=NOW + timedelta(minutes=minutes)), platform.base + "/x", accept="*/*")

    assert platform.tokens == 2


@pytest.mark.case("X32")
def test_refused_token_is_replaced_once(platform: Served) -> None:
    platform.answer = lambda asked: Reply(401 if asked.headers["Authorization"] == "Bearer t-1" else 200, b"in")

    assert get(platform) == b"in"
    assert platform.tokens == 2


def test_token_refused_twice_is_final(platform: Served) -> None:
    platform.answer = lambda asked: Reply(401)

    with pytest.raises(PlatformRefused, match="HTTP 401"):
        get(platform)
    assert platform.tokens == 2


def test_no_token_says_what_the_platform_said(platform: Served) -> None:
    platform.token = lambda number: Reply(404, b"<html>Exception - jwks_helper</html>")

    with pytest.raises(TokenRefused, match="HTTP 404, <html>Exception"):
        get(platform)


@pytest.mark.case("X30")
@pytest.mark.parametrize("host", ["http://127.0.0.2:80", "http://school.example", "https://127.0.0.1"])
def test_other_host_gets_no_token(platform: Served, host: str) -> None:
    with pytest.raises(AddressRefused):
        services().get(platform.caller("s"), f"{host}/list", accept="*/*")

    assert platform.tokens == 0


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(429), PlatformBusy),
        (Reply(503), PlatformBusy),
        (Reply(403, headers={"X-Rate-Limit-Remaining": "0.0"}), PlatformBusy),
        (Reply(403, headers={"X-Rate-Limit-Remaining": "700"}), PlatformRefused),
        (Reply(409), PlatformConflict),
        (Reply(404), PlatformRefused),
        (Reply(302, headers={"Location": "/elsewhere"}), PlatformRefused),
    ],
)
def test_answer_tells_whether_to_come_again(platform: Served, reply: Reply, expected: type[Exception]) -> None:
    platform.answer = lambda asked: reply

    with pytest.raises(expected) as caught:
        get(platform)
    assert type(caught.value) is expected


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_success_is_one(platform: Served, status: int) -> None:
    platform.answer = lambda asked: Reply(status)

    assert get(platform) == b""


def test_pages_are_followed_to_the_end(platform: Served) -> None:
    links = {
        "/L?p=1": '</L?p=2>; rel="next"; title="x"',
        "/L?p=2": f'<{platform.base}/L?p=3>; rel="prev next", </L?p=1>; rel="prev"',
    }
    platform.answer = lambda asked: Reply(200, asked.path.encode(), {"Link": links.get(asked.path, "")})

    pages = [answer.body for answer in services().pages(platform.caller("s"), platform.base + "/L?p=1", accept="*/*")]

    assert pages == [b"/L?p=1", b"/L?p=2", b"/L?p=3"]


@pytest.mark.parametrize("link", ["</L>", "</L?{number}>"])
def test_list_without_an_end_is_refused(platform: Served, link: str) -> None:
    platform.answer = lambda asked: Reply(
        200, b"", {"Link": link.replace("{number}", str(len(platform.asked))) + '; rel="next"'}
    )

    with pytest.raises(PlatformRefused, match="no end"):
        list(services().pages(platform.caller("s"), platform.base + "/L", accept="*/*", limit=20))
    assert len(platform.asked) <= 20


@pytest.mark.case("X30")
def test_next_page_on_another_host_gets_no_token(platform: Served) -> None:
    platform.answer = lambda asked: Reply(200, b"", {"Link": '<http://school.example/L>; rel="next"'})

    with pytest.raises(AddressRefused):
        list(services().pages(platform.caller("s"), platform.base + "/L", accept="*/*"))


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<https://a.example/Members?Page=2>; rel="next"', "https://a.example/Members?Page=2"),
        ("<?page=2>; rel=next", "https://a.example/members?page=2"),
        ("<../x>; rel=NEXT", "https://a.example/x"),
        ("<https://a.example/x?a=1&amp;b=2>; rel=â\x80\x9cnextâ\x80\x9d", "https://a.example/x?a=1&b=2"),
        ('<https://a.example/1>; rel="prev"', None),
        ("", None),
        ("<https://a.example/x;y,z?a=1,2>; title=x; rel=next", "https://a.example/x;y,z?a=1,2"),
        ("nonsense", None),
    ],
)
def test_next_page_is_read_as_it_was_meant(link: str, following: str | None) -> None:
    assert next_page("https://a.example/members", {"Link": link}) == following
