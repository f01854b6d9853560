from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from lms.errors import LmsError
from lms.lti.errors import LaunchRefused, LaunchTooOld, MalformedLaunch
from lms.lti.launch import launch_1_1
from lms.lti.oauth1 import REQUIRED, verify
from lms.lti.roles import CourseRight

NOW = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
URL = "http://lms.localhost:18600/lti/1.1/launch"
PARAMS = {
    "lti_message_type": "basic-lti-launch-request",
    "lti_version": "LTI-1p0",
    "resource_link_id": "link-1",
    "user_id": "7",
    "roles": "Learner",
    "lis_person_name_full": "Аня Соколова",
    "context_id": "7b",
    "custom_course": "data-for-everyone",
}


def secret_of(key: str) -> str | None:
    return "s3cret" if key == "school" else None


def signed(
    changed: dict[str, str] | None = None, *, url: str = URL, key: str = "school", secret: str = "s3cret",
    method: str = "HMAC-SHA1", stamp: str = STAMP, nonce: str = "n-1",
) -> bytes:  # fmt: skip
    params = {**PARAMS, **(changed or {})}
    client = Client(
        key,
        client_secret=secret,
        signature_method=method,
        signature_type=SIGNATURE_TYPE_BODY,
        timestamp=stamp,
        nonce=nonce,
    )
    body = urlencode({name: value for name, value in params.items() if value != "absent"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return str(client.sign(url, "POST", body, headers)[2]).encode()


def test_good_launch_is_read() -> None:
    given_launch = verify(URL, signed(), secret_of, at=NOW)
    launch = launch_1_1(given_launch.params)

    assert (given_launch.consumer_key, given_launch.nonce) == ("school", "n-1")
    assert launch.subject == "7"
    assert launch.right == CourseRight.LEARNER
    assert launch.person.name == "Аня Соколова"
    assert launch.custom["course"] == "data-for-everyone"
    assert launch.score is None


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": "Learner, Instructor"},
        {"user_language": "ru", "context_foo": "bar"},
        {"launch_presentation_locale": ""},
        {"custom_sum": "a+b & c=d ~é"},
    ],
)
def test_unusual_but_honest_launch_is_accepted(changed: dict[str, str]) -> None:
    assert verify(URL, signed(changed), secret_of, at=NOW).params["user_id"] == "7"


def test_query_of_the_launch_url_is_part_of_the_signature() -> None:
    url = URL + "?tenant=%D0%BF"
    body = signed(url=url)

    assert verify(url, body, secret_of, at=NOW).params["tenant"] == "п"
    with pytest.raises(LaunchRefused):
        verify(URL + "?tenant=x", body, secret_of, at=NOW)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (signed(secret="wrong"), LaunchRefused),
        (signed(key="nobody"), LaunchRefused),
        (signed(key="nobody", secret="nobody's secret"), LaunchRefused),
        (signed() + b"&extra=1", LaunchRefused),
        (signed().replace(b"Learner", b"Instructor"), LaunchRefused),
        (signed().replace(b"&roles=Learner", b""), LaunchRefused),
        (signed(method="PLAINTEXT"), LaunchRefused),
        (signed(method="HMAC-SHA256"), LaunchRefused),
        (signed(url=URL.replace("http:", "https:")), LaunchRefused),
        (signed(stamp=str(int(STAMP) - 301)), LaunchTooOld),
        (signed(stamp=str(int(STAMP) + 301)), LaunchTooOld),
        (signed(stamp="abc"), MalformedLaunch),
        (signed(stamp="123456789"), MalformedLaunch),
        (signed(stamp="٠١٢٣٤٥٦٧٨٩"), MalformedLaunch),
        (signed({"lti_version": "LTI-9p9"}), MalformedLaunch),
        (signed({"lti_version": "LTI-2p0"}), MalformedLaunch),
        (signed({"lti_message_type": "ContentItemSelectionRequest"}), MalformedLaunch),
        (signed({"user_id": "a\x00"}), MalformedLaunch),
        (signed() + b"&roles=Learner", MalformedLaunch),
        (signed().replace(b"HMAC-SHA1", b"RSA-SHA1"), LaunchRefused),
        (signed().replace(b"HMAC-SHA1", b"BOGUS"), LaunchRefused),
        (b"", MalformedLaunch),
        (b"\xff\xfe", MalformedLaunch),
        (b"a=" + b"x" * 70_000, MalformedLaunch),
        ("&".join(f"p{i}=1" for i in range(400)).encode(), MalformedLaunch),
    ],
)
def test_bad_launch_is_refused(body: bytes, error: type[LmsError]) -> None:
    with pytest.raises(error):
        verify(URL, body, secret_of, at=NOW)


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_parameter_is_named(name: str) -> None:
    body = b"&".join(part for part in signed().split(b"&") if not part.startswith(quote(name).encode() + b"="))

    with pytest.raises(MalformedLaunch) as refusal:
        verify(URL, body, secret_of, at=NOW)

    assert refusal.value.detail == name


@settings(deadline=None)  # signing keeps its own time on a busy machine
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_never_crash(body: bytes) -> None:
    with pytest.raises(LmsError):
        verify(URL, body, secret_of, at=NOW)
