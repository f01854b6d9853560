import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.errors import LmsError
from lms.lti.errors import LaunchRefused, LaunchTooOld, MalformedLaunch
from lms.lti.keys import private_key
from lms.lti.launch import launch_1_3
from lms.lti.roles import CourseRight
from lms.lti.tokens import Expected, verify
from lms.lti.vocabulary import DEPLOYMENT_ID, MESSAGE_TYPE, ROLES, VERSION
from tests.unit.lti.tokens_made import ABSENT, CLIENT_ID, ISSUER, KID, NONCE, NOW, OTHER_PEM, PEM, claims, token

EXPECTED = Expected(ISSUER, CLIENT_ID, NONCE)
SECONDS = int(NOW.timestamp())
KEYS = {KID: private_key(PEM).public_key()}


def verified(text: str) -> dict[str, object]:
    return dict(verify(text, EXPECTED, KEYS.get, at=NOW))


def test_good_token_gives_its_claims() -> None:
    launch = launch_1_3(verified(token(claims())))

    assert launch.subject == "pupil-7"
    assert launch.right == CourseRight.LEARNER
    assert launch.person.name == "Аня Соколова"
    assert launch.place.link_id == "link-1"
    assert launch.score is None


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": SECONDS - 30},
        {"iat": SECONDS + 45, "exp": SECONDS + 100},
        {"aud": [CLIENT_ID]},
        {"aud": ["other", CLIENT_ID], "azp": CLIENT_ID},
        {ROLES: []},
        {ROLES: [""]},
        {"name": ABSENT},
    ],
)
def test_unusual_but_right_token_is_accepted(changed: dict[str, Any]) -> None:
    assert verified(token(claims(**changed)))["sub"] == "pupil-7"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"iss": "https://other.example"}, LaunchRefused),
        ({"iss": ABSENT}, LaunchRefused),
        ({"aud": "other"}, LaunchRefused),
        ({"aud": ABSENT}, LaunchRefused),
        ({"aud": [CLIENT_ID, "x"]}, LaunchRefused),
        ({"azp": "x"}, LaunchRefused),
        ({"nonce": "another"}, LaunchRefused),
        ({"nonce": ABSENT}, LaunchRefused),
        ({"nonce": 7}, LaunchRefused),
        ({"iat": SECONDS + 61, "exp": SECONDS + 100}, LaunchRefused),
        ({"exp": SECONDS + 10 * 365 * 86400}, LaunchRefused),
        ({"nbf": SECONDS + 3600}, LaunchRefused),
        ({"exp": SECONDS - 61}, LaunchTooOld),
        ({"iat": SECONDS - 601}, LaunchTooOld),
        ({"iat": 11111, "exp": 22222}, LaunchTooOld),
        ({"exp": ABSENT}, MalformedLaunch),
        ({"iat": ABSENT}, MalformedLaunch),
        ({"iat": "now"}, MalformedLaunch),
        ({"iat": True}, MalformedLaunch),
        ({"exp": float("inf")}, MalformedLaunch),
        ({VERSION: "11.3"}, MalformedLaunch),
        ({VERSION: ABSENT}, MalformedLaunch),
        ({MESSAGE_TYPE: ABSENT}, MalformedLaunch),
        ({MESSAGE_TYPE: 7}, MalformedLaunch),
        ({"sub": "$User.id"}, MalformedLaunch),
        ({"sub": ABSENT}, MalformedLaunch),
        ({"sub": "x" * 256}, MalformedLaunch),
        ({"sub": "a\x00b"}, MalformedLaunch),
        ({"sub": "a\u202eb"}, MalformedLaunch),
        ({"sub": 7}, MalformedLaunch),
        ({DEPLOYMENT_ID: ABSENT}, MalformedLaunch),
        ({DEPLOYMENT_ID: ""}, MalformedLaunch),
        ({ROLES: ABSENT}, MalformedLaunch),
        ({ROLES: "Instructor"}, MalformedLaunch),
        ({ROLES: [1, 2]}, MalformedLaunch),
        ({ROLES: ["Learner"] * 10_000}, MalformedLaunch),
    ],
)
def test_wrong_claim_is_refused(changed: dict[str, Any], error: type[LmsError]) -> None:
    with pytest.raises(error):
        verified(token(claims(**changed)))


@pytest.mark.parametrize(
    "bad",
    [
        token(claims(), headers={}),
        token(claims(), headers={"kid": "unknown"}),
        token(claims(), headers={"kid": KID, "crit": ["exp"], "exp": 1}),
        token(claims()) + "=",
        token(claims()).replace(".", ". "),
        token(claims()) + "\n",
        token(claims()).replace(".", ".."),
        token(claims(), headers={"kid": "k" * 10_000}),
        token(claims(), headers={"kid": "../../x"}),
        token(claims(), pem=OTHER_PEM),
        jwt.encode(claims(), private_key(PEM), algorithm="RS384", headers={"kid": KID}),
        jwt.encode(claims(), "a secret of the attacker's own choice", algorithm="HS256", headers={"kid": KID}),
        jwt.encode(claims(), "", algorithm="none", headers={"kid": KID}),
        token({"name": "badltilaunch"}),
        token({**claims(), "deep": json.loads("[" * 40 + "]" * 40)}),
        token(claims()) + "x" * 60_000,
        token(claims())[:-8],
        "",
        "a.b.c",
        "é.é.é",
    ],
)
def test_wrong_token_is_refused(bad: str) -> None:
    with pytest.raises(LmsError):
        verified(bad)


def test_key_named_in_the_header_is_ignored() -> None:
    headers = {"kid": KID, "jku": "http://169.254.169.254/", "jwk": {"kty": "RSA"}}

    assert verified(token(claims(), headers=headers))["sub"] == "pupil-7"


def test_same_token_a_day_later_is_too_old() -> None:
    with pytest.raises(LaunchTooOld):
        verify(token(claims()), EXPECTED, KEYS.get, at=NOW + timedelta(days=1))


@settings(deadline=None)  # signing keeps its own time on a busy machine
@given(st.text(max_size=200))
def test_any_text_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(LmsError):
        verified(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)  # signing keeps its own time on a busy machine
@given(st.sampled_from(sorted(claims())), JSON)
def test_signed_rubbish_in_one_claim_is_refused_or_harmless(name: str, value: Any) -> None:
    try:
        launch = launch_1_3(verified(token(claims(**{name: value}))))
    except LmsError:
        return
    assert launch.right <= CourseRight.LEARNER
