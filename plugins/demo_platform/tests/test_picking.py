"""The school takes what a teacher picked from the tool alone, once, and only what it asked for."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask.testing import FlaskClient

from lms_demo_platform.config import CLIENT_ID, DEPLOYMENT_ID, ISSUER

CLAIM, DL = "https://purl.imsglobal.org/spec/lti/claim/", "https://purl.imsglobal.org/spec/lti-dl/claim/"
TEACHER, PUPIL = "7-t-0c19", "7-9b-1f3c"
ITEM = {
    "type": "ltiResourceLink",
    "title": "Население",
    "custom": {"course": "data-for-everyone", "step": "population"},
    "lineItem": {"scoreMaximum": 100, "label": "Население", "resourceId": "data-for-everyone/population", "tag": "lms"},
}
Answer = Callable[..., Any]


@pytest.fixture
def asked(client: FlaskClient) -> str:
    """What the school sent with its request, to be given back."""
    client.post("/sign-in", data={"person": TEACHER})
    login = client.get("/start-picking")
    hint = parse_qs(urlsplit(login.headers["Location"]).query)["lti_message_hint"][0]
    return hint.partition('": "')[2].rstrip('"}')


@pytest.fixture
def answer(client: FlaskClient, tool_key: RSAPrivateKey, asked: str) -> Answer:
    """Posts an answer of the tool; claims may be changed."""

    def answer(*items: object, **changed: Any) -> Any:
        now = int(time.time())
        claims = {
            "iss": CLIENT_ID,
            "aud": ISSUER,
            "iat": now - 60,
            "exp": now + 300,
            "nonce": uuid4().hex,
            CLAIM + "deployment_id": DEPLOYMENT_ID,
            CLAIM + "message_type": "LtiDeepLinkingResponse",
            CLAIM + "version": "1.3.0",
            DL + "content_items": list(items),
            DL + "data": asked,
            **changed,
        }
        token = jwt.encode(claims, tool_key, algorithm="RS256", headers={"kid": "tool-key"})
        return client.post("/picking/return", data={"JWT": token})

    return answer


def test_picked_link_is_in_the_course_with_its_column(client: FlaskClient, answer: Answer) -> None:
    before = client.get("/course").text, client.get("/gradebook").text
    taken = answer(ITEM)

    assert taken.status_code == 200
    assert not any("Население" in page for page in before)
    assert "Население" in client.get("/course").text
    assert "Население" in client.get("/gradebook").text


def test_nothing_picked_adds_nothing(client: FlaskClient, answer: Answer) -> None:
    before = client.get("/course").text

    assert answer().status_code == 200
    assert client.get("/course").text == before


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"aud": "https://other.example"},
        {"exp": 1},
        {CLAIM + "deployment_id": "2"},
        {CLAIM + "message_type": "LtiResourceLinkRequest"},
        {DL + "data": "unknown"},
        {DL + "content_items": "all"},
    ],
)
def test_answer_that_is_not_to_our_question_is_refused(
    client: FlaskClient, answer: Answer, changed: dict[str, Any]
) -> None:
    before = client.get("/course").text

    assert answer(ITEM, **changed).status_code in (400, 401)
    assert client.get("/course").text == before


def test_answer_is_taken_once(client: FlaskClient, answer: Answer) -> None:
    assert answer(ITEM, nonce="n").status_code == 200
    assert answer(ITEM, nonce="n").status_code == 409


@pytest.mark.parametrize("item", [{"type": "file"}, {"type": "ltiResourceLink"}, {**ITEM, "custom": {"step": 7}}, 7])
def test_item_that_is_no_link_to_the_tool_is_refused_with_all_others(
    client: FlaskClient, answer: Answer, item: object
) -> None:
    before = client.get("/course").text

    assert answer(ITEM, item).status_code == 400
    assert client.get("/course").text == before


def test_pupil_picks_nothing(client: FlaskClient) -> None:
    client.post("/sign-in", data={"person": PUPIL})

    assert client.get("/picking").status_code == 403
