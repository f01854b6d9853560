"""Reading a verified launch: where scores go is taken whole or refused, since a cut address is another address."""

import pytest

from lms.lti.errors import MalformedLaunch
from lms.lti.launch import launch_1_1, launch_1_3
from lms.lti.vocabulary import AGS_ENDPOINT, SCOPE_SCORE
from tests.unit.lti.tokens_made import claims

LINE_ITEM = "https://school.example/items/1?pad="
OUTCOMES = "https://school.example/outcomes?pad="


def endpoint(line_item: str) -> dict[str, object]:
    return {AGS_ENDPOINT: {"lineitem": line_item, "scope": [SCOPE_SCORE]}}


def form(outcomes: str, sourced_id: str) -> dict[str, str]:
    return {"user_id": "7", "lis_outcome_service_url": outcomes, "lis_result_sourcedid": sourced_id}


def test_longest_line_item_is_kept_whole() -> None:
    longest = LINE_ITEM.ljust(2000, "x")

    score = launch_1_3(claims(**endpoint(longest))).score

    assert score is not None
    assert score.url == longest


@pytest.mark.parametrize("line_item", [LINE_ITEM.ljust(2001, "x"), LINE_ITEM + "\0"])
def test_line_item_that_cannot_be_kept_is_refused(line_item: str) -> None:
    with pytest.raises(MalformedLaunch, match="lineitem"):
        launch_1_3(claims(**endpoint(line_item)))


def test_longest_result_of_1_1_is_kept_whole() -> None:
    score = launch_1_1(form(OUTCOMES.ljust(2000, "x"), "s" * 4000)).score

    assert score is not None
    assert (len(score.url), len(score.sourced_id)) == (2000, 4000)


@pytest.mark.parametrize(
    ("outcomes", "sourced_id", "part"),
    [
        (OUTCOMES.ljust(2001, "x"), "s", "lis_outcome_service_url"),
        (OUTCOMES, "s" * 4001, "lis_result_sourcedid"),
        (OUTCOMES, "s\0", "lis_result_sourcedid"),
    ],
)
def test_result_of_1_1_that_cannot_be_kept_is_refused(outcomes: str, sourced_id: str, part: str) -> None:
    with pytest.raises(MalformedLaunch, match=part):
        launch_1_1(form(outcomes, sourced_id))
