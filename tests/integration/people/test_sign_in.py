"""Passwords, the brake on guessing, one-use links, the first administrator."""

import multiprocessing
import re
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import func, select

from lms.app import create_app
from lms.clock import now
from lms.errors import Conflict, Gone, Invalid, TooMany
from lms.people import audit, invitations, passwords, sessions, sign_in
from lms.people.accounts import add_account, find_account
from lms.people.actor import Role
from lms.people.first import first_link
from lms.people.models import OneUseLink, Person, SignInTry
from lms.people.tidying import forget
from tests.factories.people import PASSWORD, browser_of, make_person, without_csrf

SECRET = b"thirty-two bytes of a secret, or more"
AT = now()


def try_in(database, login, password, *, address="10.0.0.1", at=AT):
    with database.writing() as session:
        claim = sign_in.make_claim(session, login, secret=SECRET, address=address, at=at)
    proof = sign_in.prove(claim, password)
    if proof is None:
        return None
    with database.writing() as session:
        account = sign_in.accept(session, proof, at=at)
        return account and account.person_id


def keep_hash(database, login, kept):
    """As if the password had been set by other parameters."""
    with database.writing() as session:
        find_account(session, passwords.password_key(login)).password_hash = kept


def kept_hash(database, login):
    with database.reading() as session:
        return find_account(session, passwords.password_key(login)).password_hash


def test_sign_in_right_password_whatever_the_case_of_the_login(database):
    vera = make_person(database, "Вера", login="вера")

    assert try_in(database, " ВЕРА ", PASSWORD) == vera
    assert try_in(database, "вера", PASSWORD.upper()) is None


def test_sign_in_too_many_failures_stop_even_the_right_password_for_a_while(database):
    vera = make_person(database, "Вера", login="vera")
    for _ in range(sign_in.TRIES):
        assert try_in(database, "vera", "wrong") is None

    with pytest.raises(TooMany):
        try_in(database, "vera", PASSWORD)

    assert try_in(database, "vera", PASSWORD, address="10.0.0.2") == vera
    assert try_in(database, "vera", PASSWORD, at=AT + sign_in.WINDOW + timedelta(seconds=1)) == vera


def test_sign_in_success_forgets_the_failures(database):
    make_person(database, "Вера", login="vera")
    for _ in range(sign_in.TRIES - 1):
        try_in(database, "vera", "wrong")
    try_in(database, "vera", PASSWORD)

    assert try_in(database, "vera", "wrong") is None


def test_sign_in_keeps_no_login_of_a_failure(database):
    try_in(database, "vera", "wrong")

    with database.reading() as session:
        kept = session.scalars(select(SignInTry)).one()
        assert len(kept.login_key) == len(kept.address_key) == 64
        assert kept.login_key.isalnum()
        assert kept.address_key.isalnum()


@pytest.mark.databases("sqlite")
def test_sign_in_unknown_login_takes_as_long_as_a_wrong_password(database):
    make_person(database, "Вера", login="vera")

    def fastest(login):
        spent = []
        for number in range(4):
            start = time.perf_counter()
            try_in(database, login, "wrong", address=f"10.0.1.{number}")
            spent.append(time.perf_counter() - start)
        return min(spent)

    known, unknown = fastest("vera"), fastest("nobody")

    assert 0.5 < unknown / known < 2


def test_sign_in_many_tries_at_once_are_counted_each(database):
    make_person(database, "Вера", login="vera")

    def attempt(_number):
        try:
            return try_in(database, "vera", "wrong")
        except TooMany:
            return TooMany

    with ThreadPoolExecutor(sign_in.TRIES * 2) as pool:
        answers = list(pool.map(attempt, range(sign_in.TRIES * 2)))

    assert answers.count(TooMany) >= sign_in.TRIES


def test_sign_in_lets_others_write_while_the_password_is_compared(app, database):
    vera = make_person(database, "Вера", login="vera")
    keep_hash(database, "vera", PasswordHasher(time_cost=20).hash(PASSWORD))
    data = {"login": "vera", "password": PASSWORD}
    writes = []

    with without_csrf(app), ThreadPoolExecutor(1) as pool:
        began = time.perf_counter()
        answer = pool.submit(app.test_client().post, "/sign-in", data=data)
        while not answer.done():
            start = time.perf_counter()
            with database.writing() as session:
                audit.record(session, "person.renamed", at=now(), actor_id=None, subject_id=vera)
            writes.append(time.perf_counter() - start)
        took = time.perf_counter() - began

    assert answer.result().status_code == 302
    assert took > 0.3, "the comparison was too quick to show anything"
    assert max(writes) < took / 2
    assert len(writes) > 5


def test_sign_in_replaces_a_hash_of_weaker_parameters(database):
    make_person(database, "Вера", login="vera")
    keep_hash(database, "vera", PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD))

    try_in(database, "vera", "wrong")
    assert extract_parameters(kept_hash(database, "vera")).memory_cost == 1024
    try_in(database, "vera", PASSWORD)

    assert extract_parameters(kept_hash(database, "vera")) == extract_parameters(passwords.NOBODYS)
    assert try_in(database, "vera", PASSWORD) is not None


def test_sign_in_with_a_password_that_is_changed_while_it_is_compared_is_refused(database):
    vera = make_person(database, "Вера", login="vera")
    with database.writing() as session:
        claim = sign_in.make_claim(session, "vera", secret=SECRET, address="10.0.0.1", at=AT)
    proof = sign_in.prove(claim, PASSWORD)
    assert proof is not None
    use(database, link_for(database, vera, "reset"), password="совсем новый")

    with database.writing() as session:
        assert sign_in.accept(session, proof, at=AT) is None


@pytest.mark.databases("sqlite")
def test_sign_in_page_says_the_same_for_unknown_login_and_wrong_password(app, client, database):
    make_person(database, "Вера", login="vera")
    with without_csrf(app):
        pages = [client.post("/sign-in", data={"login": login, "password": "x"}) for login in ("vera", "nobody")]

    assert {page.status_code for page in pages} == {422}
    known, unknown = (re.sub(r'name="csrf_token" value="[^"]*"', "", page.text) for page in pages)
    assert known.replace("vera", "") == unknown.replace("nobody", "")


@pytest.mark.databases("sqlite")
def test_sign_in_leads_to_no_other_site(app, database):
    make_person(database, "Вера", login="vera")
    with without_csrf(app):
        for target in ("//evil.example", "https://evil.example", "/\\evil.example"):
            answer = app.test_client().post("/sign-in", data={"login": "vera", "password": PASSWORD, "next": target})
            assert answer.location == "/"


def link_for(database, person_id, purpose="invite"):
    with database.writing() as session:
        return invitations.make_link(session, person_id, purpose=purpose, at=AT, by=None)


def use(database, token, login="vera", password=PASSWORD, at=AT):
    chosen = passwords.choose(password)
    with database.writing() as session:
        return invitations.use_link(session, token, login=login, password=chosen, at=at)


def test_use_link_twice_is_refused(database):
    token = link_for(database, make_person(database, "Вера"))
    use(database, token)

    with pytest.raises(Gone):
        use(database, token)
    assert try_in(database, "vera", PASSWORD) is not None


def test_use_link_by_several_at_once_lets_one_in(database):
    token = link_for(database, make_person(database, "Вера"))

    def attempt(number):
        try:
            return use(database, token, login=f"vera-{number}").id
        except Gone:
            return None

    with ThreadPoolExecutor(4) as pool:
        came_in = list(pool.map(attempt, range(4)))

    assert len([one for one in came_in if one]) == 1


def test_use_link_too_late_is_refused(database):
    token = link_for(database, make_person(database, "Вера"))

    with pytest.raises(Gone):
        use(database, token, at=AT + timedelta(days=invitations.INVITE_DAYS))


def test_make_link_stops_the_earlier_ones(database):
    vera = make_person(database, "Вера")
    first, second = link_for(database, vera), link_for(database, vera)

    with pytest.raises(Gone):
        use(database, first)
    use(database, second)


def test_use_link_taken_login_or_weak_password_keeps_the_link(database):
    make_person(database, "Олег", login="oleg")
    token = link_for(database, make_person(database, "Вера"))

    with pytest.raises(Conflict):
        use(database, token, login="Oleg")
    with pytest.raises(Invalid):
        use(database, token, password="short")
    with pytest.raises(Invalid):
        use(database, token, login="vera-vera", password="Vera-Vera")
    use(database, token)


def test_use_link_keeps_a_login_that_is_there(database):
    vera = make_person(database, "Вера", login="vera")

    use(database, link_for(database, vera, "reset"), login="other", password="совсем новый")

    assert try_in(database, "vera", "совсем новый") == vera


@pytest.mark.databases("sqlite")
def test_welcome_page_answers_a_weak_password_with_the_form(app, client, database):
    token = link_for(database, make_person(database, "Вера"))
    data = {"login": "vera", "password": "vera", "again": "vera"}

    with without_csrf(app):
        answer = client.post(f"/welcome/{token}", data=data)

    assert answer.status_code == 422
    assert 'name="password"' in answer.text


@pytest.mark.databases("sqlite")
def test_welcome_page_of_an_invitation_with_a_login_does_not_speak_of_a_new_password(app, client, database):
    vera = make_person(database, "Вера")
    with database.writing() as session:
        add_account(session, vera, passwords.password_key("vera"), at=AT)

    invited, reset = (client.get(f"/welcome/{link_for(database, vera, each)}").text for each in ("invite", "reset"))

    assert "vera" in invited
    assert "Новый пароль" not in invited
    assert "вход закроется" not in invited
    assert "Новый пароль" in reset
    assert "вход закроется" in reset


def test_first_link_is_there_until_an_administrator_can_come_in(database):
    def first():
        with database.writing() as session:
            return first_link(session, AT)

    lost, found = first(), first()
    assert lost
    assert found
    with pytest.raises(Gone):
        use(database, lost, login="anna")
    use(database, found, login="anna")

    assert first() is None
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_first_link_is_not_made_for_participants(database):
    make_person(database, "Вера", Role.PARTICIPANT, login="vera")

    with database.writing() as session:
        assert first_link(session, AT) is not None


def test_forget_removes_what_ended_long_ago_alone(app, database):
    vera = make_person(database, "Вера", login="vera")
    link_for(database, vera)
    browser = browser_of(app, vera)

    with database.writing() as session:
        forget(session, at=now())
    assert browser.get("/account").status_code == 200
    with database.writing() as session:
        forget(session, at=now() + timedelta(days=200))
    assert browser.get("/account").status_code == 302
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OneUseLink)) == 0


def come_in(client, login):
    """Sign in by the form, as a browser does."""
    token = form_token(client, "/sign-in")
    return client.post("/sign-in", data={"csrf_token": token, "login": login, "password": PASSWORD})


def form_token(client, path):
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get(path).text)[1]


def cookie(client, name="lms_session"):
    found = client.get_cookie(name)
    return found and found.value


@pytest.mark.databases("sqlite")
def test_sign_in_gives_a_new_cookie_and_ends_the_one_that_somebody_planted(app, database):
    make_person(database, "Вера", login="vera")
    planted = browser_of(app, make_person(database, "Злой", login="evil"))
    known = cookie(planted)

    with without_csrf(app):
        assert planted.post("/sign-in", data={"login": "vera", "password": PASSWORD}).status_code == 302

    assert cookie(planted) != known
    other = app.test_client()
    other.set_cookie("lms_session", known)
    assert other.get("/account").status_code == 302
    assert "Вера" in planted.get("/account").text


@pytest.mark.databases("sqlite")
def test_form_that_the_former_pupil_left_open_is_good_no_more(app, database):
    make_person(database, "Аня", login="anya")
    make_person(database, "Боря", login="borya")
    client = app.test_client()
    come_in(client, "anya")
    left_open = form_token(client, "/account")
    assert client.post("/preferences/theme", data={"csrf_token": left_open, "theme": "dark"}).status_code == 302

    client.post("/sign-out", data={"csrf_token": left_open})
    assert come_in(client, "borya").status_code == 302

    assert client.post("/preferences/theme", data={"csrf_token": left_open, "theme": "dark"}).status_code == 400


@pytest.mark.databases("sqlite")
def test_one_use_link_ends_every_browser_of_before(app, database):
    vera = make_person(database, "Вера", login="vera")
    thief, hers = browser_of(app, vera), app.test_client()
    path = f"/welcome/{link_for(database, vera, 'reset')}"

    token = form_token(hers, path)
    data = {"csrf_token": token, "login": "vera", "password": "совсем новый", "again": "совсем новый"}
    assert hers.post(path, data=data).status_code == 302

    assert hers.get("/account").status_code == 200
    assert thief.get("/account").status_code == 302
    assert thief.post("/sign-out").status_code in (400, 401)


@pytest.mark.databases("sqlite")
def test_sign_out_everywhere_ends_the_other_browsers_at_once(app, database):
    vera = make_person(database, "Вера", login="vera")
    one, other, stranger = browser_of(app, vera), browser_of(app, vera), browser_of(app, make_person(database, "Олег"))
    assert other.get("/account").status_code == 200

    with without_csrf(app):
        assert one.post("/account/sign-out-everywhere").status_code in (200, 302)

    assert [client.get("/account").status_code for client in (one, other, stranger)] == [302, 302, 200]


@pytest.mark.databases("sqlite")
def test_link_that_never_was_and_one_that_is_used_are_told_apart_by_nobody(app, client, database):
    token = link_for(database, make_person(database, "Вера"))
    use(database, token)

    used, unknown = (client.get(f"/welcome/{each}") for each in (token, "never-was"))

    assert (used.status_code, unknown.status_code) == (410, 410)

    def plain(page):
        return re.sub(r'(<code>|value="|nonce-|welcome/)[^"<]*', r"\1", page.text)

    assert plain(used) == plain(unknown)


def use_in_a_process(settings, token, number, start):
    """One of several programs that were given the same link."""
    app = create_app(settings)
    with app.app_context():
        start.wait(60)
        try:
            return use(app.extensions["lms.database"], token, login=f"vera-{number}").id
        except Gone:
            return None


def test_use_link_by_two_processes_at_once_lets_one_in(database, settings):
    vera = make_person(database, "Вера")
    processes = multiprocessing.get_context("spawn")
    with processes.Manager() as manager, ProcessPoolExecutor(2, mp_context=processes) as pool:
        for _ in range(5):
            token, start = link_for(database, vera), manager.Barrier(2)
            came_in = list(pool.map(use_in_a_process, [settings] * 2, [token] * 2, (1, 2), [start] * 2))

            assert [one for one in came_in if one] == [vera]


@pytest.mark.parametrize(
    ("tries", "login", "address"),
    [
        (sign_in.TRIES_OF_LOGIN, lambda n: "vera", lambda n: f"10.0.{n}.1"),
        (sign_in.TRIES, lambda n: "vera", lambda n: f"2001:db8::{n + 1:x}"),
        (sign_in.TRIES_FROM_ADDRESS, lambda n: f"pupil-{n}", lambda n: "10.0.0.1"),
    ],
    ids=["one login from many addresses", "one login from many addresses of one IPv6 network", "many logins"],
)
def test_sign_in_guessing_is_slowed_down_however_it_is_spread(database, tries, login, address):
    def claim(number):
        with database.writing() as session:
            sign_in.make_claim(session, login(number), secret=SECRET, address=address(number), at=AT)

    for number in range(tries):
        claim(number)

    with pytest.raises(TooMany):
        claim(tries)


def test_sign_in_login_with_signs_that_no_database_keeps_is_just_unknown(database):
    make_person(database, "Вера", login="vera")

    assert try_in(database, "ve\0ra", PASSWORD) is None
    assert try_in(database, "vera\u200b", PASSWORD) is not None


@pytest.mark.databases("sqlite")
def test_cookies_over_https_cannot_be_set_by_a_neighbouring_host(settings, database):
    vera = make_person(database, "Вера", login="vera")
    app = create_app(settings.model_copy(update={"tool_public_url": "https://lms.example.org"}))
    client = app.test_client()
    at = {"base_url": "https://lms.example.org"}

    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/sign-in", **at).text)[1]
    data = {"csrf_token": token, "login": "vera", "password": PASSWORD}
    headers = {"Referer": "https://lms.example.org/sign-in"}
    answer = client.post("/sign-in", data=data, headers=headers, **at)

    set_here = [header.partition("=")[0] for header in answer.headers.getlist("Set-Cookie")]
    assert "__Host-lms_session" in set_here
    assert client.get("/account", **at).status_code == 200
    tossed = app.test_client()
    with database.writing() as session:
        tossed.set_cookie(
            "lms_session", sessions.open_session(session, vera, at=now(), days=1), domain="lms.example.org"
        )
    assert tossed.get("/account", **at).status_code == 302
