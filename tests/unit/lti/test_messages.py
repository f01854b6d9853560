from typing import Any

import pytest

from lms.lti import data_privacy, resource_links, submission_review
from lms.lti.errors import MalformedLaunch
from lms.lti.messages import Message
from lms.lti.migration import Former, former_of, is_signed
from lms.lti.vocabulary import AGS_ENDPOINT, DEPLOYMENT_ID, FOR_USER, LTI_1_1_CLAIM, RESOURCE_LINK, TARGET_LINK_URI
from tests.unit.lti.tokens_made import ABSENT, claims

REVIEW, PRIVACY, LINK = submission_review.MESSAGE, data_privacy.MESSAGE, resource_links.MESSAGE
FOR = {FOR_USER: {"user_id": "7"}}
COLUMN = {AGS_ENDPOINT: {"lineitem": "https://school.example/items/1"}}
SPEC = {
    "iss": "https://lmsvendor.com",
    "aud": "PM48OJSfGDTAzAo",
    "exp": 1551290856,
    "nonce": "172we8671fd8z",
    DEPLOYMENT_ID: "689302",
}
SPEC_SIGNATURE = "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps="
"""The example of the migration guide, 3.2.3, with its secret `my-lti11-secret`."""


@pytest.mark.parametrize(("message", "good"), [(LINK, {}), (REVIEW, {**FOR, **COLUMN}), (PRIVACY, FOR)])
def test_complete_message_passes(message: Message, good: dict[str, Any]) -> None:
    message.check(claims(**good))


@pytest.mark.parametrize(
    ("message", "changed"),
    [
        (LINK, {RESOURCE_LINK: ABSENT}),
        (LINK, {RESOURCE_LINK: {"title": "no id"}}),
        (LINK, {RESOURCE_LINK: ["id"]}),
        (LINK, {TARGET_LINK_URI: ABSENT}),
        (LINK, {RESOURCE_LINK: {"id": "$ResourceLink.id"}}),
        (REVIEW, COLUMN),
        (REVIEW, FOR),
        (REVIEW, {**FOR, AGS_ENDPOINT: {"lineitem": 7}}),
        (REVIEW, {**COLUMN, FOR_USER: {"user_id": ""}}),
        (PRIVACY, {}),
        (PRIVACY, {FOR_USER: "7"}),
    ],
)
def test_incomplete_message_is_refused(message: Message, changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedLaunch):
        message.check(claims(**changed))


def former(signature: str = SPEC_SIGNATURE) -> Former:
    return Former("179248902", signature, "34212", "4b6fa")


@pytest.mark.parametrize("audience", [SPEC["aud"], [SPEC["aud"]]])
def test_example_of_the_migration_guide_is_signed_rightly(audience: Any) -> None:
    assert is_signed(former(), {**SPEC, "aud": audience}, "my-lti11-secret")


@pytest.mark.parametrize(
    "changed", [{"nonce": "x"}, {"exp": 1551290857}, {"iss": "https://x"}, {"aud": "x"}, {DEPLOYMENT_ID: "1"}]
)
def test_signature_is_for_this_launch_alone(changed: dict[str, Any]) -> None:
    assert not is_signed(former(), {**SPEC, **changed}, "my-lti11-secret")


def test_other_secret_or_signature_is_wrong() -> None:
    assert not is_signed(former(), SPEC, "another")
    assert not is_signed(former("é"), SPEC, "my-lti11-secret")


def test_ids_that_the_claim_leaves_out_are_those_of_the_launch() -> None:
    claim = {"oauth_consumer_key": "k", "oauth_consumer_key_sign": "s"}

    assert former_of(claims(**{LTI_1_1_CLAIM: claim})) == Former("k", "s", "pupil-7", "link-1")
    assert former_of(claims(**{LTI_1_1_CLAIM: {**claim, "user_id": "u"}})) == Former("k", "s", "u", "link-1")


@pytest.mark.parametrize("claim", [{}, "x", {"oauth_consumer_key": "k"}, {"oauth_consumer_key_sign": "s"}])
def test_unsigned_claim_is_none(claim: Any) -> None:
    assert former_of(claims(**{LTI_1_1_CLAIM: claim})) is None
