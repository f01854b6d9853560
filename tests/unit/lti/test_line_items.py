"""Columns and results of a platform's gradebook, against a server on a loopback port."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from lms.lti.ags import Column, Score, find_or_create_line_item, post_score, read_result
from lms.lti.errors import PlatformRefused
from tests.unit.lti.platform_served import Asked, Reply, Served, served, services

COLUMN = Column("Данные для каждого", "data-for-everyone", "lms", "link-1")
OURS = {"id": "https://a.example/1", "resourceId": "data-for-everyone", "tag": "lms", "resourceLinkId": "link-1"}


@pytest.fixture
def platform() -> Iterator[Served]:
    with served() as platform:
        yield platform


def gradebook(*items: object) -> object:
    def answer(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(200, list(items))
        return Reply(201, {**json.loads(asked.body), "id": "https://a.example/new"})

    return answer


def find(platform: Served, container: str = "/items?type_id=7") -> str:
    return find_or_create_line_item(services(), platform.caller("s"), platform.base + container, COLUMN)


@pytest.mark.parametrize("path", ["/items/1", "/items/1/", "/items/1?type_id=7"])
def test_score_goes_below_the_line_item_and_the_query_stays(platform: Served, path: str) -> None:
    score = Score("7", Decimal("0.5"), datetime(2026, 11, 23, 9, tzinfo=UTC))
    post_score(services(), platform.caller("s"), platform.base + path, score)

    (asked,) = platform.asked
    assert asked.path == "/items/1/scores" + ("?type_id=7" if "?" in path else "")
    assert asked.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert json.loads(asked.body)["scoreGiven"] == 50


def test_own_column_is_found_again(platform: Served) -> None:
    platform.answer = gradebook({"id": "x", "tag": "lms"}, "junk", OURS)  # type: ignore[assignment]

    assert find(platform) == "https://a.example/1"
    query = parse_qs(urlsplit(platform.asked[0].path).query)
    assert query == {
        "type_id": ["7"],
        "resource_link_id": ["link-1"],
        "resource_id": ["data-for-everyone"],
        "tag": ["lms"],
    }


@pytest.mark.parametrize(
    "other",
    [
        {**OURS, "resourceLinkId": "link-2"},
        {**OURS, "tag": "grade"},
        {**OURS, "resourceId": "money-and-risk"},
    ],
)
def test_column_of_another_is_not_taken(platform: Served, other: object) -> None:
    platform.answer = gradebook(other)  # type: ignore[assignment]

    assert find(platform) == "https://a.example/new"
    made = json.loads(platform.asked[-1].body)
    assert made == {
        "label": "Данные для каждого",
        "scoreMaximum": 100,
        "resourceId": "data-for-everyone",
        "tag": "lms",
        "resourceLinkId": "link-1",
    }


def test_column_without_an_address_is_refused(platform: Served) -> None:
    platform.answer = lambda asked: Reply(200, [] if asked.method == "GET" else {"label": "x"})

    with pytest.raises(PlatformRefused, match="without an id"):
        find(platform)


@pytest.mark.parametrize(
    ("results", "share"),
    [
        ([{"userId": "7", "resultScore": 30, "resultMaximum": 40}], Decimal("0.75")),
        ([{"userId": "8", "resultScore": 30, "resultMaximum": 40}], None),
        ([{"userId": "7", "resultScore": None, "resultMaximum": 40}], None),
        ([{"userId": "7", "resultScore": 1, "resultMaximum": 0}], None),
        ([{"userId": "7", "resultScore": True}], None),
        ([], None),
        (None, None),
    ],
)
def test_result_is_read_as_a_share(platform: Served, results: object, share: Decimal | None) -> None:
    platform.answer = lambda asked: Reply(200, results)

    assert read_result(services(), platform.caller("s"), platform.base + "/items/1", "7") == share
