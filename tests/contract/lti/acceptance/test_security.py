"""The security framework's cases, and what platforms and attackers really send: over HTTP, against the running tool."""

import base64
import hashlib
import hmac
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import html
from sqlalchemy import select, update

from lms.clock import now
from lms.lti.keys import new_private_key, private_key
from lms.lti.models import LaunchState
from lms.lti.registrations import digest
from lms.lti.vocabulary import (
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    LAUNCH_PRESENTATION,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
)  # fmt: skip
from lms.people.models import Account, Person
from tests.contract.lti.acceptance.conftest import SAME_ISSUER, A, B
from tests.contract.lti.acceptance.judged import ERROR_ID, Watch
from tests.contract.lti.acceptance.test_certification import COURSE, HOME, IN_COURSE, NEUTRAL, NOTHING
from tests.contract.lti.browsing import Browser
from tests.contract.lti.other_platform import DEPLOYMENT, OtherPlatform
from tests.contract.lti.processes import World
from tests.unit.lti.tokens_made import ABSENT, INSTRUCTOR, KID, LEARNER, PEM, token

Platforms = dict[tuple[str, str], OtherPlatform]
EVIL = "https://evil.example"
PUBLIC_PEM = (
    private_key(PEM)
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def case(*ids: str) -> pytest.MarkDecorator:
    return pytest.mark.case(*ids)


def unsigned(payload: dict[str, Any]) -> str:
    return jwt.encode(payload, "", algorithm="none", headers={"kid": KID})


def signed_with_the_public_key(payload: dict[str, Any]) -> str:
    parts = [json.dumps(one).encode() for one in ({"alg": "HS256", "typ": "JWT", "kid": KID}, payload)]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = base64.urlsafe_b64encode(hmac.digest(PUBLIC_PEM, text, hashlib.sha256)).rstrip(b"=")
    return (text + b"." + mac).decode()


def signed_by_rs384(payload: dict[str, Any]) -> str:
    return jwt.encode(payload, private_key(PEM), algorithm="RS384", headers={"kid": KID})


def signed_by_es256(payload: dict[str, Any]) -> str:
    return jwt.encode(payload, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": KID})


@case("X01")
@pytest.mark.parametrize("sign", [unsigned, signed_with_the_public_key, signed_by_rs384, signed_by_es256])
def test_other_algorithm_is_refused(platform: OtherPlatform, watch: Watch, sign: Any) -> None:
    login = platform.login()

    with watch.nothing_left():
        id_token = sign(platform.claims(login))
        watch.refused(platform.post(login.browser, {"state": login.state, "id_token": id_token}))


@case("X02")
@pytest.mark.parametrize("kid", ["../../x", "k" * 10_000, "", "a\x00b", "http://127.0.0.1:1/key"])
def test_odd_kid_is_refused(platform: OtherPlatform, watch: Watch, kid: str) -> None:
    login = platform.login()

    with watch.nothing_left():
        watch.refused(platform.send(login, headers={"kid": kid}))


@case("X02")
def test_key_that_the_token_brings_is_ignored(platform: OtherPlatform, watch: Watch) -> None:
    login, own = platform.login(), new_private_key()
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(own).public_key()))
    headers = {"kid": KID, "jwk": jwk, "jku": f"{platform.jwks_url}?evil", "x5u": f"{platform.jwks_url}?evil"}

    with watch.nothing_left():
        watch.refused(platform.send(login, pem=own, headers=headers))
    watch.opened(platform.send(login, platform.claims(login, **IN_COURSE), headers=headers), COURSE)


@case("X03")
def test_second_use_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    payload = platform.claims(login, **IN_COURSE)
    watch.opened(platform.send(login, payload), COURSE)

    with watch.nothing_left():
        watch.refused(platform.send(login, payload))


@case("X03")
def test_of_many_uses_at_once_one_opens(platform: OtherPlatform) -> None:
    login = platform.login()
    payload = platform.claims(login)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: platform.send(login, payload).status_code, range(24)))

    assert sorted(answers) == [303] + [410] * 23


@case("X04")
def test_used_nonce_is_refused_in_another_token(platform: OtherPlatform, watch: Watch) -> None:
    browser = Browser()
    used = platform.login(browser)
    watch.opened(platform.send(used, platform.claims(used, **IN_COURSE)), COURSE)
    fresh = platform.login(browser)

    with watch.nothing_left():
        watch.refused(platform.send(fresh, platform.claims(fresh, nonce=used.nonce)))
        watch.refused(platform.send(used, platform.claims(used, iat=int(now().timestamp()) + 1)))


@case("X05")
def test_nonce_of_one_login_does_not_serve_another(platform: OtherPlatform, watch: Watch) -> None:
    browser = Browser()
    one, two = platform.login(browser), platform.login(browser)

    with watch.nothing_left():
        watch.refused(platform.send(one, platform.claims(two)))
        watch.refused(platform.send(two, platform.claims(one)))


@case("X06")
@pytest.mark.parametrize("state", ["unknown", "", "x" * 10_000, "\x00", "é"])
def test_state_that_nobody_gave_is_refused(platform: OtherPlatform, watch: Watch, state: str) -> None:
    login = platform.login()

    with watch.nothing_left():
        id_token = token(platform.claims(login))
        watch.refused(platform.post(login.browser, {"state": state, "id_token": id_token}))
        watch.refused(platform.post(login.browser, {"id_token": id_token}))


@case("X06")
def test_state_older_than_ten_minutes_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    with watch.database.writing() as session:
        row = session.scalars(select(LaunchState).where(LaunchState.state_hash == digest(login.state))).one()
        assert timedelta(minutes=9) < row.expires_at - now() <= timedelta(minutes=10)
        session.execute(update(LaunchState).where(LaunchState.id == row.id).values(expires_at=now()))

    with watch.nothing_left():
        watch.refused(platform.send(login))


@case("X07")
def test_launch_in_another_browser_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    fields = {"state": login.state, "id_token": token(platform.claims(login, **IN_COURSE))}
    other = platform.login().browser

    with watch.nothing_left():
        watch.refused(platform.post(Browser(), fields))
        watch.refused(platform.post(other, fields))
    watch.opened(platform.post(login.browser, fields), COURSE)


@case("X08")
@pytest.mark.parametrize("other", [B, SAME_ISSUER])
def test_token_of_another_platform_or_client_is_refused(
    connected: Platforms, watch: Watch, other: tuple[str, str]
) -> None:
    login = connected[A].login()

    with watch.nothing_left():
        watch.refused(connected[A].send(login, connected[other].claims(login)))


@case("X09")
@pytest.mark.parametrize(
    "times",
    [
        {"exp": ABSENT}, {"iat": ABSENT}, {"iat": 120, "exp": 180}, {"iat": -700, "exp": 60}, {"iat": 0, "exp": 4000},
        {"iat": 0, "exp": 10 * 365 * 86400}, {"iat": -200, "exp": -90}, {"iat": -10, "exp": 60, "nbf": 3600},
    ],
)  # fmt: skip
def test_wrong_times_are_refused(platform: OtherPlatform, watch: Watch, times: dict[str, Any]) -> None:
    login, at = platform.login(), int(now().timestamp())
    shifted = {name: value if value is ABSENT else at + value for name, value in times.items()}

    with watch.nothing_left():
        watch.refused(platform.send(login, platform.claims(login, **shifted)))


@case("X10")
@pytest.mark.parametrize("times", [{"iat": -90, "exp": -30}, {"iat": 30, "exp": 90}])
def test_clock_half_a_minute_off_opens(platform: OtherPlatform, watch: Watch, times: dict[str, int]) -> None:
    login, at = platform.login(), int(now().timestamp())
    shifted = {name: at + value for name, value in times.items()}

    watch.opened(platform.send(login, platform.claims(login, **IN_COURSE, **shifted)), COURSE)


@case("X11")
@pytest.mark.parametrize(
    ("audience", "opens"),
    [
        ({"aud": ["tool-a"]}, True), ({"aud": ["tool-a", "x"]}, False), ({"aud": ["x", "tool-a"], "azp": "tool-a"}, True),
        ({"aud": ["tool-a", "x"], "azp": "x"}, False), ({"azp": "x"}, False), ({"aud": []}, False), ({"aud": "x"}, False),
    ],
)  # fmt: skip
def test_audience_must_be_us(platform: OtherPlatform, watch: Watch, audience: dict[str, Any], opens: bool) -> None:
    login = platform.login()
    payload = platform.claims(login, **IN_COURSE, **audience)

    if opens:
        watch.opened(platform.send(login, payload), COURSE)
    else:
        with watch.nothing_left():
            watch.refused(platform.send(login, payload))


@case("X12")
def test_deployment_of_another_client_opens_nothing(connected: Platforms, watch: Watch) -> None:
    name = f"only-a2-{uuid4().hex}"
    connected[SAME_ISSUER].world.lms(
        "lti", "platform", "add", "--issuer", SAME_ISSUER[0], "--client-id", SAME_ISSUER[1], "--deployment-id", name,
        "--auth-url", f"{connected[A].jwks_url}/auth?tenant=7", "--token-url", connected[A].jwks_url,
        "--jwks-url", connected[A].jwks_url,
    )  # fmt: skip
    theirs, ours = connected[SAME_ISSUER].login(), connected[A].login()

    watch.opened(
        connected[SAME_ISSUER].send(
            theirs, connected[SAME_ISSUER].claims(theirs, **IN_COURSE, **{DEPLOYMENT_ID: name})
        ),
        COURSE,
    )
    watch.refused(connected[A].send(ours, connected[A].claims(ours, **{DEPLOYMENT_ID: name})))
    assert connected[A].ask(Browser(), lti_deployment_id=name).status_code == 403


@case("X13")
def test_unknown_deployment_waits_for_approval(platform: OtherPlatform, watch: Watch) -> None:
    login, name = platform.login(), f"new-{uuid4().hex}"
    before = watch.rows()
    answer = platform.send(login, platform.claims(login, **{DEPLOYMENT_ID: name}))

    watch.refused(answer)
    assert "одобр" in answer.text
    assert f"{name} (waits)" in platform.world.lms("lti", "platform", "list")
    gained = {table: count - before[table] for table, count in watch.rows().items() if count != before[table]}
    assert gained == {"lti_launch_state": -1, "lti_deployment": 1}


@case("X14")
@pytest.mark.parametrize("target", [f"{EVIL}/lti/launch", "javascript:alert(1)", "//evil.example/", "", "lti/launch"])
def test_foreign_target_is_refused_at_login_and_at_launch(platform: OtherPlatform, watch: Watch, target: str) -> None:
    with watch.nothing_left():
        watch.refused(platform.ask(Browser(), target_link_uri=target))
    login = platform.login()
    with watch.nothing_left():
        watch.refused(platform.send(login, platform.claims(login, **{TARGET_LINK_URI: target})))


@case("X14")
def test_target_must_be_the_one_of_the_login(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    other = f"{platform.world.tool}/admin/platforms"

    with watch.nothing_left():
        watch.refused(platform.send(login, platform.claims(login, **{TARGET_LINK_URI: other})))
        watch.refused(platform.send(login, platform.claims(login, **{TARGET_LINK_URI: ABSENT})))
    with watch.nothing_left():
        watch.refused(platform.ask(Browser(), target_link_uri=f"{platform.world.tool}@evil.example/"))


@case("X15")
def test_redirect_uri_is_always_our_one_address(platform: OtherPlatform) -> None:
    answer = platform.ask(Browser(), redirect_uri=EVIL, target_link_uri=f"{platform.world.tool}/courses/x")

    assert answer.status_code == 302
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["redirect_uri"] == [platform.target]
    assert "evil.example" not in answer.headers["Location"]


@case("X16")
@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://unknown.example"}, {"iss": ""}, {"iss": "x" * 300}, {"client_id": "unknown"},
        {"client_id": ""}, {"lti_deployment_id": "unknown"}, {"login_hint": ""}, {"login_hint": "\x00"},
        {"login_hint": "h" * 5000}, {"iss": "https://b.example"},
    ],
)  # fmt: skip
def test_login_of_nobody_we_know_leads_nowhere(platform: OtherPlatform, watch: Watch, changed: dict[str, str]) -> None:
    with watch.nothing_left():
        watch.refused(platform.ask(Browser(), **changed))


@case("X17")
def test_error_of_the_platform_is_kept_in_the_log_and_not_shown(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    fields = {"state": login.state, "error": "login_required", "error_description": "<script>alert(1)</script>"}

    with watch.nothing_left():
        answer = platform.post(login.browser, fields)
        logged = watch.refused(answer)
    assert "login_required" in logged
    assert "login_required" not in answer.text
    assert "<script>alert" not in answer.text


@case("X18")
@pytest.mark.parametrize("roles", ["Instructor", [7], [INSTRUCTOR, None], {"role": INSTRUCTOR}, [INSTRUCTOR] * 10_000])
def test_roles_of_a_wrong_form_are_refused(platform: OtherPlatform, watch: Watch, roles: Any) -> None:
    login = platform.login()

    with watch.nothing_left():
        watch.refused(platform.send(login, platform.claims(login, **{ROLES: roles})))


@case("X18")
@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("http://purl.imsglobal.org/vocab/lis/v2/whatever#Instructor", HOME),
        ("http://purl.imsglobal.org/vocab/lis/v2/membership/Learner#Instructor", COURSE),
        ("http://purl.imsglobal.org/vocab/lis/v2/membership/Mentor#Instructor", HOME),
        ("http://evil.example/vocab/lis/v2/membership#Instructor", HOME),
        ("urn:lti:role:ims/lis/Instructor", HOME),
        ("instructor", HOME),
        (f"{INSTRUCTOR}#x", HOME),
    ],
)
def test_role_of_another_vocabulary_makes_no_teacher(
    platform: OtherPlatform, watch: Watch, role: str, page: str
) -> None:
    login, subject = platform.login(), f"s-{uuid4().hex}"
    answer = platform.send(login, platform.claims(login, sub=subject, **IN_COURSE, **{ROLES: [role]}))

    watch.opened(answer, page)
    assert watch.newcomer(subject).roles <= {("participant", "everywhere")}


@case("X19")
@pytest.mark.parametrize(
    "changed",
    [
        {"sub": "x" * 256}, {"sub": "a\x00b"}, {"sub": "a\u202eb"}, {"sub": ""}, {"sub": 7}, {"sub": "\ud800"},
        {RESOURCE_LINK: {"id": "x" * 256}}, {DEPLOYMENT_ID: "a\u2066b"}, {"sub": "a\nb"},
        {"name": "x" * 70_000}, {CUSTOM: {"course": "a" * 70_000}},
    ],
)  # fmt: skip
def test_identifier_that_is_none_is_refused(platform: OtherPlatform, watch: Watch, changed: dict[str, Any]) -> None:
    login = platform.login()

    with watch.nothing_left():
        watch.refused(platform.send(login, platform.claims(login, **changed)))


@case("X19")
def test_deep_json_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    deep = json.dumps(platform.claims(login))[:-1] + ', "deep": ' + "[" * 1000 + "]" * 1000 + "}"
    id_token = jwt.PyJWS().encode(deep.encode(), private_key(PEM), algorithm="RS256", headers={"kid": KID})

    with watch.nothing_left():
        watch.refused(platform.post(login.browser, {"state": login.state, "id_token": id_token}))


@case("X19")
def test_body_over_64_kb_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    fields = {"state": login.state, "id_token": token(platform.claims(login)), "more": "x" * 66_000}

    with watch.nothing_left():
        watch.refused(platform.post(login.browser, fields))


@case("X20")
def test_same_subject_and_email_at_two_issuers_are_two_people(connected: Platforms, watch: Watch) -> None:
    subject, email = f"s-{uuid4().hex}", "anna@school.example"
    for each in (A, B, SAME_ISSUER):
        login = connected[each].login()
        payload = connected[each].claims(login, sub=subject, email=email, **IN_COURSE)
        watch.opened(connected[each].send(login, payload), COURSE)

    with watch.database.reading() as session:
        people = session.scalars(select(Account.person_id).where(Account.subject == subject)).all()
    assert len(set(people)) == len(people) == 3


@case("X20")
def test_email_or_name_of_an_administrator_gives_nothing(platform: OtherPlatform, watch: Watch) -> None:
    platform.world.lms("person", "add", "--role", "admin", "Анна Админова")
    login, subject = platform.login(), f"s-{uuid4().hex}"
    payload = platform.claims(login, sub=subject, name="Анна Админова", email="admin@school.example", **{ROLES: []})

    answer = platform.send(login, payload)

    assert answer.status_code == 303
    assert watch.newcomer(subject).roles == NOTHING
    with watch.database.reading() as session:
        named = session.scalars(select(Person.id).where(Person.display_name == "Анна Админова")).all()
    assert len(named) == 2


@case("X21")
def test_variables_that_the_platform_left_unfilled_are_absent(platform: OtherPlatform, watch: Watch) -> None:
    login, subject = platform.login(), f"s-{uuid4().hex}"
    unfilled = {
        "name": "$Person.name.full", "given_name": "$Person.name.given", "email": "$Person.email.primary",
        "locale": "$Person.locale", CUSTOM: {"course": "$Course.slug"}, RESOURCE_LINK: {"id": f"link-{subject}"},
    }  # fmt: skip
    answer = platform.send(login, platform.claims(login, sub=subject, **unfilled))

    watch.opened(answer, HOME)
    assert watch.newcomer(subject).name == NEUTRAL
    login = platform.login()
    with watch.nothing_left():
        watch.refused(platform.send(login, platform.claims(login, sub="$User.id")))
        watch.refused(platform.send(login, platform.claims(login, **{RESOURCE_LINK: {"id": "$ResourceLink.id"}})))


@case("X26")
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("</title><img src=x onerror=alert(1)>", "</title><img src=x onerror=alert(1)>"),
        ("Аня\u202e Соколова\u2066", "Аня Соколова"),
        ("Аня 🙂 {{ 7 * 7 }}", "Аня 🙂 {{ 7 * 7 }}"),
        ("x" * 10_000, "x" * 200),
    ],
)
def test_name_is_cut_and_escaped(platform: OtherPlatform, watch: Watch, name: str, kept: str) -> None:
    login, subject = platform.login(), f"s-{uuid4().hex}"
    titles = {RESOURCE_LINK: {"id": f"l-{subject}", "title": name}, CONTEXT: {"id": "c", "title": name, "label": name}}
    answer = platform.send(login, platform.claims(login, sub=subject, name=name, **{**IN_COURSE, **titles}))

    watch.opened(answer, COURSE)
    assert watch.newcomer(subject).name == kept
    page = login.browser.get(f"{platform.world.tool}/account").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{ 7 * 7 }}" in page or "{{" not in name


@case("X29")
@pytest.mark.parametrize("url", ["javascript:alert(document.domain)", f"{EVIL}/back", 7, ["x"]])
def test_return_url_of_a_stranger_is_never_shown(platform: OtherPlatform, watch: Watch, url: Any) -> None:
    login = platform.login()
    answer = platform.send(login, platform.claims(login, **IN_COURSE, **{LAUNCH_PRESENTATION: {"return_url": url}}))

    watch.opened(answer, COURSE)
    page = login.browser.get(f"{platform.world.tool}{COURSE}").text
    assert "javascript:" not in page
    assert "evil.example" not in page
    refused = platform.login()
    nowhere = platform.claims(
        refused, **{LAUNCH_PRESENTATION: {"return_url": url}, CUSTOM: {"course": "no-such-course"}}
    )
    page = platform.send(refused, nowhere).text
    assert ERROR_ID.search(page)
    assert "javascript:" not in page
    assert "evil.example" not in page


@case("X29")
def test_refused_launch_leads_back_to_the_platforms_own_page(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    back = platform.jwks_url.replace("/jwks", "/course/7?view=a&page=2")
    nowhere = {CUSTOM: {"course": "no-such-course"}, LAUNCH_PRESENTATION: {"return_url": back, "locale": "en"}}
    answer = platform.send(login, platform.claims(login, **nowhere))

    assert answer.status_code == 404
    (link,) = html.fromstring(answer.text).xpath('//main//a[@target="_top"]')
    assert link.get("href") == back
    assert link.text_content().strip().startswith("Back to")


@case("X29")
def test_refused_token_leads_back_to_the_platforms_site(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    answer = platform.send(login, platform.claims(login, iss="https://b.example"))

    logged = watch.refused(answer)
    assert "iss" in logged
    (link,) = html.fromstring(answer.text).xpath('//main//a[@target="_top"]')
    assert link.get("href") == platform.jwks_url.replace("/jwks", "/")


def test_page_in_a_frame_has_no_menu_of_ours(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    watch.opened(platform.send(login, platform.claims(login, **IN_COURSE)), COURSE)
    url = f"{platform.world.tool}{COURSE}"

    whole = html.fromstring(login.browser.get(url).content)
    framed = login.browser.session.get(url, headers={"Sec-Fetch-Dest": "iframe"}, timeout=30)
    bare = html.fromstring(framed.content)
    menus = '//header[@class="top"] | //nav[@class="nav"]'
    assert len(whole.xpath(menus)) == 2
    assert bare.xpath(menus) == []
    assert bare.xpath("string(//h1)") == whole.xpath("string(//h1)") != ""


@case("X33")
@pytest.mark.parametrize("path", ["/lti/launch", "/lti/1.1/launch"])
def test_get_of_a_launch_address_is_405(stage: World, path: str) -> None:
    assert Browser().get(f"{stage.tool}{path}").status_code == 405


@case("X33")
def test_launch_in_another_form_is_refused(platform: OtherPlatform, watch: Watch) -> None:
    login = platform.login()
    fields = {"state": login.state, "id_token": token(platform.claims(login, **IN_COURSE))}
    post = login.browser.session.post

    with watch.nothing_left():
        watch.refused(post(platform.target, json=fields, allow_redirects=False, timeout=30))
        watch.refused(post(platform.target, files=fields, allow_redirects=False, timeout=30))
        watch.refused(platform.post(login.browser, [*fields.items(), ("state", login.state)]))
        watch.refused(platform.post(login.browser, [*fields.items(), ("id_token", "a.b.c")]))
    watch.opened(platform.post(login.browser, fields), COURSE)


@case("X37")
def test_registered_platforms_alone_may_frame_us(platform: OtherPlatform) -> None:
    answer = Browser().get(f"{platform.world.tool}/sign-in")
    policy = answer.headers["Content-Security-Policy"].split("frame-ancestors ")[1].split(";")[0].split()

    origin = re.match(r"https?://[^/]+", platform.jwks_url)
    assert origin is not None
    assert policy == [origin[0]]


@case("X13")
def test_refusal_is_told_in_english_too(platform: OtherPlatform) -> None:
    browser = Browser()
    browser.session.headers["Accept-Language"] = "en"
    answer = platform.ask(browser, lti_deployment_id="unknown")

    assert answer.status_code == 403
    assert "waits for an administrator" in answer.text


def test_good_launch_of_a_learner_opens(platform: OtherPlatform, watch: Watch) -> None:
    """What all refusals above are measured against."""
    login = platform.login()
    payload = platform.claims(login, **IN_COURSE, **{ROLES: [LEARNER], DEPLOYMENT_ID: DEPLOYMENT})

    watch.opened(platform.send(login, payload), COURSE)
