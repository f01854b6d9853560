"""LTI 1.1 Basic Outcomes: replaceResult and deleteResult, signed by OAuth 1.0 with a body hash, and its answer read with care.

LTI 1.1.1 implementation guide, 6. `lti` writes the message; we sign and send it, since that package sends without a
time-out, takes any HTTP status for success and swallows every parse error.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

import lti
from lxml import etree  # type: ignore[import-untyped]  # ships no types
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, Client

from lms.lti.errors import PlatformBusy, PlatformRefused
from lms.lti.http import Answer, PlatformHttp
from lms.lti.vocabulary import OUTCOMES_NAMESPACE

CONTENT_TYPE = "application/xml"
_NS = {"o": OUTCOMES_NAMESPACE}


@dataclass(frozen=True, slots=True)
class OutcomeTarget:
    """Where a person's result goes, as the last signed launch of that person said."""

    url: str
    sourced_id: str
    consumer_key: str
    secret: str


def replace_result(
    http: PlatformHttp,
    target: OutcomeTarget,
    share: Decimal,
    *,
    trusted: frozenset[str],
) -> None:
    """Send the result, a share of the points from 0 to 1; returns when the platform has taken it.

    Raises ValueError for a share outside 0..1, PlatformUnreachable and PlatformBusy (try again), PlatformRefused and
    AddressRefused (final).
    """
    message_id = uuid4().hex
    _send(http, target, request_xml(target.sourced_id, share, message_id), message_id, trusted)


def delete_result(http: PlatformHttp, target: OutcomeTarget, *, trusted: frozenset[str]) -> None:
    """Take the result back; returns when the platform has. Raises as `replace_result`."""
    message_id = uuid4().hex
    request = {
        "operation": "deleteResult",
        "lis_result_sourcedid": target.sourced_id,
        "message_identifier": message_id,
    }
    _send(http, target, bytes(lti.OutcomeRequest(request).generate_request_xml()), message_id, trusted)


def _send(http: PlatformHttp, target: OutcomeTarget, body: bytes, message_id: str, trusted: frozenset[str]) -> None:
    url, headers, _ = Client(
        target.consumer_key,
        client_secret=target.secret,
        signature_method=SIGNATURE_HMAC_SHA1,
    ).sign(target.url, "POST", body.decode(), {"Content-Type": CONTENT_TYPE})
    answer = http.post(
        str(url),
        body,
        trusted=trusted,
        headers={str(k): str(v) for k, v in headers.items()},
    )
    _check(answer, message_id)


def request_xml(sourced_id: str, share: Decimal, message_id: str) -> bytes:
    """The replaceResult message. Raises ValueError for a share outside 0..1 (or none at all)."""
    if not (share.is_finite() and 0 <= share <= 1):
        raise ValueError(f"not a share from 0 to 1: {share}")
    request = lti.OutcomeRequest(
        {
            "operation": "replaceResult",
            "score": f"{share:.6f}".rstrip("0").rstrip(".") or "0",
            "lis_result_sourcedid": sourced_id,
            "message_identifier": message_id,
        }
    )
    return bytes(request.generate_request_xml())


def parse_status(body: bytes) -> tuple[str, str, str]:
    """(codeMajor, description, messageRefIdentifier) of an answer; parts that are missing are "".

    Raises ValueError when it is no such XML, or carries a document type declaration: entities are the way by which
    an answer could read our files or eat our memory.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("not XML") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type declaration")
    info = root.find(".//o:imsx_statusInfo", _NS)
    if info is None:
        raise ValueError("no imsx_statusInfo")
    names = ("imsx_codeMajor", "imsx_description", "imsx_messageRefIdentifier")
    code, description, reference = ((info.findtext(f"o:{name}", "", _NS) or "").strip() for name in names)
    return code, description, reference


def _check(answer: Answer, message_id: str) -> None:
    """A failure comes as HTTP 200 as well; only `success` to this very message is success."""
    if answer.status in (408, 429) or answer.status >= 500:
        raise PlatformBusy(answer.host, answer.status)
    if answer.status != 200:
        raise PlatformRefused(answer.host, answer.status, answer.excerpt())
    try:
        code, description, reference = parse_status(answer.body)
    except ValueError as error:
        raise PlatformRefused(answer.host, answer.status, str(error)) from error
    if code != "success":
        raise PlatformRefused(answer.host, answer.status, f"{code}: {description}"[:200])
    if reference and reference != message_id:
        raise PlatformRefused(answer.host, answer.status, "the answer is to another message")
