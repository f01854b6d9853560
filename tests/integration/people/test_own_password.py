"""One's own password, changed on the account page by whoever knows the present one."""

import pytest

from lms.clock import now
from lms.errors import Gone
from lms.people import invitations, passwords, sign_in
from lms.people.accounts import find_account
from lms.people.audit import Searched, list_entries
from tests.factories.people import PASSWORD, browser_of, make_person, without_csrf

NEW = "три слова для себя"


@pytest.fixture
def vera(database):
    return make_person(database, "Вера", login="vera")


@pytest.fixture
def hers(app, vera):
    return browser_of(app, vera)


def change(app, browser, present=PASSWORD, password=NEW, again=None):
    data = {"present": present, "password": password, "again": password if again is None else again}
    with without_csrf(app):
        return browser.post("/account/password", data=data)


def knows(database, password, login="vera"):
    with database.reading() as session:
        return passwords.matches(find_account(session, passwords.password_key(login)).password_hash, password)


def test_change_keeps_this_browser_in_and_signs_the_others_out(app, database, vera, hers):
    other, cookie = browser_of(app, vera), hers.get_cookie("lms_session").value
    assert other.get("/account").status_code == 200

    answer = change(app, hers)

    assert answer.status_code == 302
    assert hers.get("/account").status_code == 200
    assert hers.get_cookie("lms_session").value != cookie
    assert other.get("/account").status_code == 302
    assert knows(database, NEW)
    with database.reading() as session:
        assert "password.changed" in {entry.action for entry in session.scalars(list_entries(Searched(vera)))}


def test_change_stops_links_that_were_made_before(app, database, vera, hers):
    with database.writing() as session:
        token = invitations.make_link(session, vera, purpose="reset", at=now(), by=None)
    assert hers.get(f"/welcome/{token}").status_code == 200

    change(app, hers)

    with database.reading() as session, pytest.raises(Gone):
        invitations.get_link(session, token, at=now())


@pytest.mark.parametrize(
    ("present", "password", "again"),
    [
        ("not hers", NEW, None),
        ("", NEW, None),
        (PASSWORD, NEW, "другое слово"),
        (PASSWORD, "short", None),
        (PASSWORD, "qwertyuiop", None),
        (PASSWORD, PASSWORD, None),
    ],
    ids=["wrong", "missing", "differ", "short", "common", "the same"],
)
def test_change_refused_shows_the_form_again_and_changes_nothing(app, database, hers, present, password, again):
    answer = change(app, hers, present, password, again)

    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert password not in answer.text
    assert knows(database, PASSWORD)


def test_change_to_the_login_is_refused(app, database):
    browser = browser_of(app, make_person(database, "Олег", login="oleg-petrov"))

    answer = change(app, browser, password="Oleg-Petrov")

    assert answer.status_code == 422
    assert knows(database, PASSWORD, "oleg-petrov")


def test_change_guessing_the_present_password_is_slowed_as_at_sign_in(app, database, hers):
    for number in range(sign_in.TRIES):
        assert change(app, hers, present=f"guess {number}").status_code == 422

    assert change(app, hers).status_code == 429
    with without_csrf(app):
        data = {"login": "vera", "password": PASSWORD}
        assert app.test_client().post("/sign-in", data=data).status_code == 429
    assert knows(database, PASSWORD)


@pytest.mark.databases("sqlite")
def test_change_without_the_token_of_the_form_is_refused(database, hers):
    data = {"present": PASSWORD, "password": NEW, "again": NEW}

    assert hers.post("/account/password", data=data).status_code == 400
    assert knows(database, PASSWORD)


@pytest.mark.databases("sqlite")
def test_account_of_somebody_without_a_password_offers_no_change(app, database, hers):
    launched = browser_of(app, make_person(database, "Олег"))

    assert "/account/password" in hers.get("/account").text
    assert "/account/password" not in launched.get("/account").text
    assert change(app, launched).status_code == 422
