"""The school is strict with the tool: tokens, scopes, scores, results."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from flask import Flask
from flask.testing import FlaskClient
from lti import OutcomeRequest
from oauthlib.oauth1 import Client

from lms_demo_platform.basic_outcomes import sourced_id
from lms_demo_platform.config import CLIENT_ID, CONSUMER_KEY, SchoolConfig
from lms_demo_platform.scopes import LINE_ITEM, MEMBERS, RESULT, SCORE

KID = "tool-key"
PUPIL, TEACHER = "7-9b-1f3c", "7-t-0c19"
ITEM = "/ags/9b-projects/lineitems/1/lineitem"
Sign = Callable[..., str]


@pytest.fixture
def sign(tool_key: RSAPrivateKey, config: SchoolConfig) -> Sign:
    """A client assertion of the tool; claims may be changed, None leaves one out."""

    def sign(key: RSAPrivateKey = tool_key, kid: str = KID, **changed: Any) -> str:
        now = int(time.time())
        good = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": config.token_url,
            "iat": now - 60,
            "exp": now + 300,
            "jti": uuid4().hex,
        }
        claims = {name: value for name, value in {**good, **changed}.items() if value is not None}
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

    return sign


def ask_token(client: FlaskClient, assertion: str, scope: str = SCORE, **changed: str) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
        "scope": scope,
    }
    return client.post("/oidc/token", data={**form, **changed})


def bearer(client: FlaskClient, sign: Sign, scope: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ask_token(client, sign(), scope).json['access_token']}"}


def send_score(client: FlaskClient, headers: dict[str, str], **changed: Any) -> Any:
    score = {
        "userId": PUPIL,
        "scoreGiven": 7,
        "scoreMaximum": 10,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": datetime.now(UTC).isoformat(),
        **changed,
    }
    kept = {name: value for name, value in score.items() if value is not None}
    types = {"content_type": "application/vnd.ims.lis.v1.score+json"}
    return client.post(f"{ITEM}/scores?type_id=1", json=kept, headers=headers, **types)


def grade(client: FlaskClient, sign: Sign) -> float | None:
    results = client.get(f"{ITEM}/results?user_id={PUPIL}", headers=bearer(client, sign, RESULT)).json
    return results[0]["resultScore"] if results else None


def test_token_is_given_for_a_signed_assertion(client: FlaskClient, sign: Sign) -> None:
    answer = ask_token(client, sign(), f"{SCORE} {LINE_ITEM} https://unknown.example/scope")

    assert answer.status_code == 200
    assert set(answer.json["scope"].split()) == {SCORE, LINE_ITEM}


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "https://other.example/token"},
        {"exp": 1},
        {"exp": int(time.time()) + 86_400},
        {"iat": int(time.time()) + 3600},
        {"jti": None},
        {"kid": "unknown"},
        {"key": generate_private_key(65537, 2048)},
    ],
)
def test_wrong_assertion_gets_no_token(client: FlaskClient, sign: Sign, changed: dict[str, Any]) -> None:
    assert ask_token(client, sign(**changed)).status_code == 401


def test_assertion_serves_once(client: FlaskClient, sign: Sign) -> None:
    assertion = sign()

    assert ask_token(client, assertion).status_code == 200
    assert ask_token(client, assertion).status_code == 401


def test_wrong_grant_or_scope_gets_no_token(client: FlaskClient, sign: Sign) -> None:
    assert ask_token(client, sign(), grant_type="password").status_code == 400
    assert ask_token(client, sign(), scope="openid").status_code == 400


def test_score_is_scaled_to_the_column(client: FlaskClient, sign: Sign) -> None:
    assert send_score(client, bearer(client, sign, SCORE)).status_code == 200
    assert grade(client, sign) == 70


def test_score_without_a_token_or_with_another_scope_is_refused(client: FlaskClient, sign: Sign) -> None:
    assert send_score(client, {}).status_code == 401
    assert send_score(client, {"Authorization": "Bearer made-up"}).status_code == 401
    assert send_score(client, bearer(client, sign, LINE_ITEM)).status_code == 403
    assert grade(client, sign) is None


def test_score_that_is_not_later_is_refused(client: FlaskClient, sign: Sign) -> None:
    headers = bearer(client, sign, SCORE)
    first = datetime.now(UTC) - timedelta(minutes=1)

    assert send_score(client, headers, timestamp=first.isoformat()).status_code == 200
    assert send_score(client, headers, timestamp=first.isoformat(), scoreGiven=1).status_code == 409
    assert send_score(client, headers, timestamp=(first - timedelta(seconds=9)).isoformat()).status_code == 409
    assert grade(client, sign) == 70


@pytest.mark.parametrize(
    "changed",
    [
        {"userId": TEACHER},
        {"userId": "stranger"},
        {"timestamp": None},
        {"timestamp": "2026-11-23T09:00:00"},
        {"timestamp": 1_700_000_000},
        {"timestamp": "2099-01-01T00:00:00+00:00"},
        {"activityProgress": "Done"},
        {"gradingProgress": None},
        {"scoreMaximum": None},
        {"scoreGiven": -1},
        {"scoreGiven": "7"},
    ],
)
def test_wrong_score_is_refused(client: FlaskClient, sign: Sign, changed: dict[str, Any]) -> None:
    assert send_score(client, bearer(client, sign, SCORE), **changed).status_code == 400
    assert grade(client, sign) is None


def test_score_that_waits_for_a_person_leaves_the_gradebook_alone(client: FlaskClient, sign: Sign) -> None:
    answer = send_score(client, bearer(client, sign, SCORE), gradingProgress="PendingManual")

    assert answer.status_code == 200
    assert grade(client, sign) is None


def test_tool_makes_and_finds_a_column(client: FlaskClient, sign: Sign) -> None:
    headers = bearer(client, sign, LINE_ITEM)
    body = {"label": "Население", "scoreMaximum": 10, "resourceId": "population"}
    types = {"content_type": "application/vnd.ims.lis.v2.lineitem+json"}
    made = client.post("/ags/9b-projects/lineitems?type_id=1", json=body, headers=headers, **types)
    found = client.get("/ags/9b-projects/lineitems?type_id=1&resource_id=population", headers=headers)

    assert made.status_code == 201
    assert found.json == [made.json]


def outcome(
    school: Flask, config: SchoolConfig, *, score: str = "0.5", cell: str | None = None, secret: str | None = None,
    changed_body: bytes | None = None, nonce: str | None = None,
) -> str:  # fmt: skip
    """Send a replaceResult; returns the answer's codeMajor."""
    message = OutcomeRequest(
        {
            "operation": "replaceResult",
            "score": score,
            "lis_result_sourcedid": cell or sourced_id(config.secret, "data", PUPIL),
            "message_identifier": "m-1",
        }
    ).generate_request_xml()
    client = Client(CONSUMER_KEY, client_secret=secret or config.consumer_secret, nonce=nonce)
    types = {"Content-Type": "application/xml"}
    _, headers, body = client.sign(config.outcomes_url, "POST", message.decode(), types)
    assert "oauth_body_hash" in headers["Authorization"]
    answer = school.test_client().post("/outcomes", data=changed_body or str(body).encode(), headers=headers)
    assert answer.status_code == 200
    return answer.text.split("imsx_codeMajor>")[1].split("<")[0]


def test_signed_result_comes_into_the_gradebook(
    school: Flask, client: FlaskClient, config: SchoolConfig, sign: Sign
) -> None:
    assert outcome(school, config) == "success"
    assert grade(client, sign) == 50


def test_wrong_result_is_a_failure(school: Flask, client: FlaskClient, config: SchoolConfig, sign: Sign) -> None:
    doctype = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'

    assert outcome(school, config, secret="wrong") == "failure"
    assert outcome(school, config, score="1.5") == "failure"
    assert outcome(school, config, score="0,5") == "failure"
    assert outcome(school, config, cell='{"data": "{}", "hash": ""}') == "failure"
    assert outcome(school, config, cell=sourced_id("another secret", "data", PUPIL)) == "failure"
    assert outcome(school, config, cell=sourced_id(config.secret, "data", TEACHER)) == "failure"
    assert outcome(school, config, changed_body=doctype) == "failure"
    assert grade(client, sign) is None


def test_result_serves_once(school: Flask, config: SchoolConfig) -> None:
    assert outcome(school, config, nonce="n-1") == "success"
    assert outcome(school, config, nonce="n-1") == "failure"


def test_people_of_the_course_come_page_by_page(client: FlaskClient, sign: Sign) -> None:
    headers = bearer(client, sign, MEMBERS)
    first = client.get("/nrps/9b-projects/memberships?limit=3", headers=headers)
    following = first.headers["Link"].partition("<")[2].partition(">")[0]
    second = client.get(following, headers=headers)

    assert [len(page.json["members"]) for page in (first, second)] == [3, 2]
    assert first.json["members"][0] == {
        "status": "Active",
        "user_id": PUPIL,
        "name": "Анна Соколова",
        "given_name": "Анна",
        "family_name": "Соколова",
        "roles": ["Learner"],
    }
    assert "Link" not in second.headers


def test_people_are_told_to_a_token_for_them_alone(client: FlaskClient, sign: Sign) -> None:
    assert client.get("/nrps/9b-projects/memberships").status_code == 401
    assert client.get("/nrps/9b-projects/memberships", headers=bearer(client, sign, SCORE)).status_code == 403
