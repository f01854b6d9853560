"""An LTI 1.1 launch: OAuth 1.0 body signature over the body exactly as it came (RFC 5849; LTI 1.1, 4.2).

The signature is verified on the raw bytes before `lti` builds its objects: that package strips and rejoins lists, so
it refuses honest launches ("Learner, Instructor"), and by itself it also takes PLAINTEXT, whose signature covers
nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, RequestValidator, SignatureOnlyEndpoint

from lms.lti.errors import LaunchRefused, LaunchTooOld, MalformedLaunch
from lms.lti.text import is_known_id
from lms.lti.vocabulary import BASIC_LAUNCH_REQUEST

MAX_BODY = 64 * 1024
MAX_PARAMETERS = 300
MAX_SKEW_SECONDS = 300
NONCE_SECONDS = 2 * MAX_SKEW_SECONDS
"""A nonce must be remembered as long as its timestamp can pass."""
SecretOf = Callable[[str], str | None]
REQUIRED = (
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_timestamp",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_version",
    "lti_message_type",
    "lti_version",
    "resource_link_id",
    "user_id",
)


@dataclass(frozen=True, slots=True)
class SignedLaunch:
    """A launch whose signature is right. The caller must still consume (consumer_key, nonce), once."""

    consumer_key: str
    nonce: str
    signed_at: int
    """Seconds since 1970, by the platform's clock."""
    params: Mapping[str, str]


def verify(
    url: str,
    body: bytes,
    secret_of: SecretOf,
    *,
    at: datetime,
    max_skew_seconds: int = MAX_SKEW_SECONDS,
) -> SignedLaunch:
    """The launch posted as a form to `url` (scheme, host and query as the platform saw them).

    `secret_of` gives a consumer key's secret, or None for an unknown or disabled key; both take the same time and get
    the same refusal. Raises MalformedLaunch, LaunchRefused, LaunchTooOld.
    """
    params = _parameters(url, body)
    _check_form(params)
    signed_at = _timestamp(params["oauth_timestamp"], at, max_skew_seconds)
    if not _is_signed(url, body, secret_of):
        raise LaunchRefused("signature")
    return SignedLaunch(
        params["oauth_consumer_key"],
        params["oauth_nonce"],
        signed_at,
        dict(params),
    )


def _parameters(url: str, body: bytes) -> dict[str, str]:
    if len(body) > MAX_BODY:
        raise MalformedLaunch("body: too big")
    try:
        pairs = parse_qsl(
            urlsplit(url).query,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
        pairs += parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise MalformedLaunch("body: not a form") from None
    params = dict(pairs)
    if len(params) != len(pairs):
        raise MalformedLaunch("a parameter comes twice")
    return params


def _check_form(params: Mapping[str, str]) -> None:
    for name in REQUIRED:
        if not params.get(name):
            raise MalformedLaunch(name)
    for name in ("oauth_consumer_key", "oauth_nonce", "user_id", "resource_link_id"):
        if not is_known_id(params[name]):
            raise MalformedLaunch(name)
    if params["lti_version"] != "LTI-1p0":
        raise MalformedLaunch("lti_version")
    if params["lti_message_type"] != BASIC_LAUNCH_REQUEST:
        raise MalformedLaunch("lti_message_type")
    if params["oauth_signature_method"] != SIGNATURE_HMAC_SHA1:
        raise LaunchRefused("oauth_signature_method")
    if params["oauth_version"] != "1.0":
        raise MalformedLaunch("oauth_version")


def _timestamp(text: str, at: datetime, max_skew_seconds: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 10):
        raise MalformedLaunch("oauth_timestamp")
    if abs(at.timestamp() - int(text)) > max_skew_seconds:
        raise LaunchTooOld("oauth_timestamp")
    return int(text)


def _is_signed(url: str, body: bytes, secret_of: SecretOf) -> bool:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        valid, _ = SignatureOnlyEndpoint(_Secrets(secret_of)).validate_request(
            url, "POST", body.decode("ascii"), headers
        )
    except (ValueError, NotImplementedError):
        return False
    return bool(valid)


class _Secrets(RequestValidator):
    """What oauthlib asks. Times and nonces are ours to judge: oauthlib asks for them before the signature is known to
    be right, and what a stranger sends must leave no trace.
    """

    allowed_signature_methods = (SIGNATURE_HMAC_SHA1,)
    enforce_ssl = False
    """https is judged where the request's true scheme is known: by the web server and its trusted proxies."""
    timestamp_lifetime = 10**10
    dummy_client = ""

    def __init__(self, secret_of: SecretOf) -> None:
        super().__init__()
        self._secret_of = secret_of

    def check_client_key(self, client_key: str) -> bool:
        return True

    def check_nonce(self, nonce: str) -> bool:
        return True

    def validate_timestamp_and_nonce(self, *args: object, **kwargs: object) -> bool:
        return True

    def validate_client_key(self, client_key: str, request: object) -> bool:
        return self._secret_of(client_key) is not None

    def get_client_secret(self, client_key: str, request: object) -> str:
        return self._secret_of(client_key) or "nobody's secret"
