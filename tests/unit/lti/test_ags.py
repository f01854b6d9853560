import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import jwt
import pytest

from lms.lti.ags import PlatformClient, Score, SigningKey, client_assertion, next_timestamp, scores_url
from lms.lti.keys import private_key
from tests.unit.lti.tokens_made import PEM

NOW = datetime(2026, 11, 23, 9, 0, 0, 700_000, tzinfo=UTC)
CLIENT = PlatformClient("tool-1", "https://school.example/token", frozenset({"school.example:443"}))


@pytest.mark.parametrize(
    ("line_item", "scores"),
    [
        ("https://a/b/lineitem", "https://a/b/lineitem/scores"),
        ("https://a/b/lineitem/", "https://a/b/lineitem/scores"),
        ("https://a/b/lineitem?type_id=1", "https://a/b/lineitem/scores?type_id=1"),
    ],
)
def test_scores_url_keeps_the_query(line_item: str, scores: str) -> None:
    assert scores_url(line_item) == scores


def test_timestamps_are_whole_seconds_and_grow() -> None:
    first = next_timestamp(NOW, None)
    second = next_timestamp(NOW, first)

    assert first == NOW.replace(microsecond=0)
    assert second == first + timedelta(seconds=1)
    assert next_timestamp(NOW + timedelta(seconds=9), second) == first + timedelta(seconds=9)


def test_score_of_nothing_is_sent_as_zero() -> None:
    sent = json.loads(Score("7", Decimal(0), Decimal("12.5"), NOW.replace(microsecond=0)).to_json())

    assert sent["scoreGiven"] == 0
    assert sent["scoreMaximum"] == 12.5
    assert sent["gradingProgress"] == "FullyGraded"
    assert sent["timestamp"] == "2026-11-23T09:00:00.000+00:00"


def test_assertion_is_backdated_and_single() -> None:
    key = SigningKey("k1", PEM)
    one, two = client_assertion(CLIENT, key, at=NOW), client_assertion(CLIENT, key, at=NOW)
    public = private_key(PEM).public_key()
    options: jwt.types.Options = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(one, public, algorithms=["RS256"], audience=CLIENT.token_url, options=options)

    assert claims["iss"] == claims["sub"] == "tool-1"
    assert claims["iat"] == int(NOW.timestamp()) - 60
    assert jwt.get_unverified_header(one)["kid"] == "k1"
    assert (
        claims["jti"]
        != jwt.decode(two, public, algorithms=["RS256"], audience=CLIENT.token_url, options=options)["jti"]
    )
