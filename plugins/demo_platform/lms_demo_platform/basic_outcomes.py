"""LTI 1.1 Basic Outcomes: the tool replaces a pupil's result. The message is signed with a hash of its body.

A failure is told inside the answer, with HTTP 200, as real platforms do.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from uuid import uuid4

from flask import Blueprint, Response, request
from lti import OutcomeResponse
from lxml import etree  # type: ignore[import-untyped]  # ships no types
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, RequestValidator, SignatureOnlyEndpoint
from sqlalchemy import select

from lms_demo_platform.config import CONSUMER_KEY
from lms_demo_platform.school import find_person
from lms_demo_platform.site import now, school
from lms_demo_platform.store import use_once
from lms_demo_platform.tables import Grade, LineItem

bp = Blueprint("basic_outcomes", __name__)
NS = {"o": "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0"}
SKEW = timedelta(minutes=5)


class OutcomeFailure(Exception):
    """Told to the tool as codeMajor=failure; the text is its description."""


@dataclass(frozen=True, slots=True)
class Replace:
    """A replaceResult request; `share` is from 0 to 1."""

    message_id: str
    sourced_id: str
    share: Decimal


def sourced_id(secret: str, link_id: str, person_id: str) -> str:
    """Names one cell of the gradebook, signed so that a tool cannot make one up."""
    cell = json.dumps({"link": link_id, "person": person_id}, sort_keys=True)
    return json.dumps({"data": cell, "hash": hmac.digest(secret.encode(), cell.encode(), "sha256").hex()})


@bp.post("/outcomes")
def outcomes() -> Response:
    message_id = ""
    try:
        _verify(request.get_data())
        asked = _parse(request.get_data())
        message_id = asked.message_id
        _replace(asked)
    except OutcomeFailure as failure:
        return _answer("failure", str(failure), message_id)
    return _answer("success", "Score replaced", message_id)


def _verify(body: bytes) -> None:
    """RFC 5849 over the headers, and the body by oauth_body_hash (OAuth Request Body Hash 1.0)."""
    config = school().config
    valid, signed = SignatureOnlyEndpoint(_Validator(config.consumer_secret)).validate_request(
        config.outcomes_url, "POST", "", {"Authorization": request.headers.get("Authorization", "")}
    )
    if not valid or signed is None:
        raise OutcomeFailure("Message signature not valid")
    given = dict(signed.oauth_params).get("oauth_body_hash", "")
    if not hmac.compare_digest(given, base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()):
        raise OutcomeFailure("Message body was changed")
    if not use_once(school().sessions, "oauth", f"{signed.timestamp}:{signed.nonce}", at=now(), keep=2 * SKEW):
        raise OutcomeFailure("Message was used already")


def _parse(body: bytes) -> Replace:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise OutcomeFailure("Not XML") from error
    request_element = root.find(".//o:replaceResultRequest", NS)
    if root.getroottree().docinfo.doctype or request_element is None:
        raise OutcomeFailure("Unsupported operation")
    try:
        share = Decimal(request_element.findtext(".//o:textString", "", NS))
    except InvalidOperation as error:
        raise OutcomeFailure("Score must be numeric") from error
    if not (share.is_finite() and 0 <= share <= 1):
        raise OutcomeFailure("Score not between 0.0 and 1.0")
    return Replace(
        message_id=root.findtext(".//o:imsx_messageIdentifier", "", NS),
        sourced_id=request_element.findtext(".//o:sourcedId", "", NS),
        share=share,
    )


def _replace(asked: Replace) -> None:
    link_id, person_id = _cell(asked.sourced_id)
    person = find_person(person_id)
    if person is None or person.is_teacher:
        raise OutcomeFailure("This user is not enrolled as a pupil")
    with school().sessions.begin() as session:
        item = session.scalars(select(LineItem).where(LineItem.link_id == link_id)).one_or_none()
        if item is None:
            raise OutcomeFailure("The link is gone")
        session.merge(
            Grade(
                line_item_id=item.id,
                person_id=person_id,
                points=asked.share * item.maximum,
                way="Basic Outcomes",
                received_at=now(),
            )
        )


def _cell(text: str) -> tuple[str, str]:
    try:
        content = json.loads(text)
        cell = json.loads(content["data"])
        link_id, person_id = str(cell["link"]), str(cell["person"])
    except (ValueError, KeyError, TypeError) as error:
        raise OutcomeFailure("Unknown sourcedId") from error
    if not hmac.compare_digest(sourced_id(school().config.secret, link_id, person_id).encode(), text.encode()):
        raise OutcomeFailure("Unknown sourcedId")
    return link_id, person_id


def _answer(code: str, description: str, message_id: str) -> Response:
    answer = OutcomeResponse(
        message_identifier=uuid4().hex,
        code_major=code,
        severity="status",
        description=description,
        message_ref_identifier=message_id,
        operation="replaceResult",
    )
    return Response(answer.generate_response_xml(), mimetype="application/xml")


class _Validator(RequestValidator):
    """One consumer: ours. Nonces are consumed after the signature is known to be right."""

    allowed_signature_methods = (SIGNATURE_HMAC_SHA1,)
    enforce_ssl = False
    timestamp_lifetime = int(SKEW.total_seconds())
    dummy_client = ""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def check_client_key(self, client_key: str) -> bool:
        return True

    def check_nonce(self, nonce: str) -> bool:
        return 0 < len(nonce) <= 128

    def validate_timestamp_and_nonce(self, *args: object, **kwargs: object) -> bool:
        return True

    def validate_client_key(self, client_key: str, request: object) -> bool:
        return client_key == CONSUMER_KEY

    def get_client_secret(self, client_key: str, request: object) -> str:
        return self._secret
