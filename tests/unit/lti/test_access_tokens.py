from datetime import UTC, datetime

import jwt

from lms.lti.access_tokens import PlatformClient, SigningKey, client_assertion
from lms.lti.keys import private_key
from tests.unit.lti.tokens_made import PEM

NOW = datetime(2026, 11, 23, 9, 0, 0, 700_000, tzinfo=UTC)
CLIENT = PlatformClient("tool-1", "https://school.example/token", frozenset({"school.example:443"}))


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
