"""Content items of Deep Linking: what is said of a course, a lesson, an assignment; what a platform accepts."""

from datetime import UTC, datetime

import pytest

from lms.lti.content_items import Offer, PickerSettings, content_item, picker_settings

COURSE = Offer("data", "", "Данные", "О чём курс", is_scored=True)
ASSIGNMENT = Offer("data", "buses", "Автобусы", "", is_scored=True, due_at=datetime(2026, 12, 1, 18, 59, tzinfo=UTC))
LESSON = Offer("data", "why", "Зачем", "", is_scored=False)
RETURN = "https://a.example/return"


def test_course_brings_its_column_and_no_address() -> None:
    assert content_item(COURSE, with_column=True) == {
        "type": "ltiResourceLink",
        "title": "Данные",
        "text": "О чём курс",
        "custom": {"course": "data"},
        "lineItem": {"scoreMaximum": 100, "label": "Данные", "resourceId": "data", "tag": "lms"},
    }


def test_assignment_brings_column_and_deadline() -> None:
    item = content_item(ASSIGNMENT, with_column=True)

    assert item["custom"] == {"course": "data", "step": "buses"}
    assert item["lineItem"]["resourceId"] == "data/buses"
    assert item["submission"] == {"endDateTime": "2026-12-01T18:59:00+00:00"}


@pytest.mark.parametrize(("offer", "with_column"), [(LESSON, True), (ASSIGNMENT, False)])
def test_no_column_where_there_is_no_score_or_no_wish_for_it(offer: Offer, with_column: bool) -> None:
    assert "lineItem" not in content_item(offer, with_column=with_column)


@pytest.mark.parametrize(
    ("claim", "settings"),
    [
        (
            {"deep_link_return_url": RETURN, "accept_types": ["ltiResourceLink"], "accept_multiple": True, "data": ""},
            PickerSettings(RETURN, accept_multiple=True, accepts_links=True, accepts_columns=True, data=""),
        ),
        (
            {"deep_link_return_url": RETURN, "accept_types": ["file", "html"], "accept_lineitem": False},
            PickerSettings(RETURN, accept_multiple=False, accepts_links=False, accepts_columns=False, data=None),
        ),
        (
            {"deep_link_return_url": RETURN, "accept_types": ["ltiResourceLink"], "accept_multiple": "true"},
            PickerSettings(RETURN, accept_multiple=False, accepts_links=True, accepts_columns=True, data=None),
        ),
    ],
)
def test_settings_are_read_as_they_are_meant(claim: dict[str, object], settings: PickerSettings) -> None:
    assert picker_settings(claim) == settings
    assert PickerSettings(**settings.to_json()) == settings
