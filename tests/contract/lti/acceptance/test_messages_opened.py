"""Messages besides the usual one, and the claim of platforms that come from LTI 1.1."""

import base64
import hashlib
import hmac
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.clock import now
from lms.courses.models import CourseRun
from lms.database import new_id
from lms.grading.models import Attempt
from lms.grading.states import AttemptState
from lms.lti.vocabulary import (
    AGS_ENDPOINT,
    CUSTOM,
    DATA_PRIVACY_REQUEST,
    DEPLOYMENT_ID,
    FOR_USER,
    LTI_1_1_CLAIM,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    ROLES,
    SCOPE_SCORE,
    SUBMISSION_REVIEW_REQUEST,
)
from lms.people.accounts import grant
from lms.people.actor import Role
from lms.people.models import Account
from tests.contract.lti.acceptance.form_platform import FormPlatform
from tests.contract.lti.acceptance.judged import Watch
from tests.contract.lti.acceptance.test_certification import COURSE, IN_COURSE
from tests.contract.lti.other_platform import DEPLOYMENT, Login, OtherPlatform
from tests.unit.lti.tokens_made import ABSENT, INSTRUCTOR


def case(*ids: str) -> pytest.MarkDecorator:
    return pytest.mark.case(*ids)


def claim_of(login: Login, platform: OtherPlatform, key: str, secret: str, user: str, link: str) -> dict[str, Any]:
    """The lti1p1 claim as a platform signs it for this very launch."""
    expires = int(now().timestamp()) + 60
    text = f"{key}&{DEPLOYMENT}&{platform.issuer}&{platform.client_id}&{expires}&{login.nonce}"
    mac = base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()
    claim = {"oauth_consumer_key": key, "oauth_consumer_key_sign": mac, "user_id": user, "resource_link_id": link}
    return {"exp": expires, LTI_1_1_CLAIM: claim}


@case("X34", "O17")
def test_rightly_signed_claim_leads_to_the_old_account_and_course(
    platform: OtherPlatform, form_platform: FormPlatform, watch: Watch
) -> None:
    old, new, link = (f"{name}-{uuid4().hex}" for name in ("u", "s", "l"))
    watch.opened(form_platform.launch(user_id=old, resource_link_id=link), COURSE)
    login = platform.login()
    claim = claim_of(login, platform, form_platform.key, form_platform.secret, old, link)
    there = {RESOURCE_LINK: {"id": f"new-{link}"}, CUSTOM: ABSENT}
    answer = platform.send(login, platform.claims(login, sub=new, **claim, **there))

    watch.opened(answer, COURSE)
    assert watch.newcomer(new).person_id == watch.newcomer(old).person_id


@case("X34")
@pytest.mark.parametrize("wrong", ["secret", "key", "user", "unsigned"])
def test_other_claim_is_ignored(platform: OtherPlatform, form_platform: FormPlatform, watch: Watch, wrong: str) -> None:
    old, new = f"u-{uuid4().hex}", f"s-{uuid4().hex}"
    watch.opened(form_platform.launch(user_id=old), COURSE)
    login = platform.login()
    claim = claim_of(
        login,
        platform,
        "nobody" if wrong == "key" else form_platform.key,
        "wrong" if wrong == "secret" else form_platform.secret,
        "somebody else" if wrong == "user" else old,
        "link-1",
    )
    if wrong == "unsigned":
        del claim[LTI_1_1_CLAIM]["oauth_consumer_key_sign"]
    answer = platform.send(login, platform.claims(login, sub=new, **IN_COURSE, **claim))

    watch.opened(answer, COURSE)
    assert watch.newcomer(new).person_id != watch.newcomer(old).person_id


@case("X34")
def test_signature_of_another_launch_is_ignored(
    platform: OtherPlatform, form_platform: FormPlatform, watch: Watch
) -> None:
    old, new = f"u-{uuid4().hex}", f"s-{uuid4().hex}"
    watch.opened(form_platform.launch(user_id=old), COURSE)
    seen, login = platform.login(), platform.login()
    claim = claim_of(seen, platform, form_platform.key, form_platform.secret, old, "link-1")
    answer = platform.send(login, platform.claims(login, sub=new, **IN_COURSE, **claim))

    watch.opened(answer, COURSE)
    assert watch.newcomer(new).person_id != watch.newcomer(old).person_id


def line_item(subject: str) -> dict[str, Any]:
    return {AGS_ENDPOINT: {"lineitem": f"https://a.example/items/{subject}", "scope": [SCOPE_SCORE]}}


@pytest.fixture
def pupil(platform: OtherPlatform, watch: Watch) -> str:
    """A learner with a column, who has handed a work in; it is graded and not released."""
    subject = f"s-{uuid4().hex}"
    login = platform.login()
    link = {RESOURCE_LINK: {"id": f"l-{subject}"}}
    payload = platform.claims(login, sub=subject, **IN_COURSE, **link, **line_item(subject))
    watch.opened(platform.send(login, payload), COURSE)
    with watch.database.writing() as session:
        account = session.scalars(select(Account).where(Account.subject == subject)).one()
        run = session.scalars(select(CourseRun)).one()
        work = Attempt(
            id=new_id(), run_id=run.id, step_id="one", person_id=account.person_id, number=1, sha256="0" * 64, size=1,
            source="upload", submitted_at=now(), is_late=False, snapshot_id=run.snapshot_id,
            state=AttemptState.NEEDS_PERSON,
        )  # fmt: skip
        session.add(work)
    return subject


def ask_for(platform: OtherPlatform, login: Login, message: str, by: str, pupil: str, **more: Any) -> Any:
    """Send this message of `by` about `pupil`; returns the answer."""
    claims = {MESSAGE_TYPE: message, FOR_USER: {"user_id": pupil}, ROLES: [INSTRUCTOR], RESOURCE_LINK: ABSENT, **more}
    return platform.send(login, platform.claims(login, sub=by, **{DEPLOYMENT_ID: DEPLOYMENT, **claims}))


def closed(platform: OtherPlatform, watch: Watch, *what: str, **more: Any) -> str:
    """The page of a message that is refused and leaves nothing."""
    login = platform.login()
    with watch.nothing_left():
        answer = ask_for(platform, login, *what, **more)
        watch.refused(answer)
    return str(answer.text)


def make(watch: Watch, platform: OtherPlatform, subject: str, role: Role) -> None:
    """A person of the platform whom our administrators have given a role."""
    login = platform.login()
    assert platform.send(login, platform.claims(login, sub=subject, **{ROLES: []})).status_code == 303
    with watch.database.writing() as session:
        account = session.scalars(select(Account).where(Account.subject == subject)).one()
        grant(session, account.person_id, role, at=now())


@case("X35")
def test_submission_review_opens_the_work_for_a_grader(platform: OtherPlatform, watch: Watch, pupil: str) -> None:
    tutor = f"t-{uuid4().hex}"
    make(watch, platform, tutor, Role.TUTOR)
    login = platform.login()
    answer = ask_for(platform, login, SUBMISSION_REVIEW_REQUEST, tutor, pupil, **line_item(pupil))

    assert answer.status_code == 303, answer.text
    with watch.database.reading() as session:
        person_id = session.scalars(select(Account.person_id).where(Account.subject == pupil)).one()
        work = session.scalars(select(Attempt.id).where(Attempt.person_id == person_id)).one()
    assert answer.headers["Location"] == f"/work/{work}/feedback"
    assert login.browser.get(f"{platform.world.tool}/work/{work}/feedback").status_code == 200


@case("X35")
def test_submission_review_is_closed_to_others(platform: OtherPlatform, watch: Watch, pupil: str) -> None:
    for by in (f"t-{uuid4().hex}", pupil):
        closed(platform, watch, SUBMISSION_REVIEW_REQUEST, by, pupil, **line_item(pupil))


@case("X35")
def test_submission_review_of_nobody_or_without_its_claims_is_refused(
    platform: OtherPlatform, watch: Watch, pupil: str
) -> None:
    tutor = f"t-{uuid4().hex}"
    make(watch, platform, tutor, Role.TUTOR)

    closed(platform, watch, SUBMISSION_REVIEW_REQUEST, tutor, "nobody", **line_item(pupil))
    closed(platform, watch, SUBMISSION_REVIEW_REQUEST, tutor, pupil)
    closed(platform, watch, SUBMISSION_REVIEW_REQUEST, tutor, "", **line_item(pupil))


@case("X36")
def test_data_privacy_launch_opens_the_persons_page_for_an_administrator(
    platform: OtherPlatform, watch: Watch, pupil: str
) -> None:
    admin = f"a-{uuid4().hex}"
    make(watch, platform, admin, Role.ADMIN)
    login = platform.login()
    answer = ask_for(platform, login, DATA_PRIVACY_REQUEST, admin, pupil)

    page = f"/admin/people/{watch.newcomer(pupil).person_id}"
    watch.opened(answer, page)
    assert login.browser.get(f"{platform.world.tool}{page}").status_code == 200


@case("X36")
def test_data_privacy_launch_opens_ones_own_account_and_nobody_elses(
    platform: OtherPlatform, watch: Watch, pupil: str
) -> None:
    answer = ask_for(platform, platform.login(), DATA_PRIVACY_REQUEST, pupil, pupil)

    watch.opened(answer, "/account")
    closed(platform, watch, DATA_PRIVACY_REQUEST, f"o-{uuid4().hex}", pupil)


@case("C-B08")
def test_message_of_an_unknown_kind_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    page = closed(platform, watch, "LtiStartProctoring", "s", "s")

    assert "Платформа школы запросила то, чего у нас нет." in page
    assert "LtiStartProctoring" not in page, "its name is for the log"
