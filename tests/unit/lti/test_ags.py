import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lms.lti.ags import Score, next_timestamp
from lms.lti.platforms import rules_of

NOW = datetime(2026, 11, 23, 9, 0, 0, 700_000, tzinfo=UTC)
SENT_AT = NOW.replace(microsecond=0)


def test_timestamps_are_whole_seconds_and_grow() -> None:
    first = next_timestamp(NOW, None)
    second = next_timestamp(NOW, first)

    assert first == NOW.replace(microsecond=0)
    assert second == first + timedelta(seconds=1)
    assert next_timestamp(NOW + timedelta(seconds=9), second) == first + timedelta(seconds=9)


def test_score_of_nothing_is_sent_as_zero() -> None:
    sent = json.loads(Score("7", Decimal(0), SENT_AT).to_json())

    assert (sent["scoreGiven"], sent["scoreMaximum"]) == (0, 100)
    assert (sent["activityProgress"], sent["gradingProgress"]) == ("Completed", "FullyGraded")
    assert sent["timestamp"] == "2026-11-23T09:00:00.000+00:00"


def test_score_taken_back_has_no_points() -> None:
    sent = json.loads(Score("7", None, SENT_AT).to_json())

    assert "scoreGiven" not in sent
    assert sent["gradingProgress"] == "NotReady"


def test_extension_of_a_platform_goes_with_the_score() -> None:
    sent = json.loads(Score("7", Decimal(1), SENT_AT, rules_of("Canvas").extension).to_json())

    assert sent["https://canvas.instructure.com/lti/submission"] == {"new_submission": False}
