"""Reading the people of a platform's course, against a server on a loopback port."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from lms.lti.errors import PlatformRefused, PlatformUnreachable
from lms.lti.nrps import Member, read_members
from lms.lti.roles import CourseRight
from tests.unit.lti.platform_served import Asked, Reply, Served, served, services
from tests.unit.lti.tokens_made import INSTRUCTOR, LEARNER


@pytest.fixture
def platform() -> Iterator[Served]:
    with served() as platform:
        yield platform


def read(platform: Served, path: str = "/members?rlid=7") -> list[Member]:
    return list(read_members(services(), platform.caller("s"), platform.base + path))


def test_people_are_read_with_role_name_and_state(platform: Served) -> None:
    members = [
        {"user_id": "1", "name": "Аня Соколова", "roles": ["Learner"], "email": "anna@school.example"},
        {"user_id": "2", "given_name": "Борис", "family_name": "Пермяков", "roles": [LEARNER], "status": "Inactive"},
        {"user_id": "3", "roles": [INSTRUCTOR, LEARNER]},
        {"user_id": 4, "roles": ["Learner"]},
        {"user_id": "", "roles": ["Learner"]},
        {"user_id": "5", "name": "<b>Вера</b>\u202e", "roles": "Learner"},
        "nobody",
    ]
    platform.answer = lambda asked: Reply(200, {"id": "x", "members": members})

    assert read(platform) == [
        Member("1", "Аня Соколова", CourseRight.LEARNER, is_active=True, is_test_user=False),
        Member("2", "Борис Пермяков", CourseRight.LEARNER, is_active=False, is_test_user=False),
        Member("3", "", CourseRight.LEARNER, is_active=True, is_test_user=False),
        Member("5", "<b>Вера</b>", CourseRight.NONE, is_active=True, is_test_user=False),
    ]
    (asked,) = platform.asked
    assert asked.headers["Accept"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    assert parse_qs(urlsplit(asked.path).query) == {"rlid": ["7"], "limit": ["200"]}


def test_ten_thousand_people_come_page_by_page(platform: Served) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(parse_qs(urlsplit(asked.path).query).get("page", ["0"])[0])
        members = [{"user_id": f"{page}-{n}", "roles": ["Learner"]} for n in range(200)]
        following = {"Link": f'</members?page={page + 1}>; rel="next"'} if page < 49 else {}
        return Reply(200, {"members": members}, following)

    platform.answer = answer

    assert len({member.subject for member in read(platform)}) == 10_000
    assert platform.tokens == 1


def test_people_of_a_platform_without_pages_come_at_once(platform: Served) -> None:
    members = [{"user_id": str(n), "name": "Имя Фамилия " * 5, "roles": [LEARNER]} for n in range(10_000)]
    platform.answer = lambda asked: Reply(200, {"members": members})

    assert len(read(platform)) == 10_000


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"{" * 1000])
def test_answer_that_is_no_list_of_people_is_refused(platform: Served, content: bytes) -> None:
    platform.answer = lambda asked: Reply(200, content)

    with pytest.raises(PlatformRefused):
        read(platform)


def test_answer_without_an_end_is_left(platform: Served) -> None:
    platform.answer = lambda asked: Reply(200, b" " * 9_000_000)

    with pytest.raises(PlatformUnreachable, match="too big"):
        read(platform)
