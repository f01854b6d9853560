"""LTI 1.1's cases: signed forms, over HTTP against the running tool."""

import secrets
import time
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import func, select, update

from lms.lti.models import Consumer, Nonce, ScoreTarget
from lms.lti.oauth1 import REQUIRED
from lms.people.models import Account
from tests.contract.lti.acceptance.form_platform import ABSENT, FormPlatform
from tests.contract.lti.acceptance.judged import Watch
from tests.contract.lti.acceptance.test_certification import COURSE, HOME, NOTHING, PUPIL, TEACHER
from tests.contract.lti.browsing import Browser
from tests.contract.lti.processes import World, free_port, make_world, process, wait_for

INSTRUCTOR_URN = "urn:lti:role:ims/lis/Instructor"


def case(*ids: str) -> pytest.MarkDecorator:
    return pytest.mark.case(*ids)


@case("O01")
@pytest.mark.parametrize(
    ("changed", "query"),
    [
        ({}, ""),
        ({}, "?tenant=%D0%BF&empty="),
        ({"lis_person_name_full": "Ёлка & Co = «~» +%"}, ""),
        ({"launch_presentation_locale": "", "lis_person_sourcedid": ""}, ""),
        ({"user_language": "ru", "context_foo": "bar"}, ""),
        ({"roles": "Learner, urn:lti:sysrole:ims/lis/User"}, ""),
    ],
)
def test_honest_form_opens(form_platform: FormPlatform, watch: Watch, changed: dict[str, Any], query: str) -> None:
    body = form_platform.body(url=form_platform.url + query, user_id=f"u-{uuid4().hex}", **changed)

    watch.opened(form_platform.send(body, query=query), COURSE)


@case("O02")
def test_wrong_secret_unknown_and_disabled_key_are_refused_alike(form_platform: FormPlatform, watch: Watch) -> None:
    disabled = f"off-{uuid4().hex}"
    secret = form_platform.world.lms("lti", "consumer", "add", "--key", disabled).strip().splitlines()[-1]
    with watch.database.writing() as session:
        session.execute(update(Consumer).where(Consumer.key == disabled).values(is_active=False))

    told = []
    with watch.nothing_left():
        for how in ({"secret": "wrong"}, {"key": "nobody"}, {"key": disabled, "secret": secret}):
            answer = form_platform.send(form_platform.body(**how))
            watch.refused(answer)
            told.append((answer.status_code, answer.text.split("<h1>")[1].split("<code>")[0]))
    assert len(set(told)) == 1


@case("O03")
@pytest.mark.parametrize(
    "tamper",
    [
        lambda body: body.replace(b"roles=Learner", b"roles=Instructor"),
        lambda body: body + b"&custom_more=1",
        lambda body: body.replace(b"&roles=Learner", b""),
        lambda body: body.replace(b"user_id=7", b"user_id=8"),
    ],
)
def test_changed_form_is_refused(form_platform: FormPlatform, watch: Watch, tamper: Any) -> None:
    good = form_platform.body()

    assert tamper(good) != good
    with watch.nothing_left():
        watch.refused(form_platform.send(tamper(good)))


@case("O04")
@pytest.mark.parametrize("shift", [-330, 330])
def test_timestamp_more_than_five_minutes_off_is_refused(form_platform: FormPlatform, watch: Watch, shift: int) -> None:
    with watch.nothing_left():
        watch.refused(form_platform.send(form_platform.body(stamp=str(int(time.time()) + shift))))
    watch.opened(form_platform.send(form_platform.body(stamp=str(int(time.time()) + shift // 2))), COURSE)


@case("O04")
@pytest.mark.parametrize("stamp", ["123456789", "12345678901", "abc", "-123456789", "1e9", "٠١٢٣٤٥٦٧٨٩"])
def test_timestamp_that_is_none_is_refused(form_platform: FormPlatform, watch: Watch, stamp: str) -> None:
    with watch.nothing_left():
        watch.refused(form_platform.send(form_platform.body(stamp=stamp)))


@case("O05")
def test_nonce_is_good_once_in_two_processes_and_after_a_restart(form_platform: FormPlatform, watch: Watch) -> None:
    body = form_platform.body()
    watch.opened(form_platform.send(body), COURSE)
    port = free_port()
    again = f"http://127.0.0.1:{port}/lti/1.1/launch"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Host": form_platform.url.split("/")[2]}

    for round_ in range(2):  # the second time it is a process that starts anew
        command = ["-m", "lms", "serve", "web", "--port", str(port)]
        with process(form_platform.world, command, log=f"other-{round_}"), ExitStack():
            wait_for(f"http://127.0.0.1:{port}/lti/jwks.json")
            with watch.nothing_left():
                answer = requests.post(again, data=body, headers=headers, allow_redirects=False, timeout=30)
            assert answer.status_code == 410
    with watch.nothing_left():
        watch.refused(form_platform.send(body))


@case("O05")
def test_junk_nonces_leave_no_row_and_free_no_used_one(form_platform: FormPlatform, watch: Watch) -> None:
    body = form_platform.body()
    watch.opened(form_platform.send(body), COURSE)
    browser = Browser()

    with watch.nothing_left():
        for _ in range(100):
            junk = form_platform.body(secret="wrong", nonce=secrets.token_hex(8))
            assert form_platform.send(junk, browser=browser).status_code == 403
        watch.refused(form_platform.send(body))


@case("O06")
@pytest.mark.parametrize("name", REQUIRED)
def test_missing_parameter_is_named_in_the_log(form_platform: FormPlatform, watch: Watch, name: str) -> None:
    if name.startswith("oauth_"):
        kept = [part for part in form_platform.body().split(b"&") if not part.startswith(f"{name}=".encode())]
        body = b"&".join(kept)
    else:
        body = form_platform.body(**{name: ABSENT})

    with watch.nothing_left():
        logged = watch.refused(form_platform.send(body))
    assert name in logged


@case("O07")
@pytest.mark.parametrize("method", ["PLAINTEXT", "HMAC-SHA256"])
def test_other_signature_method_is_refused(form_platform: FormPlatform, watch: Watch, method: str) -> None:
    with watch.nothing_left():
        watch.refused(form_platform.send(form_platform.body(method=method)))


@case("O07")
@pytest.mark.parametrize("method", [b"RSA-SHA1", b"BOGUS", b""])
def test_signature_method_that_we_cannot_have_is_refused(
    form_platform: FormPlatform, watch: Watch, method: bytes
) -> None:
    with watch.nothing_left():
        watch.refused(form_platform.send(form_platform.body().replace(b"HMAC-SHA1", method)))


@case("O08")
def test_parameter_that_comes_twice_is_refused(form_platform: FormPlatform, watch: Watch) -> None:
    with watch.nothing_left():
        watch.refused(form_platform.send(form_platform.body() + b"&roles=Learner"))
        query = "?roles=Learner"
        watch.refused(form_platform.send(form_platform.body(url=form_platform.url + query), query=query))


@pytest.fixture(scope="module")
def behind_tls(stage: World) -> World:
    """The same tool as it is configured behind a proxy that ends TLS: https outside, http inside."""
    made = make_world(stage.settings.state_dir)
    environment = {**made.environment, "LMS_TOOL_PUBLIC_URL": "https://lms.school.example"}
    values = {name.removeprefix("LMS_").lower(): value for name, value in environment.items()}
    return World(type(made.settings).model_validate(values), environment)


@case("O09")
def test_configured_address_is_the_signed_one_whatever_headers_say(
    form_platform: FormPlatform, behind_tls: World
) -> None:
    inside = behind_tls.settings.tool_internal_url
    public = "https://lms.school.example/lti/1.1/launch"

    def send(signed_url: str, **headers: str) -> int:
        everything = {"Content-Type": "application/x-www-form-urlencoded", "Host": "lms.school.example", **headers}
        body = form_platform.body(url=signed_url)
        url = f"{inside}/lti/1.1/launch"
        return requests.post(url, data=body, headers=everything, allow_redirects=False, timeout=30).status_code

    with process(behind_tls, ["-m", "lms", "serve", "web", "--port", inside.rpartition(":")[2]], log="behind"):
        wait_for(f"{inside}/lti/jwks.json")

        assert send(public) == 303
        assert send(public, **{"X-Forwarded-Proto": "https"}) == 303
        assert send(public.replace("https:", "http:")) == 403
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}
        assert send("http://evil.example/lti/1.1/launch", **forged) == 403
        assert send(public, **forged) == 303


@case("O10")
@pytest.mark.parametrize(
    "changed",
    [{"lti_version": "LTI-9p9"}, {"lti_version": "LTI-2p0"}, {"lti_message_type": "ContentItemSelectionRequest"}],
)
def test_other_version_or_message_is_refused(
    form_platform: FormPlatform, watch: Watch, changed: dict[str, Any]
) -> None:
    with watch.nothing_left():
        watch.refused(form_platform.launch(**changed))


@case("O11")
@pytest.mark.parametrize(
    ("roles", "page", "held"),
    [
        ("Instructor", COURSE, TEACHER),
        (INSTRUCTOR_URN, COURSE, TEACHER),
        ("Learner", COURSE, PUPIL),
        ("Learner, Instructor", COURSE, PUPIL),
        ("urn:lti:role:ims/lis/TeachingAssistant", COURSE, TEACHER),
        ("urn:lti:instrole:ims/lis/Administrator", HOME, NOTHING),
        ("urn:lti:sysrole:ims/lis/SysAdmin", HOME, NOTHING),
        ("urn:lti:sysrole:ims/lis/SysAdmin,Learner", COURSE, PUPIL),
        ("Administrator", HOME, NOTHING),
        ("Boss", HOME, NOTHING),
        ("", HOME, NOTHING),
    ],
)
def test_context_roles_alone_give_rights(
    form_platform: FormPlatform, watch: Watch, roles: str, page: str, held: frozenset[tuple[str, str]]
) -> None:
    user = f"u-{uuid4().hex}"

    watch.opened(form_platform.launch(user_id=user, roles=roles), page)
    assert watch.newcomer(user).roles == held


@case("O16")
def test_result_place_is_kept_from_the_persons_own_signed_form(form_platform: FormPlatform, watch: Watch) -> None:
    users = [f"u-{uuid4().hex}" for _ in range(2)]
    for user in users:
        place = {"lis_outcome_service_url": "https://a.example/outcomes", "lis_result_sourcedid": f"cell-of-{user}"}
        watch.opened(form_platform.launch(user_id=user, **place), COURSE)
    stolen = form_platform.body(user_id=users[0], lis_outcome_service_url="https://a.example/outcomes")
    forged = stolen + f"&lis_result_sourcedid=cell-of-{users[1]}".encode()

    with watch.nothing_left():
        watch.refused(form_platform.send(forged))
    with watch.database.reading() as session:
        query = select(Account.subject, ScoreTarget.sourced_id).join(
            Account, Account.person_id == ScoreTarget.person_id
        )
        kept = session.execute(query.where(Account.subject.in_(users))).all()
    assert {tuple(row) for row in kept} == {(user, f"cell-of-{user}") for user in users}


@case("O15")
@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://10.0.0.1/outcomes"])
def test_outcome_service_at_a_private_address_hinders_no_launch(
    form_platform: FormPlatform, watch: Watch, url: str
) -> None:
    place = {"lis_outcome_service_url": url, "lis_result_sourcedid": "cell"}

    watch.opened(form_platform.launch(user_id=f"u-{uuid4().hex}", **place), COURSE)


@case("X21")
def test_unfilled_variables_of_a_form_are_absent(form_platform: FormPlatform, watch: Watch) -> None:
    user = f"u-{uuid4().hex}"
    unfilled = {"lis_person_name_full": "$Person.name.full", "custom_course": "$Course.slug", "resource_link_id": user}

    watch.opened(form_platform.launch(user_id=user, **unfilled), HOME)
    with watch.nothing_left():
        watch.refused(form_platform.launch(user_id="$User.id"))


def test_used_nonces_are_kept_as_hashes_and_not_for_ever(form_platform: FormPlatform, watch: Watch) -> None:
    nonce = secrets.token_hex(12)
    watch.opened(form_platform.launch(nonce=nonce), COURSE)

    with watch.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Nonce).where(Nonce.nonce_hash == nonce)) == 0
        newest = session.scalar(select(func.max(Nonce.expires_at)))
    assert newest is not None
    assert newest.timestamp() - time.time() <= 600
