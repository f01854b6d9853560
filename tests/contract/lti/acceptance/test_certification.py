"""1EdTech's certification cases for a tool, launched over HTTP through the whole login."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.lti.vocabulary import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    ROLE_SCOPE_MENTOR,
    ROLES,
    SCOPE_SCORE,
    VERSION,
)  # fmt: skip
from lms.people.models import Account, Grant, TutorGroupMember
from tests.contract.lti.acceptance.judged import Watch
from tests.contract.lti.browsing import Browser
from tests.contract.lti.course_made import SLUG
from tests.contract.lti.other_platform import OtherPlatform
from tests.unit.lti.tokens_made import ABSENT, INSTRUCTOR, LEARNER, OTHER_PEM

COURSE, HOME = f"/courses/{SLUG}", "/"
PREFIX = "http://purl.imsglobal.org/vocab/lis/v2/"
NAMES = {"given_name": "Аня", "family_name": "Соколова", "name": ABSENT}
EMAIL_ONLY = {"name": ABSENT, "email": "anna@school.example"}
NEUTRAL = "Участник"
IN_COURSE: dict[str, Any] = {CUSTOM: {"course": SLUG}, CONTEXT: {"id": "7b", "title": "7 «Б»"}}
COLUMN = {AGS_ENDPOINT: {"lineitem": "https://a.example/items/1", "scope": [SCOPE_SCORE]}}
TEACHER, PUPIL, NOTHING = frozenset({("teacher", "here")}), frozenset({("participant", "everywhere")}), frozenset()


def case(*ids: str) -> pytest.MarkDecorator:
    return pytest.mark.case(*ids)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"headers": {}}, marks=case("C-B01")),
        pytest.param({"headers": {"kid": "unknown"}}, marks=case("C-B02")),
        pytest.param({"pem": OTHER_PEM}, marks=case("C-B02")),
    ],
)
def test_badly_signed_launch_is_refused(platform: OtherPlatform, watch: Watch, how: dict[str, Any]) -> None:
    login = platform.login()

    with watch.nothing_left():
        watch.refused(platform.send(login, **how))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({VERSION: "11.3"}, marks=case("C-B03")),
        pytest.param({VERSION: ABSENT}, marks=case("C-B04")),
        pytest.param(
            dict.fromkeys(("aud", "iss", "sub", DEPLOYMENT_ID, ROLES), ABSENT),
            marks=case("C-B06"),
        ),
        pytest.param({"iat": 11111, "exp": 22222}, marks=case("C-B07")),
        pytest.param({MESSAGE_TYPE: ABSENT}, marks=case("C-B08")),
        pytest.param({ROLES: ABSENT}, marks=case("C-B09")),
        pytest.param({DEPLOYMENT_ID: ABSENT}, marks=case("C-B10")),
        pytest.param({RESOURCE_LINK: ABSENT}, marks=case("C-B11")),
        pytest.param({RESOURCE_LINK: {"title": "no id"}}, marks=case("C-B11")),
        pytest.param({"sub": ABSENT}, marks=case("C-B12")),
    ],
)
def test_incomplete_message_is_refused_and_a_good_one_still_opens(
    platform: OtherPlatform, watch: Watch, changed: dict[str, Any]
) -> None:
    login = platform.login()

    with watch.nothing_left():
        watch.refused(platform.send(login, platform.claims(login, **changed)))
    watch.opened(platform.send(login, platform.claims(login, **IN_COURSE)), COURSE)


@case("C-B05")
def test_message_of_a_name_alone_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()

    with watch.nothing_left():
        watch.refused(platform.send(login, {"name": "badltilaunch"}))


@pytest.mark.parametrize(
    ("changed", "page", "roles", "name"),
    [
        pytest.param({ROLES: [INSTRUCTOR]}, COURSE, TEACHER, "Аня Соколова", marks=case("C-T01")),
        pytest.param(
            {ROLES: [INSTRUCTOR, f"{PREFIX}institution/person#Instructor", f"{PREFIX}system/person#User"]},
            COURSE, TEACHER, "Аня Соколова", marks=case("C-T02"),
        ),
        pytest.param({ROLES: ["Instructor"]}, COURSE, TEACHER, "Аня Соколова", marks=case("C-T03")),
        pytest.param(
            {ROLES: ["http://other.example/roles#Instructor"]}, HOME, NOTHING, "Аня Соколова", marks=case("C-T04")
        ),
        pytest.param({ROLES: []}, HOME, NOTHING, "Аня Соколова", marks=case("C-T05", "C-S05")),
        pytest.param({ROLES: [""]}, HOME, NOTHING, "Аня Соколова", marks=case("C-T05", "C-S05")),
        pytest.param({ROLES: [INSTRUCTOR], **EMAIL_ONLY}, COURSE, TEACHER, NEUTRAL, marks=case("C-T06")),
        pytest.param({ROLES: [INSTRUCTOR], **NAMES}, COURSE, TEACHER, "Аня Соколова", marks=case("C-T07")),
        pytest.param({ROLES: [INSTRUCTOR], "name": ABSENT}, COURSE, TEACHER, NEUTRAL, marks=case("C-T08")),
        pytest.param(
            {ROLES: [INSTRUCTOR], **EMAIL_ONLY, CONTEXT: ABSENT, CUSTOM: ABSENT},
            HOME, NOTHING, NEUTRAL, marks=case("C-T09"),
        ),
        pytest.param({ROLES: [LEARNER]}, COURSE, PUPIL, "Аня Соколова", marks=case("C-S01")),
        pytest.param(
            {ROLES: [f"{PREFIX}institution/person#Student", LEARNER, f"{PREFIX}system/person#User"]},
            COURSE, PUPIL, "Аня Соколова", marks=case("C-S02"),
        ),
        pytest.param({ROLES: ["Learner"]}, COURSE, PUPIL, "Аня Соколова", marks=case("C-S03")),
        pytest.param({ROLES: ["urn:other:Learner"]}, HOME, NOTHING, "Аня Соколова", marks=case("C-S04")),
        pytest.param({ROLES: [LEARNER], **EMAIL_ONLY}, COURSE, PUPIL, NEUTRAL, marks=case("C-S06")),
        pytest.param({ROLES: [LEARNER], **NAMES}, COURSE, PUPIL, "Аня Соколова", marks=case("C-S07")),
        pytest.param({ROLES: [LEARNER], "name": ABSENT}, COURSE, PUPIL, NEUTRAL, marks=case("C-S08")),
        pytest.param(
            {ROLES: [LEARNER], **EMAIL_ONLY, CONTEXT: ABSENT, CUSTOM: ABSENT},
            HOME, NOTHING, NEUTRAL, marks=case("C-S09"),
        ),
        pytest.param(
            {ROLES: [f"{PREFIX}institution/person#Administrator", f"{PREFIX}system/person#Administrator", LEARNER]},
            COURSE, PUPIL, "Аня Соколова", marks=case("C-R03"),
        ),
    ],
)  # fmt: skip
def test_honest_launch_opens_with_the_rights_of_its_context_role(
    platform: OtherPlatform, watch: Watch, changed: dict[str, Any], page: str, roles: frozenset[tuple[str, str]],
    name: str,
) -> None:  # fmt: skip
    login, subject = platform.login(), f"s-{uuid4().hex}"
    link = {RESOURCE_LINK: {"id": f"link-{subject}"}}
    answer = platform.send(login, platform.claims(login, sub=subject, **{**IN_COURSE, **link, **changed}))

    watch.opened(answer, page)
    came = watch.newcomer(subject)
    assert came.roles == roles
    assert came.name == name
    assert login.browser.get(f"{platform.world.tool}{page}").status_code == 200


@case("C-R01")
def test_teaching_assistant_has_no_more_than_a_look_at_the_course(platform: OtherPlatform, watch: Watch) -> None:
    login, subject = platform.login(), f"s-{uuid4().hex}"
    roles = [f"{PREFIX}membership/Instructor#TeachingAssistant", INSTRUCTOR]
    answer = platform.send(login, platform.claims(login, sub=subject, **IN_COURSE, **{ROLES: roles}))

    watch.opened(answer, COURSE)
    assert watch.newcomer(subject).roles == TEACHER
    assert login.browser.get(f"{platform.world.tool}/desk").status_code == 403


@case("C-R02")
def test_mentor_may_look_at_the_listed_people_and_nobody_else(platform: OtherPlatform, watch: Watch) -> None:
    subjects = [f"s-{uuid4().hex}" for _ in range(3)]
    for subject in subjects:
        login = platform.login()
        platform.send(login, platform.claims(login, sub=subject, **IN_COURSE))
    mentor = f"m-{uuid4().hex}"

    for listed in (subjects[:2], subjects[1:2]):
        login = platform.login()
        roles = {ROLES: [f"{PREFIX}membership#Mentor"], ROLE_SCOPE_MENTOR: [*listed, mentor, "nobody"]}
        answer = platform.send(login, platform.claims(login, sub=mentor, **IN_COURSE, **roles))
        watch.opened(answer, HOME)
        assert watch.newcomer(mentor).roles == {("mentor", "here")}
        assert mentored(watch, mentor) == set(listed)
        assert login.browser.get(f"{platform.world.tool}/desk").status_code == 403


def mentored(watch: Watch, mentor: str) -> set[str]:
    """Subjects of everybody in the group in which this one is a mentor."""
    with watch.database.reading() as session:
        account = session.scalars(select(Account).where(Account.subject == mentor)).one()
        group = session.scalars(select(Grant.scope_id).where(Grant.person_id == account.person_id)).one()
        query = select(Account.subject).join(TutorGroupMember, TutorGroupMember.person_id == Account.person_id)
        return set(session.scalars(query.where(TutorGroupMember.group_id == group)))


@case("C-R02")
def test_mentor_of_nobody_is_mentor_nowhere(platform: OtherPlatform, watch: Watch) -> None:
    login, mentor = platform.login(), f"m-{uuid4().hex}"
    answer = platform.send(
        login, platform.claims(login, sub=mentor, **IN_COURSE, **{ROLES: [f"{PREFIX}membership#Mentor"]})
    )

    watch.opened(answer, HOME)
    assert watch.newcomer(mentor).roles == NOTHING


@case("C-R04")
def test_student_view_opens_and_hands_nothing_in(platform: OtherPlatform, watch: Watch) -> None:
    login, subject = platform.login(), f"s-{uuid4().hex}"
    roles = {ROLES: [LEARNER, "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]}
    answer = platform.send(login, platform.claims(login, sub=subject, **IN_COURSE, **COLUMN, **roles))

    watch.opened(answer, COURSE)
    came = watch.newcomer(subject)
    assert came.is_test
    assert came.columns == 0
    with watch.nothing_left():
        refused = hand_in(login.browser, platform.world.tool)
    assert refused.status_code == 403
    assert "ничего не сдаётся" in refused.text


@case("C-R04")
def test_real_pupil_hands_in_where_student_view_may_not(platform: OtherPlatform, watch: Watch) -> None:
    login, subject = platform.login(), f"s-{uuid4().hex}"
    answer = platform.send(login, platform.claims(login, sub=subject, **IN_COURSE, **COLUMN))

    watch.opened(answer, COURSE)
    assert watch.newcomer(subject).columns == 1
    assert hand_in(login.browser, platform.world.tool).status_code == 302


def hand_in(browser: Browser, tool: str) -> Any:
    """Upload a notebook to the first assignment as the page's own form does."""
    from lxml import html

    url = f"{tool}/courses/{SLUG}/assignments/one"
    page = html.fromstring(browser.get(url).content)
    (token,) = {field.get("value") for field in page.xpath('//input[@name="csrf_token"]')}
    notebook = {"notebook": ("one.ipynb", b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')}
    return browser.session.post(
        url, data={"csrf_token": token}, files=notebook, headers={"Referer": url}, allow_redirects=False, timeout=30
    )
